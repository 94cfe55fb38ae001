import type { CDPSession, Page } from '@playwright/test'
import { expect, test } from './harness.ts'
import { counts, handOn, openImage, saved } from './steps.ts'

/** An image of the sample in which nothing is marked, and one with ships. */
const EMPTY = 'drawn-at-sea.jpg'
const SHIPS = 'drawn-side-by-side.jpg'

const ALT = 1
const CTRL = 2
const SHIFT = 8

/** A key of a keyboard of any layout: what it prints, and where it lies. */
async function type(devtools: CDPSession, key: string, code: string, modifiers = 0): Promise<void> {
  // else the number of the sign would be that of another key
  const windowsVirtualKeyCode = /^(?:Key|Digit)(.)$/.exec(code)?.[1]?.charCodeAt(0) ?? 0
  const press = { key, code, modifiers, windowsVirtualKeyCode }
  await devtools.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', ...press })
  await devtools.send('Input.dispatchKeyEvent', { type: 'keyUp', ...press })
}

async function scaleOf(page: Page): Promise<number> {
  return Number(/([\d,]+) %/.exec(await page.getByTestId('readout').innerText())?.[1]?.replace(',', ''))
}

test('keys of any layout, fingers, a pen and the second button do what they say', async ({ launch }) => {
  const drydock = await launch({ args: ['--open-sample'] })
  const { page } = drydock
  const devtools = await page.context().newCDPSession(page)
  await expect(page.getByTestId('image-count')).toHaveText('22')
  const hand = await handOn(drydock, EMPTY)
  const before = await counts(drydock)
  const pressed = (tool: string) => expect(page.getByTestId(`tool-${tool}`)).toHaveAttribute('aria-pressed', 'true') // prettier-ignore
  await page.getByTestId('canvas').focus()

  await test.step('Cyrillic: the key by its place', async () => {
    await type(devtools, 'и', 'KeyB')
    await pressed('brush')
    await hand.stroke([100, 100], [140, 110])
    await expect.poll(() => counts(drydock)).toEqual({ ...before, truth: before.truth + 1 })
    await type(devtools, 'я', 'KeyZ', CTRL)
    await expect.poll(() => counts(drydock)).toEqual(before)
    await type(devtools, 'Я', 'KeyZ', CTRL + SHIFT)
    await expect.poll(() => counts(drydock)).toEqual({ ...before, truth: before.truth + 1 })
    await type(devtools, 'я', 'KeyZ', CTRL)
    await expect.poll(() => counts(drydock)).toEqual(before)
    await type(devtools, 'з', 'KeyP')
    await pressed('polygon')
  })

  await test.step('German: what is printed, and what lies where our signs do', async () => {
    const size = page.getByTestId('brush-size')
    await type(devtools, 'b', 'KeyB')
    await pressed('brush')
    await expect(size).toHaveValue('12')
    await type(devtools, 'ü', 'BracketLeft')
    await expect(size).toHaveValue('10')
    // AltGr and 9, as Windows tells of it
    await type(devtools, ']', 'Digit9', CTRL + ALT)
    await expect(size).toHaveValue('12')
    await hand.stroke([100, 100], [140, 110])
    await expect.poll(() => counts(drydock)).toEqual({ ...before, truth: before.truth + 1 })
    // Z lies where Y does elsewhere, and is Z all the same
    await type(devtools, 'z', 'KeyY', CTRL)
    await expect.poll(() => counts(drydock)).toEqual(before)
    await type(devtools, 'y', 'KeyZ', CTRL)
    await expect.poll(() => counts(drydock)).toEqual({ ...before, truth: before.truth + 1 })
    await type(devtools, 'z', 'KeyY', CTRL)
    await expect.poll(() => counts(drydock)).toEqual(before)
    await type(devtools, '?', 'Minus', SHIFT)
    await expect(page.getByTestId('keys-sheet')).toBeVisible()
    await page.keyboard.press('Escape')
    await expect(page.getByTestId('keys-sheet')).toHaveCount(0)
  })

  await test.step('French: the row of digits without Shift', async () => {
    await type(devtools, 'é', 'Digit2')
    await expect(page.getByTestId('embeddings')).toBeVisible()
    await type(devtools, '&', 'Digit1')
    await expect(page.getByTestId('annotate')).toBeVisible()
  })

  await page.getByTestId('canvas').focus()
  await type(devtools, 'b', 'KeyB')

  await test.step('two fingers zoom and mark nothing, one paints', async () => {
    await page.keyboard.press('f')
    const fit = await scaleOf(page)
    const touch = (kind: 'touchStart' | 'touchMove' | 'touchEnd', ...points: { x: number; y: number }[]) =>
      devtools.send('Input.dispatchTouchEvent', { type: kind, touchPoints: points.map((point, id) => ({ ...point, id })) }) // prettier-ignore
    const [a, b] = [hand.at(200, 200), hand.at(240, 200)]
    await touch('touchStart', a)
    await touch('touchStart', a, b)
    for (let step = 1; step <= 8; step++) await touch('touchMove', a, { x: b.x + step * ((b.x - a.x) / 8), y: b.y }) // prettier-ignore
    await touch('touchEnd')
    await expect.poll(() => scaleOf(page)).toBeGreaterThan(1.8 * fit)
    expect(await scaleOf(page)).toBeLessThan(2.2 * fit)
    expect(await counts(drydock)).toEqual(before)

    await page.keyboard.press('f')
    await touch('touchStart', a)
    for (let step = 1; step <= 4; step++) await touch('touchMove', { x: a.x + 10 * step, y: a.y })
    await touch('touchEnd')
    await expect.poll(() => counts(drydock)).toEqual({ ...before, truth: before.truth + 1 })
    await page.keyboard.press('Control+z')
    await expect.poll(() => counts(drydock)).toEqual(before)
  })

  await test.step('a pen paints; its pressure is the size where that is chosen', async () => {
    const newest = page.getByTestId('instances').getByRole('option').filter({ hasText: 'truth' }).last()
    const pen = (kind: 'mousePressed' | 'mouseMoved' | 'mouseReleased', x: number, y: number) =>
      devtools.send('Input.dispatchMouseEvent', { type: kind, ...hand.at(x, y), button: 'left', buttons: kind === 'mouseReleased' ? 0 : 1, clickCount: 1, pointerType: 'pen', force: 0.5 }) // prettier-ignore
    const choose = async (use: string): Promise<void> => {
      await page.getByTestId('show-keys').click()
      await page.getByTestId('pen').selectOption(use)
      await page.keyboard.press('Escape')
      await page.getByTestId('canvas').focus()
    }
    const areas: number[] = []
    for (const use of ['ignored', 'size']) {
      await choose(use)
      await pen('mousePressed', 100, 100)
      for (const x of [110, 120, 130, 140]) await pen('mouseMoved', x, 100)
      await pen('mouseReleased', 140, 100)
      await expect.poll(() => counts(drydock)).toEqual({ ...before, truth: before.truth + 1 })
      areas.push(Number(/([\d,]+) px/.exec(await newest.innerText())?.[1]?.replace(',', '')))
      await page.keyboard.press('Control+z')
      await expect.poll(() => counts(drydock)).toEqual(before)
    }
    expect(areas[1]).toBeGreaterThan(0)
    expect(areas[1]).toBeLessThan(0.7 * areas[0]!)
    await choose('ignored')
  })

  await test.step('the second button opens what can be done to the instance beneath', async () => {
    await page.keyboard.press('v')
    await openImage(drydock, SHIPS)
    await drydock.menu('predict-image')
    await expect(page.getByTestId('image-f2')).toHaveText(/\d/)
    await saved(drydock)
    const menu = page.getByTestId('instance-menu')
    const labels = () => menu.getByRole('menuitem').locator('.grow').allInnerTexts()
    const openMenu = async (kind: 'truth' | 'predicted') => {
      await page.getByTestId('instances').getByRole('option').filter({ hasText: kind }).first().click()
      await page.getByTestId('canvas').focus()
      await page.keyboard.press('Shift+F10')
      await expect(menu).toBeVisible()
    }
    await openMenu('truth')
    const deeds = ['Split with the knife', 'Merge with another', 'Fill holes', 'Delete', 'Go to its embedding', 'Why this score'] // prettier-ignore
    await expect.poll(labels).toEqual(expect.arrayContaining(deeds))
    await menu.getByRole('menuitem', { name: 'Why this score' }).click()
    await expect(page.getByTestId('review')).toBeVisible()
    await page.keyboard.press('1')
    await openMenu('predicted')
    await expect.poll(labels).toEqual(['Accept', 'Reject', 'Go to its embedding', 'Why this score'])
    await menu.getByRole('menuitem', { name: 'Go to its embedding' }).click()
    await expect(page.getByTestId('embeddings')).toBeVisible()
    await page.keyboard.press('1')
    // by pointer it opens where the pointer is, and selects
    await page.getByTestId('instances').getByRole('option').first().dblclick()
    const box = (await page.getByTestId('canvas').boundingBox())!
    // the camera goes there first
    await expect(async () => {
      await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2, { button: 'right' })
      await expect(menu).toBeVisible({ timeout: 1000 })
    }).toPass()
    await page.keyboard.press('Escape')
    await expect(menu).toHaveCount(0)
  })
})
