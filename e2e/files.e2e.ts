import { mkdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { expect, root, test } from './harness.ts'
import { ask, counts, handOn, jobsAreOver, openImage, problemsBesidesPictures, row, saved } from './steps.ts'

test('an image whose file changes is shown with a note until it is done again; one that is gone and found comes back', async ({
  launch,
  folder,
}) => {
  const photos = join(folder, 'photos')
  const project = join(folder, 'photos.drydock')
  mkdirSync(photos)
  const picture = sharp(join(root, 'resources', 'sample', 'images', 'drawn-at-sea.jpg'))
  await picture.clone().png().toFile(join(photos, 'a.png'))
  await picture.clone().flip().png().toFile(join(photos, 'b.png'))

  const drydock = await launch()
  const { page } = drydock
  await drydock.drop(photos)
  await expect(page.getByTestId('image-count')).toHaveText('2')
  await expect(row(drydock, 'b.png')).toContainText(/train|validation|hold-out/)
  await jobsAreOver(drydock)

  await test.step('changed, looked at, and done once more', async () => {
    const hand = await handOn(drydock, 'a.png')
    await hand.polygon([100, 100], [160, 100], [160, 140], [100, 140])
    await expect.poll(() => counts(drydock)).toEqual({ truth: 1, predicted: 0 })
    await saved(drydock)
    await page.keyboard.press('Escape')
    await page.keyboard.press('d')
    await expect(row(drydock, 'a.png')).toContainText('done')

    await picture.clone().negate().png().toFile(join(photos, 'a.png'))
    await drydock.menu('rescan')
    await expect(row(drydock, 'a.png')).toContainText('changed')
    await openImage(drydock, 'a.png')
    await expect(page.getByTestId('file-note')).toContainText('changed outside Drydock')
    await expect(page.getByText('This image cannot be shown')).toBeHidden()
    await hand.look()
    await expect.poll(() => counts(drydock)).toEqual({ truth: 1, predicted: 0 })

    await page.keyboard.press('d')
    await expect(page.getByTestId('open-image')).toHaveText('b.png')
    await expect(page.getByTestId('file-note')).toBeHidden()
    await expect(row(drydock, 'a.png')).not.toContainText('changed')
    await expect
      .poll(() => ask(project, "select file_state, status from images where path = 'a.png'"))
      .toEqual([{ file_state: 'ok', status: 'done' }])
  })

  await test.step('gone, put back, and looked for', async () => {
    renameSync(join(photos, 'b.png'), join(folder, 'b.png'))
    await drydock.menu('rescan')
    await expect(page.getByText('This image cannot be shown')).toBeVisible()
    await jobsAreOver(drydock)
    renameSync(join(folder, 'b.png'), join(photos, 'b.png'))
    await page.getByRole('button', { name: 'Look again' }).click()
    await expect(page.getByText('This image cannot be shown')).toBeHidden()
    await expect(page.getByTestId('open-image')).toHaveText('b.png')
  })
})

test('copies that are renamed are asked about once for all, and their marks follow where a person says so', async ({
  launch,
  folder,
}) => {
  const photos = join(folder, 'photos')
  const project = join(folder, 'photos.drydock')
  mkdirSync(photos)
  const picture = sharp(join(root, 'resources', 'sample', 'images', 'drawn-at-sea.jpg'))
  for (const name of ['a1.png', 'a2.png']) await picture.clone().png().toFile(join(photos, name))

  const drydock = await launch()
  const { page } = drydock
  await drydock.drop(photos)
  await expect(page.getByTestId('image-count')).toHaveText('2')
  await jobsAreOver(drydock)
  const hand = await handOn(drydock, 'a2.png')
  await hand.polygon([100, 100], [160, 100], [160, 140], [100, 140])
  await expect.poll(() => counts(drydock)).toEqual({ truth: 1, predicted: 0 })
  await saved(drydock)
  await page.keyboard.press('Escape')

  renameSync(join(photos, 'a1.png'), join(photos, 'z1.png'))
  renameSync(join(photos, 'a2.png'), join(photos, 'z2.png'))
  await drydock.menu('rescan')
  const question = page.getByTestId('moved-question')
  await expect(question).toContainText('2 images seem to have moved')
  // the marked one goes first: copies are alike, and only its marks matter
  await expect(question).toContainText('a2.png → z1.png')
  await page.getByTestId('follow-moved').click()
  await expect(question).toBeHidden()
  await expect(page.getByTestId('open-image')).toHaveText('z1.png')
  await expect(page.getByTestId('image-count')).toHaveText('2')
  await expect(page.getByText('This image cannot be shown')).toBeHidden()
  const marks = 'select path, (select count(*) from truth where image_id = images.id) n from images'
  await expect
    .poll(() => ask(project, `${marks} order by path`))
    .toEqual([
      { path: 'z1.png', n: 1 },
      { path: 'z2.png', n: 0 },
    ])
  expect(problemsBesidesPictures(drydock)).toEqual([])
})
