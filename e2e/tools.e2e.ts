import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { z } from 'zod'
import { areaOf, fromPredicate, intersectionArea, parseRle } from '../src-main/core/mask/rle.ts'
import { randomFrom, wholeBetween } from '../src-main/core/random.ts'
import { expect, test, type Drydock } from './harness.ts'
import { ask, counts, handOn, jobsAreOver, openImage, saved } from './steps.ts'

const SIZE = { width: 240, height: 160 }
const HULL = { x: 60, y: 40, width: 40, height: 12 }
const shots = process.env['DRYDOCK_TOOL_SHOTS']

/** A bright ship on dark water. */
async function picture(path: string): Promise<void> {
  const ship = await sharp({
    create: { width: HULL.width, height: HULL.height, channels: 3, background: '#c8beaf' },
  })
    .png()
    .toBuffer()
  await sharp({ create: { ...SIZE, channels: 3, background: '#1e3c46' } })
    .composite([{ input: ship, left: HULL.x, top: HULL.y }])
    .png()
    .toFile(path)
}

/** The tool in mid-gesture, in both themes, for whoever looks at it. */
async function shoot({ page }: Drydock, name: string): Promise<void> {
  if (shots === undefined) return
  for (const theme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme: theme })
    await page.screenshot({ path: join(shots, `${name}-${theme}.png`) })
  }
}

