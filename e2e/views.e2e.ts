import type { Page } from '@playwright/test'
import sharp from 'sharp'
import { expect, test, type Drydock, type LaunchOptions } from './harness.ts'
import { counts, handOn, jobsAreOver, settled } from './steps.ts'

/** An image of the sample in which nothing is marked. */
const PATH = 'drawn-at-sea.jpg'

/** The pixel in the middle of the canvas, and the scale: where a person looks. */
async function place(page: Page): Promise<string> {
  const box = (await page.getByTestId('canvas').boundingBox())!
  const readout = page.getByTestId('readout')
  await page.mouse.move(box.x + box.width / 2 + 9, box.y + box.height / 2 + 9)
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2)
  await expect(readout).toContainText(/x \d+\s*y \d+/)
  await page.evaluate(
    () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
  )
  const [, x, y, scale] = /x (\d+)\s*y (\d+).*?(\d+) %/s.exec(await readout.innerText()) ?? []
  return `${x} ${y} at ${scale} %`
}

/** Mean of red, green and blue in the middle of the canvas, as it is on the screen. */
async function seen(page: Page): Promise<number[]> {
  const box = (await page.getByTestId('canvas').boundingBox())!
  const clip = { x: box.x + box.width / 2 - 30, y: box.y + box.height / 2 - 30, width: 60, height: 60 }
  const { channels } = await sharp(await page.screenshot({ clip })).stats()
  return channels.slice(0, 3).map(({ mean }) => mean)
}

/** The sample, closer than it fits, on an image in which nothing is marked. */
async function lookClosely(launch: (options: LaunchOptions) => Promise<Drydock>) {
  const drydock = await launch({ args: ['--open-sample'] })
  const { page } = drydock
  await expect(page.getByTestId('image-count')).toHaveText('22')
  await jobsAreOver(drydock)
  const hand = await handOn(drydock, PATH)
  const before = await counts(drydock)
  for (let i = 0; i < 4; i++) await page.keyboard.press('+')
  return { drydock, page, hand, before }
}

test('one canvas lies beneath the views: it keeps its zoom and place, and its tools mark in each', async ({
  launch,
}) => {
  const { drydock, page, hand, before } = await lookClosely(launch)
  await page.evaluate(() => document.querySelector('[data-canvas] canvas')?.setAttribute('data-first', ''))
  const first = page.locator('[data-canvas] canvas[data-first]')
  const looked = await settled(() => place(page))

  await page.keyboard.press('3')
  await expect(page.getByTestId('review')).toBeVisible()
  await expect(first).toBeVisible()
  await expect.poll(() => place(page)).toBe(looked)
  await page.keyboard.press('b')
  await hand.look()
  await hand.stroke([300, 250], [330, 250])
  await page.keyboard.press('Escape')

  await page.keyboard.press('2')
  await expect(page.getByTestId('embeddings')).toBeVisible()
  await expect.poll(() => place(page)).toBe(looked)
  await expect(page.getByTestId('tool-brush')).toHaveAttribute('aria-pressed', 'true')
  await hand.look()
  await hand.stroke([300, 270], [330, 270])

  await page.keyboard.press('4')
  await expect(page.getByTestId('train')).toBeVisible()
  await page.keyboard.press('1')
  await expect(first).toBeVisible()
  await expect.poll(() => place(page)).toBe(looked)
  await expect.poll(() => counts(drydock)).toEqual({ ...before, truth: before.truth + 2 })
  await page.keyboard.press('3')
  await page.keyboard.press('Control+z')
  await page.keyboard.press('1')
  await expect.poll(() => counts(drydock)).toEqual({ ...before, truth: before.truth + 1 })

  await test.step('tones change what is seen, and neither the values nor what is stored', async () => {
    await page.keyboard.press('v')
    await page.keyboard.press('Escape')
    const plain = await settled(() => seen(page))
    const value = await page.getByTestId('readout').innerText()
    await page.keyboard.press('Shift+I')
    await expect
      .poll(async () => (await seen(page)).map((v, i) => Math.abs(v - (255 - plain[i]!)) < 3))
      .toEqual([true, true, true])
    await page.keyboard.press('3')
    await expect(page.getByTestId('review')).toBeVisible()
    await expect.poll(async () => Math.abs((await seen(page))[0]! - (255 - plain[0]!))).toBeLessThan(3)
    await expect.poll(() => place(page)).toBe(looked)
    await expect(page.getByTestId('readout')).toContainText(/\(.*?\)/.exec(value)?.[0] ?? 'no value')
    await page.keyboard.press('Shift+L')
    await expect.poll(async () => Math.abs((await seen(page))[0]! - plain[0]!) < 3).toBe(true)
    await page.getByTestId('eye').click()
    await page.getByTestId('even').click()
    await expect.poll(async () => Math.abs((await seen(page))[0]! - plain[0]!) > 5).toBe(true)
    await page.getByTestId('plain-tone').click()
  })

  await test.step('the tool bar is one row in every view of a narrow window, and its menu has what had no room', async () => {
    await drydock.resize(1024, 700)
    const bar = page.getByRole('toolbar', { name: 'Tools' })
    for (const view of ['annotate', 'review', 'embeddings'] as const) {
      await page.getByTestId(`view-${view}`).click()
      await expect(page.getByTestId(view)).toBeVisible()
      await expect
        .poll(() => bar.evaluate((el) => [el.clientHeight, el.scrollWidth - el.clientWidth]))
        .toEqual([39, 0])
    }
    await page.getByTestId('more-tools').click()
    await page.getByRole('menuitem', { name: 'Ruler' }).click()
    await expect(page.getByTestId('tool-ruler')).toHaveAttribute('aria-pressed', 'true')
  })
})

