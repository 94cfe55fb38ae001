import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CanvasHand } from './canvas.ts'
import { expect, test, type Drydock } from './harness.ts'
import { counts, handOn, row } from './steps.ts'

/** An image of the sample in which nothing is marked. */
const PATH = 'drawn-at-sea.jpg'

async function openSample(drydock: Drydock): Promise<CanvasHand> {
  await expect(drydock.page.getByTestId('image-count')).toHaveText('22')
  return handOn(drydock, PATH)
}

test('a shape that is half drawn keeps its image and its tool until it is finished or taken back', async ({
  launch,
}) => {
  const drydock = await launch({ args: ['--open-sample'] })
  const { page } = drydock
  const hand = await openSample(drydock)
  const before = await counts(drydock)
  const note = page.getByText('First finish what you are drawing').first()

  await page.keyboard.press('p')
  await hand.click(100, 100)
  await hand.click(160, 100)
  await hand.click(160, 140)
  for (const key of ['d', 'ArrowRight', '2', 'b']) await page.keyboard.press(key)
  await page.getByTestId('done').click()
  await page.getByTestId('view-review').click()
  await page.getByTestId('queue').locator('[role=option][aria-selected=false]').first().click()
  await expect(note).toBeVisible()
  await expect(page.getByTestId('open-image')).toHaveText(PATH)
  await expect(page.getByTestId('tool-polygon')).toHaveAttribute('aria-pressed', 'true')
  await expect(row(drydock, PATH)).toContainText('to do')
  await page.keyboard.press('Enter')
  await expect.poll(() => counts(drydock)).toEqual({ ...before, truth: before.truth + 1 })

  await hand.click(300, 300)
  await page.keyboard.press('Escape')
  await page.keyboard.press('d')
  await expect(row(drydock, PATH)).toContainText('done')
  await expect(page.getByTestId('open-image')).not.toHaveText(PATH)
})

test('Space pans after a click on a tool', async ({ launch }) => {
  const drydock = await launch({ args: ['--open-sample'] })
  const { page } = drydock
  const hand = await openSample(drydock)
  const before = await counts(drydock)
  await page.getByTestId('tool-brush').click()
  await expect(page.getByTestId('canvas')).toBeFocused()
  await page.keyboard.down('Space')
  await hand.stroke([200, 200], [240, 220])
  await page.keyboard.up('Space')
  // a stroke after it is the only thing that is painted
  await hand.look()
  await hand.stroke([300, 300], [340, 300])
  await expect.poll(() => counts(drydock)).toEqual({ ...before, truth: before.truth + 1 })
})

test('G opens the box of the flag where its panel is hidden; it closes with the image', async ({
  launch,
}) => {
  const drydock = await launch({ args: ['--open-sample'] })
  const { page } = drydock
  await openSample(drydock)
  const comment = page.getByLabel('Comment of the flag')
  await page.keyboard.press('Control+j')
  await expect(page.getByTestId('done')).toHaveCount(0)
  await page.keyboard.press('g')
  await expect(comment).toBeFocused()

  await page.getByTestId('filter').focus()
  await page.keyboard.press('F6')
  await expect(page.getByTestId('filter')).not.toBeFocused()
  await page.keyboard.press('g')
  await expect(comment).toBeFocused()
  await page.keyboard.press('F6')
  await expect(comment).not.toBeFocused()

  const others = page.getByTestId('queue').locator('[role=option][aria-selected=false]')
  await others.first().click()
  await expect(page.getByTestId('open-image')).not.toHaveText(PATH)
  await expect(comment).toHaveCount(0)
})

test('keys leave the image alone on which an import stands', async ({ launch, folder }) => {
  const drydock = await launch({ args: ['--open-sample'] })
  const { page } = drydock
  await openSample(drydock)
  const file = join(folder, 'labels.csv')
  writeFileSync(file, `ImageId,EncodedPixels\n${PATH},1 5\n`)
  await drydock.answerDialogs(file)
  await drydock.menu('import-labels')
  await page.getByTestId('import-start').click()
  await expect(page.getByTestId('import-close')).toBeFocused()
  await page.evaluate(() => {
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur()
  })
  await page.keyboard.press('d')
  await page.keyboard.press('Delete')
  await expect(page.getByTestId('import-result')).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByTestId('import-result')).toHaveCount(0)
  await expect(page.getByTestId('open-image')).toHaveText(PATH)
  await expect.poll(async () => (await counts(drydock)).truth).toBe(1)
})