test('each tool marks to the pixel; what was painted is what is exported, through undo and a restart', async ({
  launch,
  folder,
}) => {
  const photos = join(folder, 'photos')
  const project = join(folder, 'photos.drydock')
  mkdirSync(photos)
  for (const name of ['a.png', 'b.png']) await picture(join(photos, name))
  let drydock = await launch()
  await drydock.drop(photos)
  await jobsAreOver(drydock)
  const hand = await handOn(drydock, 'a.png')
  const { keyboard, mouse } = drydock.page
  const truth = () => ask<{ rle: string; shape: string | null }>(project, 'select rle, shape_json as shape from truth order by number') // prettier-ignore

  await test.step('a note lies over the canvas and takes no click that is meant for it', async () => {
    const { page } = drydock
    await keyboard.press('Control+c')
    const note = page.getByTestId('toast-note').filter({ hasText: 'Select the ships to copy first.' })
    const box = (await note.locator('p').boundingBox())!
    const hit = await page.evaluate(({ x, y, width, height }) => {
      const under = document.elementFromPoint(x + width / 2, y + height / 2)
      return {
        canvas: under?.closest('[data-testid="canvas"]') !== null,
        note: under?.closest('.toast') !== null,
      }
    }, box)
    expect(hit).toEqual({ canvas: true, note: false })
    await note.getByRole('button', { name: 'Dismiss' }).click()
    await expect(note).toBeHidden()
  })

  await test.step('smart box: a rough drag finds the ship, Enter keeps it', async () => {
    await keyboard.press('s')
    await hand.stroke([55, 36], [104, 55])
    await expect(drydock.page.getByTestId('hint')).toContainText('Enter keeps it')
    await shoot(drydock, 'smart')
    // brush and eraser correct it, and the tool stays
    await keyboard.press('e')
    await expect(drydock.page.getByTestId('hint')).toContainText('does not belong')
    await hand.stroke([70, 46], [90, 46])
    await shoot(drydock, 'smart-eraser')
    await keyboard.press('b')
    await expect(drydock.page.getByTestId('hint')).toContainText('Paint what belongs')
    await hand.stroke([70, 46], [90, 46])
    await expect(drydock.page.getByTestId('tool-smart')).toHaveAttribute('aria-pressed', 'true')
    for (let stroke = 0; stroke < 2; stroke++) await keyboard.press('Control+z')
    await keyboard.press('Enter')
    await expect.poll(() => counts(drydock)).toMatchObject({ truth: 1 })
    await saved(drydock)
    const found = parseRle(truth()[0]!.rle)
    const hull = fromPredicate(SIZE, () => true, HULL)
    const common = intersectionArea(found, hull)
    // how near is the bench's to say, over many ships and hands
    expect(common / (areaOf(found) + areaOf(hull) - common)).toBeGreaterThan(0.8)
  })

  await test.step('smart box: by key and by click it gives a turned rectangle, which keeps its handles', async () => {
    const rectangle = drydock.page.getByTestId('smart-rectangle')
    await keyboard.press('Control+z')
    await expect.poll(() => truth()).toHaveLength(0)
    await expect(rectangle).toHaveAttribute('aria-pressed', 'false')
    await hand.stroke([55, 36], [104, 55])
    await expect(drydock.page.getByTestId('hint')).toContainText('Enter keeps it')
    await keyboard.press('Shift+R')
    await expect(rectangle).toHaveAttribute('aria-pressed', 'true')
    await keyboard.press('Shift+R')
    await expect(rectangle).toHaveAttribute('aria-pressed', 'false')
    await rectangle.click()
    await expect(rectangle).toHaveAttribute('aria-pressed', 'true')
    await shoot(drydock, 'smart-rectangle')
    await keyboard.press('Enter')
    await expect.poll(() => truth().map(({ shape }) => shape)).toEqual([expect.stringContaining('"box"')])
    await saved(drydock)
  })

  await test.step('a turned box keeps its handles: arrows move it, Alt and arrows turn it, the image stays', async () => {
    await keyboard.press('r')
    for (const [x, y] of [[200, 100], [160, 100], [180, 106]] as const) await hand.click(x, y) // prettier-ignore
    await expect.poll(() => counts(drydock)).toMatchObject({ truth: 2 })
    await saved(drydock)
    const before = truth()[1]!
    await keyboard.press('ArrowRight')
    await expect.poll(() => truth()[1]!.rle).not.toBe(before.rle)
    const shift = (rle: string) => parseRle(rle)[0]!
    expect(shift(truth()[1]!.rle) - shift(before.rle)).toBe(SIZE.height)
    await keyboard.press('Alt+ArrowRight')
    await shoot(drydock, 'handles')
    const { bow } = z.object({ bow: z.tuple([z.number(), z.number()]) }).parse(JSON.parse(before.shape!))
    await expect.poll(() => truth()[1]!.shape).not.toContain(`"bow":[${bow[0] + 1},`)
    await expect(drydock.page.getByTestId('open-image')).toHaveText('a.png')
    await keyboard.press('v')
    await keyboard.press('Escape')
    await keyboard.press('ArrowRight')
    await expect(drydock.page.getByTestId('open-image')).toHaveText('b.png')
    await openImage(drydock, 'a.png')
    await hand.look()
  })

  await test.step('Ctrl and the wheel size the brush, a pinch zooms; keys change the outline of the selected', async () => {
    const { page } = drydock
    await keyboard.press('b')
    const [size, zoom] = [page.getByTestId('brush-size'), page.getByTestId('readout')]
    const before = Number(await size.inputValue())
    await hand.hover(120, 100)
    await keyboard.down('Control')
    await mouse.wheel(0, -200)
    await keyboard.up('Control')
    await expect.poll(async () => Number(await size.inputValue())).toBeGreaterThan(before)
    await size.fill(String(before))
    await size.blur()
    const scale = await zoom.innerText()
    // what a touch pad sends for two fingers that move apart
    await page.getByTestId('canvas').dispatchEvent('wheel', { deltaY: -20, ctrlKey: true, bubbles: true })
    await expect(zoom).not.toHaveText(scale)
    expect(Number(await size.inputValue())).toBe(before)
    await keyboard.press('f')
    await hand.look()
    await keyboard.press('v')
    await hand.click(80, 46)
    const area = () => areaOf(parseRle(truth()[0]!.rle))
    const own = area()
    await keyboard.press('.')
    await expect.poll(area).toBeGreaterThan(own)
    await keyboard.press('Control+z')
    await expect.poll(area).toBe(own)
    await keyboard.press(',')
    await expect.poll(area).toBeLessThan(own)
    await keyboard.press('Control+z')
    await expect.poll(area).toBe(own)
    await keyboard.press('Escape')
  })

  await test.step('a polygon drawn by hand closes where it comes round', async () => {
    await keyboard.press('p')
    const round = Array.from({ length: 25 }, (_, i): [number, number] => {
      const angle = (i / 24) * 2 * Math.PI
      return [60 + 14 * Math.cos(angle), 120 + 14 * Math.sin(angle)]
    })
    await hand.stroke(...round)
    await expect.poll(() => counts(drydock)).toMatchObject({ truth: 3 })
    await shoot(drydock, 'polygon')
  })

  await test.step('random gestures, some taken back', async () => {
    const random = randomFrom(14)
    for (let i = 0; i < 8; i++) {
      await keyboard.press('Escape')
      await keyboard.press(i % 4 === 3 ? 'e' : 'b')
      const [x, y] = [wholeBetween(random, 20, 200), wholeBetween(random, 20, 130)]
      const to: [number, number] = [x + wholeBetween(random, -15, 25), y + wholeBetween(random, -15, 15)]
      if (i % 2 === 0) await keyboard.down('Shift')
      await hand.stroke([x, y], to)
      await keyboard.up('Shift')
      if (i === 2) {
        const [from, end] = [hand.at(x, y), hand.at(...to)]
        await mouse.move(from.x, from.y)
        await mouse.down()
        await mouse.move(end.x, end.y, { steps: 3 })
        await shoot(drydock, 'brush')
        await mouse.up()
      }
      if (i % 3 === 2) await keyboard.press('Control+z')
    }
    await saved(drydock)
  })

  await test.step('what is exported is what was painted, and so it is after a restart', async () => {
    const painted = truth().map(({ rle }) => rle)
    expect(painted.length).toBeGreaterThan(3)
    await keyboard.press('d')
    await saved(drydock)
    const exported = async (name: string) => {
      const path = join(folder, name)
      await drydock.answerDialogs(path)
      await drydock.menu('export-truth')
      await expect.poll(() => existsSync(path) && readFileSync(path, 'utf8').includes('a.png')).toBe(true)
      const rows = readFileSync(path, 'utf8').split(/\r?\n/)
      return rows.flatMap((line) => (line.startsWith('a.png,') ? [line.slice(6)] : []))
    }
    expect((await exported('one.csv')).toSorted()).toEqual(painted.toSorted())
    await drydock.kill()
    drydock = await launch({ args: ['--open', project] })
    await openImage(drydock, 'a.png')
    expect(truth().map(({ rle }) => rle)).toEqual(painted)
    await drydock.page.keyboard.press('s')
    await expect(drydock.page.getByTestId('smart-rectangle')).toHaveAttribute('aria-pressed', 'true')
    expect((await exported('two.csv')).toSorted()).toEqual(painted.toSorted())
  })
})
