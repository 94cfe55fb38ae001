import { copyFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, root, test } from './harness.ts'
import { handOn, jobsAreOver } from './steps.ts'

const rasters = join(root, 'src-main', 'testing', 'rasters')

test('a scene of 13 bands is seen in colour, says samples and places, and is mapped by hand', async ({
  launch,
  folder,
}) => {
  const scenes = join(folder, 'scenes')
  mkdirSync(scenes)
  copyFileSync(join(rasters, 'sentinel2-13.tif'), join(scenes, 'a.tif'))
  copyFileSync(join(rasters, 'sentinel2-13.tif'), join(scenes, 'b.tif'))
  const drydock = await launch()
  const { page } = drydock
  await drydock.drop(scenes)
  await expect(page.getByTestId('image-count')).toHaveText('2')
  await jobsAreOver(drydock)
  const hand = await handOn(drydock, 'a.tif')
  await expect(page.getByTestId('bands-shown')).toContainText('B04, B03, B02')

  await test.step('the readout has samples beside the 8 bits, the place, and a scale', async () => {
    await hand.hover(10, 10)
    await expect(page.getByTestId('samples')).toContainText('B04 650')
    await expect(page.getByTestId('place')).toContainText(/3\.00\d+° E, 41\.99\d+° N/)
    await expect(page.getByTestId('scale-bar')).toContainText(' m')
  })

  await test.step('the editor says which rule chose; another band for both images at once', async () => {
    await page.getByTestId('mapping-open').click()
    await expect(page.getByTestId('mapping-rule')).toContainText('B04, B03, B02')
    await expect(page.getByTestId('pixel-metres')).toHaveText('10')
    await page.getByTestId('mapping-band-0').selectOption('8')
    await page.getByTestId('mapping-high').press('ArrowLeft')
    await page.getByTestId('mapping-set-kind').click()
    await expect(page.getByTestId('bands-shown')).toContainText('B08')
    await expect(page.getByTestId('mapping-rule')).toContainText('by hand')
  })

  await test.step('the other one looks so too, and goes back alone', async () => {
    await handOn(drydock, 'b.tif')
    await expect(page.getByTestId('bands-shown')).toContainText('B08')
    await page.getByTestId('mapping-reset').click()
    await expect(page.getByTestId('bands-shown')).toContainText('B04, B03, B02')
  })
})
