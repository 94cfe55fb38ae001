import { expect, test } from './harness.ts'
import { ask, jobsAreOver, openImage, predictAll, sampleIn } from './steps.ts'

test('cleaner images or more ships, hulls or rectangles, cut at necks or not: another choice is another run, there at once', async ({
  launch,
  folder,
}) => {
  const project = sampleIn(folder)
  const drydock = await launch({ args: ['--open-sample'] })
  const { page } = drydock
  await expect(page.getByTestId('image-count')).toHaveText('22')
  await predictAll(drydock, project)
  await openImage(drydock, 'drawn-rafted-ships.jpg')
  await page.getByTestId('view-embeddings').click()
  await expect(page.getByTestId('point-count')).toContainText('clusters')
  const before = ask<{ id: number }>(project, 'select id from runs')
  const inferences = ask<{ inference: string }>(
    project,
    'select distinct inference from run_images order by 1',
  )

  const slider = page.getByTestId('run-choice-slider')
  await slider.focus()
  // the cleanest, then the one that finds most: what is kept grows from nearly nothing to all
  await page.keyboard.press('Home')
  await expect.poll(() => ask(project, 'select id from runs').length).toBe(before.length + 1)
  await page.keyboard.press('End')
  await expect.poll(() => ask(project, 'select id from runs').length).toBe(before.length + 2)
  await jobsAreOver(drydock)
  await expect(slider).toBeFocused()
  const runs = (): { images: number; found: number }[] =>
    ask(
      project,
      `select (select count(*) from run_images where run_id = runs.id) images,
              (select count(*) from predictions where run_id = runs.id) found
       from runs order by id`,
    )
  // a job that has begun on the disk may not have reached the status bar yet
  await expect.poll(() => runs().map(({ images }) => images)).toEqual([22, 22, 22])
  const [own, clean, most] = runs().map(({ found }) => found)
  expect(clean).toBeLessThanOrEqual(own!)
  expect(most).toBeGreaterThanOrEqual(own!)
  expect(most).toBeGreaterThan(clean!)
  // the shape is a choice of the same kind
  const rectangles = page.getByLabel('Instances as rectangles')
  await expect(rectangles).not.toBeChecked()
  await rectangles.check()
  await expect.poll(() => runs().map(({ images }) => images)).toEqual([22, 22, 22, 22])
  await jobsAreOver(drydock)
  await expect(rectangles).toBeChecked()
  expect(runs()[3]!.found).toBeLessThanOrEqual(most!)
  expect(runs()[3]!.found).toBeGreaterThan(clean!)
  // and so is cutting at necks: what is cut off may be too faint to stay, but something is cut
  await page.getByLabel('Cut at necks').check()
  await expect.poll(() => runs().map(({ images }) => images)).toEqual([22, 22, 22, 22, 22])
  await jobsAreOver(drydock)
  const necks = `coalesce(json_extract(settings_json, '$.necks'), 0) necks`
  expect(ask(project, `select ${necks} from runs order by id`).slice(3)).toEqual([{ necks: 0 }, { necks: 1 }])
  const [whole, cut] = ask<{ id: number }>(project, 'select id from runs order by id').slice(3)
  const ofRun = (id: number): string => `select image_id, rle from predictions where run_id = ${id}`
  expect(ask(project, `${ofRun(cut!.id)} except ${ofRun(whole!.id)}`)).not.toEqual([])
  expect(ask(project, 'select distinct inference from run_images order by 1')).toEqual(inferences)
  expect(drydock.problems).toEqual([])
})

test('looking four times is a run of its own, and the project keeps the choice', async ({
  launch,
  folder,
}) => {
  const project = sampleIn(folder)
  const drydock = await launch({ args: ['--open-sample'] })
  const { page } = drydock
  const fourTimes = page.getByLabel('Look four times (flips)')
  await openImage(drydock, 'drawn-rafted-ships.jpg')
  await page.getByTestId('predict-this').click()
  await expect(page.getByTestId('image-f2')).toHaveText(/\d/)
  await jobsAreOver(drydock)
  await expect(page.getByTestId('predict-this')).toHaveCount(0)

  // what is on the screen was not looked at so: it stays, and there is something to predict again
  await fourTimes.check()
  await expect(page.getByTestId('predict-this')).toBeEnabled()
  await page.getByTestId('predict-this').click()
  await expect
    .poll(() => ask<{ flips: number }>(project, 'select flips from runs order by id'))
    .toEqual([{ flips: 0 }, { flips: 1 }])
  await jobsAreOver(drydock)
  await expect(page.getByTestId('predict-this')).toHaveCount(0)
  expect(drydock.problems).toEqual([])

  await drydock.close()
  const again = await launch({ args: ['--open-sample'] })
  await expect(again.page.getByLabel('Look four times (flips)')).toBeChecked()
})
