import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../src-main/locations.ts'
import { writeImages } from '../src-main/testing/images.ts'
import { expect, test } from './harness.ts'
import { row } from './steps.ts'

const CASES = join(root, 'src-main', 'testing', 'labels')

test('an import says which images could not be read, and calls them nothing else', async ({
  launch,
  folder,
}) => {
  const photos = join(folder, 'photos')
  const labels = join(folder, 'labels.csv')
  const size = { width: 40, height: 30, ships: [] }
  await writeImages(photos, { 'a.png': size, 'b.png': { ...size, shade: 30 } })
  writeFileSync(labels, 'ImageId,EncodedPixels\na.png,1 5\nb.png,1 5\n')
  const drydock = await launch()
  const { page } = drydock
  await drydock.drop(photos)
  for (const path of ['a.png', 'b.png']) {
    await expect(row(drydock, path)).toContainText(/train|validation|hold-out/)
  }
  rmSync(join(photos, 'b.png'))
  await drydock.answerDialogs(labels)
  await drydock.menu('import-labels')
  await page.getByTestId('import-start').click()
  const result = page.getByTestId('import-result')
  await expect(result).toContainText('Imported 1 instance on 1 image.')
  await expect(result).not.toContainText('had truth already')
  const leftOut = page.getByTestId('import-left-out')
  await expect(leftOut.locator('summary')).toHaveText('1 image could not be read: left out')
  await leftOut.locator('summary').click()
  await expect(leftOut.getByRole('listitem')).toContainText('b.png is not where it was')
})

test('labels of another format come in with what is said of them, and go out with what is not in them', async ({
  launch,
  folder,
}) => {
  const photos = join(folder, 'photos')
  cpSync(join(CASES, 'images'), photos, { recursive: true })
  const drydock = await launch()
  const { page } = drydock
  await drydock.drop(photos)
  await expect(row(drydock, 'sub/b.png')).toContainText(/train|validation|hold-out/)

  await drydock.answerDialogs(join(CASES, 'yolo-segment'))
  await drydock.menu('import-label-folder')
  const preview = page.getByTestId('import-preview')
  await expect(preview).toContainText('YOLO, outlines')
  await expect(page.getByTestId('import-categories')).toContainText('tanker')
  await expect(page.getByTestId('import-remark')).toContainText('3 images found by more than the path')
  await page.getByTestId('import-start').click()
  await expect(page.getByTestId('import-result')).toContainText('Imported 5 instances on 3 images.')
  await page.getByTestId('import-close').click()

  await drydock.answerDialogs(join(CASES, 'coco-polygons.json'))
  await drydock.menu('import-labels')
  await expect(page.getByTestId('import-identical')).toHaveText('5')
  await page.keyboard.press('Escape')

  await drydock.menu('export-labels')
  await page.getByTestId('export-format').selectOption('yolo-detect')
  await expect(page.getByTestId('export-lost')).toContainText('the shapes of 1 instance')
  const out = join(folder, 'boxes')
  await drydock.answerDialogs(out)
  await page.getByTestId('export-start').click()
  await expect(page.getByTestId('export-sheet')).toHaveCount(0)
  expect(
    readFileSync(join(out, 'labels', 'sub', 'b.txt'), 'utf8')
      .trim()
      .split('\n'),
  ).toHaveLength(3)
})
