import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import sharp from 'sharp'
import { complaints } from './axe.ts'
import { expect, root, test } from './harness.ts'
import { ask, counts, handOn, jobsAreOver, openImage, lastPrediction, row, saved, settled } from './steps.ts'

const rasters = join(root, 'src-main', 'testing', 'rasters')
const line = (...coordinates: [number, number][]) => ({
  type: 'Feature',
  properties: {},
  geometry: { type: 'LineString', coordinates },
})

/** Mean of all colours around a place of the window, as it is on the screen. */
async function brightnessAt(page: Page, { x, y }: { x: number; y: number }): Promise<number> {
  const { channels } = await sharp(
    await page.screenshot({ clip: { x: x - 6, y: y - 6, width: 12, height: 12 } }),
  ).stats()
  return channels.slice(0, 3).reduce((sum, { mean }) => sum + mean / 3, 0)
}

test('a scene of 13 bands on the earth is opened, mapped, marked, predicted and exported', async ({
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
    await expect(page.getByTestId('samples')).toContainText('B04: 650')
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

  await test.step('the other one looks so too, goes back alone, and both go back together', async () => {
    await openImage(drydock, 'b.tif')
    await expect(page.getByTestId('bands-shown')).toContainText('B08')
    await page.getByTestId('mapping-reset').click()
    await expect(page.getByTestId('bands-shown')).toContainText('B04, B03, B02')
    await expect(page.getByTestId('mapping-rule')).not.toContainText('by hand')
    await expect(page.getByTestId('mapping-reset')).toBeDisabled()
    await page.getByTestId('mapping-reset-kind').click()
    await expect(page.getByTestId('mapping-reset-kind')).toHaveCount(0)
    await openImage(drydock, 'a.tif')
    await expect(page.getByTestId('bands-shown')).toContainText('B04, B03, B02')
    await openImage(drydock, 'b.tif')
  })

  const sea = () => brightnessAt(page, hand.at(6, 20))
  // before any range is tried: a picture by another one may come late
  const seaBefore = await settled(sea)
  await test.step('a range by percentiles, taken anew from another band', async () => {
    const way = page.getByTestId('mapping-way')
    await expect(way).toHaveValue('0.5 to 99.5 %')
    await expect(page.getByTestId('mapping-set')).toBeDisabled()
    const high = page.getByLabel('Range: white from')
    const before = await high.inputValue()
    await way.selectOption('mean ± 2 deviations')
    await expect(high).not.toHaveValue(before)
    const ofFourth = await high.inputValue()
    await page.getByTestId('mapping-band-0').selectOption('8')
    await expect(high).not.toHaveValue(ofFourth)
    await expect(way).toHaveValue('mean ± 2 deviations')
    await page.getByTestId('mapping-high').press('ArrowLeft')
    await expect(way).toHaveValue('')
    await page.getByTestId('mapping-band-0').selectOption('4')
    await way.selectOption('0.5 to 99.5 %')
    await expect(page.getByTestId('mapping-set')).toBeDisabled()
  })

  await test.step('a range is seen while its handle is dragged, and stored by the button alone', async () => {
    const stored = () => ask(join(folder, 'scenes.drydock'), 'select mapping_json from images order by id')
    const before = stored()
    await expect.poll(async () => Math.abs((await sea()) - seaBefore)).toBeLessThan(1)
    const handle = (await page.getByTestId('mapping-high').boundingBox())!
    const frame = (await page.getByTestId('histogram').boundingBox())!
    await page.mouse.move(handle.x + handle.width / 2, handle.y + 10)
    await page.mouse.down()
    await page.mouse.move(frame.x + 0.1 * frame.width, handle.y + 10, { steps: 4 })
    await expect.poll(sea).toBeGreaterThan(seaBefore + 30)
    await page.mouse.up()
    expect(stored()).toEqual(before)
    await page.getByTestId('mapping-way').selectOption('0.5 to 99.5 %')
    await expect.poll(async () => Math.abs((await sea()) - seaBefore)).toBeLessThan(1)
  })

  await test.step('each band gets a range of its own, and one for all again', async () => {
    await page.getByTestId('mapping-apart').check()
    await page.getByTestId('mapping-high-1').press('ArrowLeft')
    await page.getByTestId('mapping-set').click()
    await expect(page.getByTestId('mapping-rule')).toContainText('by hand')
    expect(await complaints(drydock)).toEqual([])
    await page.getByTestId('mapping-apart').uncheck()
    await expect(page.getByTestId('mapping-high')).toBeVisible()
    await page.getByTestId('mapping-reset').click()
    await expect(page.getByTestId('mapping-rule')).not.toContainText('by hand')
    // Escape inside closes it, and gives the focus back to what opened it
    await page.getByTestId('mapping-way').press('Escape')
    await expect(page.getByTestId('mapping')).toHaveCount(0)
    await expect(page.getByTestId('mapping-open')).toBeFocused()
  })

  const coast = join(folder, 'coast.geojson')
  await test.step('a coast line is a layer, not labels: by the menu, hidden by its switch', async () => {
    const features = [line([2.9, 41.9987], [3.0045, 41.9987], [3.0045, 42.1])]
    writeFileSync(coast, JSON.stringify({ type: 'FeatureCollection', features }))
    await drydock.answerDialogs(coast)
    await drydock.menu('add-map-layer')
    await expect(page.getByTestId('map-layers')).toHaveText('coast')
    expect(await complaints(drydock)).toEqual([])
    await page.getByTestId('show-map').click()
    await expect(page.getByTestId('show-map')).toHaveAttribute('aria-pressed', 'false')
    await page.getByTestId('show-map').click()
    expect((await counts(drydock)).truth).toBe(0)
  })

  await test.step('the ship is marked; its length is said in metres', async () => {
    const ship = await handOn(drydock, 'b.tif')
    await ship.polygon([24, 30], [44, 30], [44, 36], [24, 36])
    await saved(drydock)
    await expect.poll(async () => (await counts(drydock)).truth).toBe(1)
    await expect(page.getByTestId('instances')).toContainText(/(19|20|21)\d × \d+ m/)
  })

  await test.step('the scene is predicted and finished', async () => {
    await drydock.menu('predict-image')
    await expect.poll(() => lastPrediction(join(folder, 'scenes.drydock'))).toBe('done')
    await jobsAreOver(drydock)
    await page.getByTestId('canvas').focus()
    await page.keyboard.press('d')
    await expect(row(drydock, 'b.tif')).toContainText('done')
    await saved(drydock)
  })

  await test.step('truth goes out with places and metres', async () => {
    const out = join(folder, 'truth.geojson')
    await drydock.menu('export-labels')
    await page.getByTestId('export-format').selectOption('geojson')
    expect(await complaints(drydock)).toEqual([])
    await drydock.answerDialogs(out)
    await page.getByTestId('export-start').click()
    await expect(page.getByTestId('export-sheet')).toHaveCount(0)
    const { features } = JSON.parse(readFileSync(out, 'utf8')) as {
      features: {
        properties: Record<string, unknown>
        geometry: { coordinates: [number, number][][] } | null
      }[]
    }
    const ship = features.find(({ geometry }) => geometry !== null)
    expect(ship?.properties).toMatchObject({ image: 'b.tif', coordinates: 'places' })
    expect(ship?.properties['length_m']).toBeGreaterThan(190)
    const [longitude, latitude] = ship!.geometry!.coordinates[0]![0]!
    expect([Math.abs(longitude - 3.004) < 0.002, Math.abs(latitude - 41.997) < 0.002]).toEqual([true, true])
  })
})
