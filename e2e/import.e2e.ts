import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeImages } from '../src-main/testing/images.ts'
import { expect, test } from './harness.ts'
import { row } from './steps.ts'

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
