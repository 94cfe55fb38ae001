import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { expect, root, test } from './harness.ts'
import { ask, counts, handOn, jobsAreOver, openImage, row, saved } from './steps.ts'

const images = join(root, 'resources', 'sample', 'images')

test('a folder of images becomes a project; what is drawn is saved, undone, redone, and outlives kill -9', async ({
  launch,
  folder,
}) => {
  const photos = join(folder, 'photos')
  const project = join(folder, 'photos.drydock')
  mkdirSync(join(photos, 'deep'), { recursive: true })
  const picture = sharp(join(images, 'drawn-at-sea.jpg'))
  await picture.clone().png().toFile(join(photos, 'a.png'))
  await picture.clone().rotate(90).jpeg({ quality: 90 }).toFile(join(photos, 'b.jpg'))
  await picture
    .clone()
    .flip()
    .tiff()
    .toFile(join(photos, 'deep', 'c.tif'))
  writeFileSync(join(photos, 'broken.png'), 'this is no picture')
  writeFileSync(join(photos, 'notes.txt'), 'not looked at')

  let drydock = await launch()
  await test.step('dropping the folder makes the project', async () => {
    await drydock.drop(photos)
    await expect(drydock.page.getByTestId('image-count')).toHaveText('4')
    for (const path of ['a.png', 'b.jpg', 'deep/c.tif']) {
      await expect(row(drydock, path)).toContainText('to do')
      await expect(row(drydock, path)).toContainText(/train|validation|hold-out/)
      await expect(row(drydock, path).locator('canvas[data-drawn]')).toBeVisible()
    }
    await expect(row(drydock, 'broken.png')).toContainText('unreadable')
    await jobsAreOver(drydock)
  })

  const hand = await handOn(drydock, 'a.png')
  await test.step('polygon, brush, eraser', async () => {
    await hand.polygon([100, 100], [160, 100], [160, 140], [100, 140])
    await expect.poll(() => counts(drydock)).toEqual({ truth: 1, predicted: 0 })
    await saved(drydock)
    const [drawn] = ask<{ area: number; origin: string }>(project, 'select area, origin from truth')
    expect(drawn?.origin).toBe('drawn')
    // clicks land within a pixel or so
    expect(Math.abs((drawn?.area ?? 0) - 60 * 40)).toBeLessThan(350)

    await drydock.page.keyboard.press('Escape')
    await drydock.page.keyboard.press('b')
    await hand.stroke([300, 300], [340, 300])
    await expect.poll(() => counts(drydock)).toEqual({ truth: 2, predicted: 0 })
    await saved(drydock)
    const before = ask<{ area: number }>(project, 'select area from truth order by number')
    await drydock.page.keyboard.press('e')
    await drydock.page.keyboard.press('Escape') // from any ship, not only the one just drawn
    await hand.stroke([100, 120], [130, 120])
    await saved(drydock)
    await expect
      .poll(() => ask<{ area: number }>(project, 'select area from truth order by number')[0]?.area)
      .toBeLessThan(before[0]?.area ?? 0)
  })

  await test.step('select, delete, undo, redo', async () => {
    await drydock.page.keyboard.press('v')
    await hand.click(320, 300)
    await drydock.page.keyboard.press('Delete')
    await expect.poll(() => counts(drydock)).toEqual({ truth: 1, predicted: 0 })
    await drydock.page.keyboard.press('Control+z')
    await expect.poll(() => counts(drydock)).toEqual({ truth: 2, predicted: 0 })
    await drydock.page.keyboard.press('Control+Shift+z')
    await expect.poll(() => counts(drydock)).toEqual({ truth: 1, predicted: 0 })
    await drydock.menu('undo')
    await expect.poll(() => counts(drydock)).toEqual({ truth: 2, predicted: 0 })
    await saved(drydock)
  })

  const truth = () => ask<{ id: string; rle: string }>(project, 'select id, rle from truth order by id')
  const drawn = truth()
  expect(drawn).toHaveLength(2)
  await test.step('kill -9 of the backend', async () => {
    process.kill(await drydock.pidOf('backend'), 'SIGKILL')
    await expect.poll(() => counts(drydock)).toEqual({ truth: 2, predicted: 0 })
    await drydock.page.keyboard.press('b')
    await hand.stroke([400, 100], [430, 100])
    await expect.poll(() => counts(drydock)).toEqual({ truth: 3, predicted: 0 })
    await saved(drydock)
    await drydock.page.keyboard.press('Control+z')
    await expect.poll(() => truth()).toEqual(drawn)
  })

  await test.step('kill -9 of everything', async () => {
    await drydock.page.keyboard.press('d')
    await expect(row(drydock, 'a.png')).toContainText('done')
    await saved(drydock)
    await drydock.kill()
    drydock = await launch({ args: ['--open', project] })
    await expect(row(drydock, 'a.png')).toContainText('done')
    await openImage(drydock, 'a.png')
    await expect.poll(() => counts(drydock)).toEqual({ truth: 2, predicted: 0 })
    expect(truth()).toEqual(drawn)
  })

  await test.step('no ship only where none is marked', async () => {
    await drydock.page.keyboard.press('n')
    await expect(drydock.page.getByText('2 ships are marked')).toBeVisible()
    await expect(row(drydock, 'a.png')).toContainText('done')
    await openImage(drydock, 'b.jpg')
    await drydock.page.keyboard.press('n')
    await expect(row(drydock, 'b.jpg')).toContainText('no ship')
  })
})
