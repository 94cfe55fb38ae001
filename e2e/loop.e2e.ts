import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { tensorflowLibraries } from '../src-main/locations.ts'
import { CanvasHand } from './canvas.ts'
import { expect, test } from './harness.ts'
import { ask, counts, jobsAreOver, lastPrediction, openImage, predictAll, row, sampleIn } from './steps.ts'

test('the sample goes once around the loop', async ({ launch, folder }) => {
  test.setTimeout(600_000)
  const project = sampleIn(folder)
  const drydock = await launch({ args: ['--open-sample'] })
  const { page } = drydock
  await expect(page.getByTestId('image-count')).toHaveText('22')
  await expect(row(drydock, 'drawn-at-sea.jpg')).toContainText('to do')

  await test.step('the status bar names the backend and why', async () => {
    if (existsSync(tensorflowLibraries)) await expect(page.getByTestId('engine')).toContainText('tensorflow')
    await page.getByTestId('engine').click()
    await expect(page.getByTestId('engine-why')).toContainText(/\w+/)
    await expect(page.getByTestId('backend-choice')).toHaveValue('automatic')
    await page.keyboard.press('Escape')
  })

  await test.step('predict all, with progress', async () => {
    await expect(page.getByTestId('image-f2')).toHaveText('–')
    await predictAll(drydock, project)
    const [run] = ask<{ images: number }>(project, 'select count(distinct image_id) images from run_images')
    expect(run?.images).toBe(22)
  })

  await test.step('scores are shown, sorted, and stored', async () => {
    await openImage(drydock, 'drawn-side-by-side.jpg')
    await expect(page.getByTestId('image-f2')).toHaveText(/^[01]\.\d\d$/)
    await expect(page.getByTestId('staircase').getByRole('option').first()).toHaveAccessibleName(
      /IoU over 0\.50, F2 .*hit.*missed.*false/,
    )
    await page.getByTestId('sort-menu').click()
    await page.getByRole('menuitemradio', { name: 'F2, worst first' }).click()
    await expect(async () => {
      const shown = await page.getByTestId('queue').locator('[role=option]').allInnerTexts()
      const values = shown
        .map((text) => /[01]\.\d\d/.exec(text)?.[0])
        .filter((value) => value !== undefined)
        .map(Number)
      expect(values.length).toBeGreaterThan(5)
      expect(values).toEqual(values.toSorted((a, b) => a - b))
    }).toPass()
    // by name again: the list holds only the rows in sight
    await page.getByTestId('sort-menu').click()
    await page.getByRole('menuitemradio', { name: 'Name', exact: true }).click()
    await page.getByTestId('view-review').click()
    await expect(page.getByTestId('set-over')).toHaveText('19 of 22 scored')
    await page.getByTestId('view-annotate').click()
  })

  await test.step('touching ships are told apart by their embeddings', async () => {
    await page.getByTestId('view-embeddings').click()
    await expect(page.getByTestId('point-count')).toContainText(/\d+ pixels, \d+ clusters/)
    const clusters = page.getByTestId('clusters').getByRole('row')
    await expect.poll(() => clusters.count()).toBeGreaterThan(2)
    const canvas = page.getByTestId('canvas')
    const quiet = await canvas.screenshot()
    await clusters.nth(1).hover()
    await expect(clusters.nth(1)).toHaveClass(/brushed/)
    await expect.poll(async () => (await canvas.screenshot()).equals(quiet)).toBe(false)
    // and the other way round: over the instance in the image its cluster lights up
    // the column of centres gives way where the table is narrow
    const centre = await clusters.nth(2).locator('td.centre').textContent()
    const [x, y] = (centre ?? '').split(', ').map(Number)
    const hand = new CanvasHand(page)
    await hand.look()
    await expect(async () => {
      await hand.hover(x ?? 0, y ?? 0)
      await expect(clusters.nth(2)).toHaveClass(/brushed/, { timeout: 1000 })
    }).toPass()
    await page.getByTestId('view-annotate').click()
  })

  await test.step('accepting a prediction makes truth, and undo takes it back', async () => {
    const [unfinished] = ask<{ path: string }>(
      project,
      `select path from images join predictions on predictions.image_id = images.id
       where status in ('to do', 'in progress') group by path order by count(*) desc`,
    )
    const path = unfinished?.path ?? ''
    await openImage(drydock, path)
    await expect.poll(async () => (await counts(drydock)).predicted).toBeGreaterThan(0)
    const before = await counts(drydock)
    await page.getByTestId('instances').getByTestId('accept').first().click()
    await expect
      .poll(() => counts(drydock))
      .toEqual({ truth: before.truth + 1, predicted: before.predicted - 1 })
    await page.keyboard.press('Control+z')
    await expect.poll(() => counts(drydock)).toEqual(before)
    await page.getByTestId('accept-all').click()
    await expect.poll(async () => (await counts(drydock)).truth).toBe(before.truth + before.predicted)
    await page.keyboard.press('d')
    await expect(row(drydock, path)).toContainText('done')
    await expect(row(drydock, path)).toContainText('1.00')
    const stored = 'select f2 from scores join images on images.id = scores.image_id where path = ?'
    await expect.poll(() => ask<{ f2: number }>(project, stored, path)).toEqual([{ f2: 1 }])
  })

  await test.step('training makes a version that can be made current and predicts', async () => {
    await page.getByTestId('view-train').click()
    await expect(page.getByTestId('train-used')).toHaveText('13')
    await page.getByLabel('Unit of the length').selectOption('steps')
    await page.getByLabel('Train for, steps').fill('4')
    await page.getByLabel('Train for, steps').press('Enter')
    await page.getByLabel('Every').fill('2')
    await page.getByLabel('Every').press('Enter')
    await page.getByTestId('start-training').click()
    await expect(page.getByTestId('train-state')).toContainText('finished', { timeout: 240_000 })
    await expect(page.getByTestId('f2-curve')).toHaveAttribute('data-points', /[1-9]/)
    const versions = page.getByTestId('versions').getByRole('listitem')
    await expect(versions).toHaveCount(2)
    await page.getByTestId('make-current').click()
    await expect(versions.filter({ has: page.locator('[data-current=true]') })).toContainText('20 images')
    const trained = ask<{ id: string }>(project, "select id from models where kind = 'trained'")
    expect(existsSync(join(project, 'models', trained[0]?.id ?? '', 'weights.bin'))).toBe(true)

    drydock.signalEngines('SIGSTOP') // else a fast machine is done before the click
    await page.getByTestId('start-training').click()
    await page.getByTestId('cancel-training').click()
    drydock.signalEngines('SIGCONT')
    await expect(page.getByTestId('train-state')).toContainText('cancelled')

    await page.getByTestId('view-annotate').click()
    await drydock.menu('predict-image')
    await expect.poll(() => ask(project, 'select id from runs').length).toBe(2)
    await jobsAreOver(drydock)
  })

  await test.step('labels go out and come in, and one undo takes them back', async () => {
    const [out, back] = [join(folder, 'truth.csv'), join(folder, 'back.csv')]
    await drydock.answerDialogs(out)
    await drydock.menu('export-truth')
    await expect.poll(() => existsSync(out)).toBe(true)
    await expect.poll(() => readFileSync(out, 'utf8')).toMatch(/^ImageId,EncodedPixels\r?\n/)
    expect(readFileSync(out, 'utf8')).toContain('athens-open-sea.png,')

    // a run shorter: what is there already would not be imported again
    const shorter = readFileSync(out, 'utf8').replaceAll(/ \d+ \d+$/gm, '')
    writeFileSync(back, `${shorter}nowhere.png,1 5\ndrawn-marina.jpg,not numbers\n`)
    const before = ask<{ n: number }>(project, 'select count(*) n from truth')
    await drydock.answerDialogs(back)
    await drydock.menu('import-labels')
    await expect(page.getByTestId('import-preview')).toContainText('20')
    await expect(page.getByTestId('import-sheet')).toContainText('not in this project: left out')
    await expect(page.getByTestId('import-sheet')).toContainText('1 row that cannot be read')
    await page.getByRole('radio', { name: /^Replace what is marked/ }).check()
    await page.getByTestId('import-start').click()
    await expect(page.getByTestId('import-result')).toContainText('Imported')
    expect(ask(project, "select id from truth where origin = 'imported'").length).toBeGreaterThan(50)
    await page.getByTestId('import-undo').click()
    await expect.poll(() => ask<{ n: number }>(project, 'select count(*) n from truth')).toEqual(before)
  })

  await test.step('a killed engine costs its job and nothing else', async () => {
    drydock.signalEngines('SIGSTOP') // else a fast machine is done before the blow
    await drydock.menu('predict-all')
    // A blow before the job's first question costs nothing: that question starts an engine. So the next falls on that one.
    const failed = page.getByTestId('toast-error')
    const blow = async (): Promise<number> => {
      drydock.signalEngines('SIGKILL')
      return failed.count()
    }
    await expect.poll(blow, { intervals: [20] }).toBe(1)
    await expect(failed).toContainText(/engine/i)
    await drydock.menu('predict-image')
    // it may not have begun yet
    await expect.poll(() => lastPrediction(project)).toBe('done')
    await jobsAreOver(drydock)
  })

  await test.step('a prediction is cancelled, and what it had reached is kept', async () => {
    const reached = (): number => ask(project, 'select id from run_images').length
    const before = reached()
    await drydock.menu('predict-all')
    const engine = await drydock.pidOf('engine')
    await expect.poll(reached, { intervals: [10] }).toBeGreaterThan(before)
    process.kill(engine, 'SIGSTOP') // else a fast machine is done before the click
    await page.getByTestId('cancel-job').click()
    process.kill(engine, 'SIGCONT')
    await jobsAreOver(drydock)
    await expect.poll(() => lastPrediction(project)).toBe('cancelled')
    expect(reached()).toBeLessThan(2 * 22)
  })

  expect(drydock.problems).toEqual([])
})
