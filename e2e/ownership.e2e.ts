import { mkdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { expect, root, test } from './harness.ts'
import { ask, handOn, jobsAreOver, openImage, problemsBesidesPictures, sampleIn, saved } from './steps.ts'

const picture = join(root, 'resources', 'sample', 'images', 'drawn-at-sea.jpg')
/** so many that looking through them takes longer than opening another project */
const SUBFOLDERS = 20_000
/** making, looking through and deleting them takes minutes where many others work on the disk, in ms */
const LONG = 240_000

test('the answer of a project that was left lands nowhere, and what is drawn then is stored in the next one', async ({
  launch,
  folder,
}) => {
  test.setTimeout(3 * LONG)
  for (const name of ['alpha', 'beta']) {
    mkdirSync(join(folder, name))
    const file = join(folder, name, `${name}.png`)
    await sharp(picture).resize(200, 200).png().toFile(file)
  }
  const drydock = await launch()
  const { page } = drydock
  await drydock.drop(join(folder, 'beta'))
  await expect(page.getByTestId('image-count')).toHaveText('1')
  await jobsAreOver(drydock)
  await drydock.drop(join(folder, 'alpha'))
  await openImage(drydock, 'alpha.png')
  await jobsAreOver(drydock)

  const moved = join(folder, 'alpha moved')
  renameSync(join(folder, 'alpha'), moved)
  for (let i = 0; i < SUBFOLDERS; i++) mkdirSync(join(moved, `empty ${i}`))
  await drydock.answerDialogs(moved)
  await page.getByTestId('project-menu').click()
  await page.getByRole('menuitem', { name: 'The images have moved…' }).click()
  await drydock.drop(join(folder, 'beta'))

  await expect(page.getByTestId('open-image')).toHaveText('beta.png', { timeout: LONG })
  const store = (name: string) => join(folder, `${name}.drydock`)
  await expect
    .poll(() => ask<{ value: string }>(store('alpha'), "select value from meta where name = 'images_root'"), {
      timeout: LONG,
    })
    .toEqual([{ value: moved }])
  const hand = await handOn(drydock, 'beta.png')
  await page.keyboard.press('b')
  await hand.stroke([60, 60], [90, 60])
  await saved(drydock)
  await expect(page.getByTestId('project-menu')).toContainText('beta')
  await expect(page.getByTestId('image-count')).toHaveText('1')
  const marked = (name: string) => ask(store(name), 'select id from truth').length
  expect([marked('alpha'), marked('beta')]).toEqual([0, 1])
  expect(problemsBesidesPictures(drydock)).toEqual([])
})

test('a stroke whose pointer is taken away does not go on where the next one begins', async ({
  launch,
  folder,
}) => {
  const drydock = await launch({ args: ['--open-sample'] })
  const { page } = drydock
  const hand = await handOn(drydock, 'drawn-at-sea.jpg')
  const areas = () =>
    ask<{ area: number }>(sampleIn(folder), 'select area from truth').map(({ area }) => area)
  const before = areas()
  await page.keyboard.press('b')
  const [from, to] = [hand.at(100, 100), hand.at(120, 100)]
  await page.mouse.move(from.x, from.y)
  await page.mouse.down()
  await page.mouse.move(to.x, to.y, { steps: 4 })
  await page.evaluate(() => {
    const canvas = document.querySelector('[data-canvas]')
    for (let pointer = 0; pointer < 10; pointer++)
      if (canvas?.hasPointerCapture(pointer)) canvas.releasePointerCapture(pointer)
  })
  const outside = await page.getByTestId('open-image').boundingBox()
  if (!outside) throw new Error('no name of the image')
  await page.mouse.move(outside.x, outside.y, { steps: 4 })
  await page.mouse.up()
  await hand.stroke([400, 400], [430, 400])
  await saved(drydock)
  await expect.poll(() => areas().length).toBe(before.length + 1)
  // 30 px of a brush of 12 px; to the first place and back it would be over 4,000
  expect(Math.max(...areas().filter((area) => !before.includes(area)))).toBeLessThan(700)
})