test('marks are shown as a person wants them, the next image at the same place, and the one before while a key is held', async ({
  launch,
}) => {
  const { drydock, page, hand, before } = await lookClosely(launch)
  await hand.look()

  await test.step('marks: fill or outlines, how strong, what is not selected, a cross-hair', async () => {
    const far = hand.at(280, 230)
    /** mean colour around an image pixel, the pointer elsewhere */
    const colourOf = async (x: number, y: number): Promise<number[]> => {
      await page.mouse.move(far.x, far.y)
      const at = hand.at(x, y)
      const clip = { x: at.x - 4, y: at.y - 4, width: 8, height: 8 }
      const { channels } = await sharp(await page.screenshot({ clip })).stats()
      return channels.slice(0, 3).map(({ mean }) => mean)
    }
    const bare = await colourOf(315, 250)
    await page.keyboard.press('b')
    for (const y of [250, 300]) await hand.stroke([300, y], [330, y])
    await expect.poll(() => counts(drydock)).toEqual({ ...before, truth: before.truth + 2 })
    await page.keyboard.press('v')
    await page.keyboard.press('Escape')
    /** how much the first stroke differs from the picture without it */
    const strength = async () =>
      Math.max(...(await colourOf(315, 250)).map((value, i) => Math.abs(value - bare[i]!)))
    await expect.poll(strength).toBeGreaterThan(20)
    const full = await settled(strength)

    await page.keyboard.press('t')
    await expect.poll(strength).toBeLessThan(3)
    await page.keyboard.press('t')
    await expect.poll(strength).toBeGreaterThan(full - 3)
    const fill = page.getByRole('slider', { name: 'Truth: fill' })
    const opacity = await fill.inputValue()
    await fill.fill('0')
    await expect.poll(strength).toBeLessThan(3)
    await fill.fill(opacity)
    await expect.poll(strength).toBeGreaterThan(full - 3)
    await page.getByTestId('canvas').focus()

    await hand.click(315, 300)
    await page.keyboard.press('q')
    await expect.poll(strength).toBeLessThan(full / 2)
    expect(await strength()).toBeGreaterThan(3)
    await page.keyboard.press('q')
    await expect.poll(strength).toBeLessThan(3)
    await page.keyboard.press('q')
    await expect.poll(strength).toBeGreaterThan(full - 3)

    /** a piece of the line through the pointer, away from it */
    const along = async (): Promise<number> => {
      await page.mouse.move(far.x, far.y)
      const clip = { x: far.x + 40, y: Math.floor(far.y) - 2, width: 30, height: 5 }
      const { channels } = await sharp(await page.screenshot({ clip })).stats()
      return Math.max(...channels.map(({ stdev }) => stdev))
    }
    const without = await along()
    await page.keyboard.press('Shift+X')
    await expect.poll(along).toBeGreaterThan(without + 5)
    await page.keyboard.press('Shift+X')
    await expect.poll(along).toBeLessThan(without + 2)
  })

  await test.step('the next image at the same zoom and place, and the one before while its key is held', async () => {
    await page.getByRole('checkbox', { name: 'Keep zoom and place' }).check()
    await page.getByTestId('canvas').focus()
    const there = await place(page)
    await page.keyboard.press('ArrowRight')
    await expect(page.getByTestId('open-image')).not.toHaveText(PATH)
    await expect(page.getByTestId('canvas')).toHaveAttribute('data-pictured', 'true')
    await expect.poll(() => place(page)).toBe(there)
    const own = await seen(page)
    const frame = (await page.getByTestId('canvas').boundingBox())!
    await page.mouse.move(frame.x + frame.width / 2, frame.y + frame.height / 2)
    const values = page.getByTestId('readout').getByText(/^\(.*\)$/)
    const value = await values.innerText()
    await page.keyboard.down('c')
    await expect(page.getByTestId('compared')).toContainText(PATH)
    // those of what is seen, though the pointer rests
    await expect(values).not.toHaveText(value)
    await expect
      .poll(async () => (await seen(page)).some((value, i) => Math.abs(value - own[i]!) > 2))
      .toBe(true)
    await page.keyboard.up('c')
    await expect(page.getByTestId('compared')).toHaveCount(0)
    await expect(values).toHaveText(value)
    await expect
      .poll(async () => (await seen(page)).every((value, i) => Math.abs(value - own[i]!) < 2))
      .toBe(true)
  })
})
