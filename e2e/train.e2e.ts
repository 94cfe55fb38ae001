import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { complaints } from './axe.ts'
import { expect, test } from './harness.ts'
import { ask, jobsAreOver, labelledFolder, setNumber, train } from './steps.ts'

const SIZE = { width: 96, height: 96 }
const ships = (i: number) =>
  [0, 1].map((k) => ({ x: 6 + 9 * i, y: 10 + 40 * k + 5 * i, width: 22, height: 8 }))

test('few labels train out of fold; the film is scrubbed, a step kept, a version promoted and rolled back', async ({
  launch,
  folder,
}) => {
  test.setTimeout(600_000)
  const { images, csv } = await labelledFolder(folder, SIZE, ships)

  const drydock = await launch()
  const { page } = drydock
  await drydock.drop(images)
  await expect(page.getByTestId('image-count')).toHaveText('5')
  await jobsAreOver(drydock)
  await drydock.answerDialogs(csv)
  await drydock.menu('import-labels')
  await page.getByTestId('import-start').click()
  await expect(page.getByTestId('import-result')).toContainText('Imported')
  await page.keyboard.press('Escape')

  await test.step('a group is put into the hold-out', async () => {
    await page.getByTestId('view-train').click()
    await expect(page.getByTestId('train-used')).toHaveText('5')
    await page.getByTestId('show-groups').click()
    await page.getByLabel('Split of 4.png').selectOption('hold-out')
    await expect(page.getByLabel('Split of 4.png')).toHaveValue('hold-out')
    await page.keyboard.press('Escape')
  })

  await test.step('the other four are trained on, each validated by a training without it', async () => {
    await expect(page.getByTestId('train-used')).toHaveText('4')
    await expect(page.getByTestId('train-data')).toContainText('out of fold')
    await expect(page.getByTestId('train-groups')).toContainText(
      '5 groups of similar images; the split is provisional',
    )
    await page.getByLabel('Unit of the length').selectOption('steps')
    await setNumber(drydock, 'Train for, steps', '2')
    await setNumber(drydock, 'Every', '1')
    await setNumber(drydock, 'Images per step', '1')
    await train(drydock, 'out of fold', 240_000)
    await expect(page.getByTestId('f2-curve')).toHaveAttribute('data-points', '3')
    await page.getByTestId('f2-curve').getByRole('img').hover()
    await expect(page.getByTestId('plot-values')).toContainText(/\d\.\d{3}/)
    await page.mouse.move(0, 0)
    await expect(page.getByTestId('plot-values')).toHaveCount(0)
    await expect(page.getByTestId('validated-on')).toContainText('each by a training that has not seen it')
    await expect(page.getByTestId('train-groups')).toContainText('the split is frozen')
  })

  await test.step('a group is moved to validation; a training on the others keeps its steps', async () => {
    await page.getByTestId('show-groups').click()
    await page.getByLabel('Split of 3.png').selectOption('validation')
    await expect(page.getByLabel('Split of 3.png')).toHaveValue('validation')
    expect(await complaints(drydock)).toEqual([])
    await page.keyboard.press('Escape')
    await expect(page.getByTestId('train-used')).toHaveText('3')
    // the curve on show stays what it was
    await expect(page.getByTestId('validated-on')).toContainText('on 4 images, each by')
    await setNumber(drydock, 'Train for, steps', '4')
    await setNumber(drydock, 'Every', '2')
    await train(drydock, 'validated', 240_000)
    await expect(page.getByTestId('f2-curve')).toHaveAttribute('data-points', '3')
    await expect(page.getByTestId('found-by-size')).toContainText('of 2')
    await expect(page.getByTestId('validated-on')).toHaveText('on 1 image')
  })

  await test.step('the film is scrubbed from the first step to the last, and a step kept as a version', async () => {
    await page.getByTestId('tab-film').click()
    await expect(page.getByTestId('film-step')).toHaveText('step 4')
    const scrub = page.getByTestId('film-scrub')
    await scrub.focus()
    await scrub.press('Home')
    await expect(page.getByTestId('film-step')).toHaveText('step 0')
    await expect(page.getByTestId('film-f2')).toContainText(/found, F2 \d/)
    await scrub.press('ArrowRight')
    await expect(page.getByTestId('film-step')).toHaveText('step 2')
    expect(await complaints(drydock)).toEqual([])
    // the step of the training that is shown, though the next one has a name already
    await page.getByLabel("New version's name").fill('the next one')
    await page.getByTestId('keep-step').click()
    const kept = page.getByTestId('versions').getByRole('button', { name: /validated, step 2/ })
    await expect(kept).toBeVisible()
    await kept.click()
    await page.getByTestId('tab-crops').click()
    await expect(page.getByTestId('crops').locator('canvas').first()).toBeVisible()
  })

  await test.step('a learning curve that was measured tells what more images are worth', async () => {
    await page.getByTestId('tab-learning-curve').click()
    await expect(page.getByTestId('learning-curve')).toContainText('Is it worth labelling on?')
    await page.getByTestId('tab-curves').click()
    const [f2, recall] = [
      { value: 0.778, low: 0.738, high: 0.818 },
      { value: 0.59, low: 0.48, high: 0.7 },
    ]
    const measured = {
      ...{ at: '2026-11-30T12:00:00Z', scoredOn: 24, ships: 61, from: 'Drydock base', more: 100 },
      ...{ gain: { value: 0.037, low: 0.008, high: 0.066 }, fit: [{ images: 172, f2: 0.83 }] },
      points: [36, 72].map((images) => ({ images, f2, found: 36, recall })),
    }
    writeFileSync(join(folder, 'few.drydock', 'training', 'learning-curve.json'), JSON.stringify(measured))
    await page.getByTestId('tab-learning-curve').click()
    const said = page.getByTestId('learning-gain')
    await expect(said).toContainText('100 more images: about +0.037 [+0.008, +0.066]')
    await expect(said).toContainText('72: 0.778 [0.738, 0.818], 36 of 61 ships found [0.48, 0.70]')
    await expect(page.getByTestId('learning-curve')).toContainText(
      'from Drydock base, on 24 validation images',
    )
    expect(await complaints(drydock)).toEqual([])
    await page.getByTestId('tab-curves').click()
  })

  await test.step('it is made current and rolled back', async () => {
    await expect(page.getByTestId('gate')).toContainText('Not compared with another version')
    const looks = page.getByTestId('hold-out-looks')
    await expect(looks).toContainText('1 hold-out image, 1 with ships. Nobody has looked')
    const look = page.getByTestId('look-at-hold-out')
    await look.click()
    await expect(looks).toContainText('The hold-out was looked at once.')
    await expect(look).toBeEnabled()
    await look.click()
    await expect(looks).toContainText('looked at 2 times: each look makes its figure say less')
    await expect(page.getByTestId('gate')).toContainText('Over images with ships')
    const project = join(folder, 'few.drydock')
    const current = () =>
      ask<{ value: string }>(project, "select value from meta where name = 'current_model'")
    const before = current()
    await page.getByTestId('make-current').click()
    await expect.poll(current).not.toEqual(before)
    // what the hold-out said stays on show
    await expect(page.getByTestId('gate')).toContainText('on the hold-out')
    await page.getByTestId('versions-menu').click()
    await page.getByRole('menuitem', { name: /Side by side/ }).click()
    await expect(page.getByTestId('versions-sheet')).toBeVisible()
    expect(await complaints(drydock)).toEqual([])
    const table = join(folder, 'versions.csv')
    await drydock.answerDialogs(table)
    await page.getByTestId('save-versions').click()
    await expect.poll(() => existsSync(table) && readFileSync(table, 'utf8')).toMatch(/"?validated, step 2/)
    await page.keyboard.press('Escape')
    await page.getByTestId('show-card').click()
    await expect(page.getByTestId('card-sheet')).toContainText('that of the images and of the model')
    expect(await complaints(drydock)).toEqual([])
    await page.keyboard.press('Escape')
    await page.getByTestId('roll-back').click()
    await expect.poll(current).toEqual(before)
  })

  await test.step('the training of a version is filled in again, to change one thing', async () => {
    await setNumber(drydock, 'Train for, steps', '9')
    await setNumber(drydock, 'Every', '3')
    await page.getByTestId('versions-menu').click()
    await page.getByRole('menuitem', { name: /^Train as .* was/ }).click()
    await expect(page.getByLabel('Train for, steps', { exact: true })).toHaveValue('4')
    await expect(page.getByLabel('Every', { exact: true })).toHaveValue('2')
  })
  expect(drydock.problems).toEqual([])
})
