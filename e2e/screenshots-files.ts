import { copyFileSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { writeTiff } from '../src-main/testing/tiff.ts'
import { expect, root, test, type Drydock } from './harness.ts'
import { picture } from './pictures.ts'
import { handOn, openImage, row } from './steps.ts'

/** Pictures of what images and labels of other tools look like here, in both themes and three sizes. */

const RASTERS = join(root, 'src-main', 'testing', 'rasters')
const SAMPLE = join(root, 'resources', 'sample', 'images')

/** A picture of the sample as a satellite would have sent it: 13 bands of 16 bits, named, on the earth. */
async function writeSatellite(file: string, from: string): Promise<void> {
  const { data, info } = await sharp(from).removeAlpha().raw().toBuffer({ resolveWithObject: true })
  const { width, height } = info
  const colour = [2, 2, 1, 0, 0, 0, 0, 1, 1, 2, 2, 0, 0] as const
  const items = colour.map(
    (_, i) =>
      `<Item name="DESCRIPTION" sample="${i}" role="description">B${String(i + 1).padStart(2, '0')}</Item>`,
  )
  const bytes = writeTiff([
    {
      ...{ width, height, bands: 13, bits: 16, format: 1, deflate: true, stripRows: 64 },
      sample: (x, y, band) => {
        const value = data[(y * width + x) * 3 + colour[band]!]!
        return 400 + 60 * band + value * (13 + band) + ((x * 31 + y * 17 + band * 7) % 23)
      },
      tags: {
        // pixels of 2.5 m, UTM 31 north
        33550: [2.5, 2.5, 0],
        33922: [0, 0, 0, 430_000.5, 4_580_000.5, 0],
        34735: [1, 1, 0, 3, 1024, 0, 1, 1, 1025, 0, 1, 1, 3072, 0, 1, 32631],
        42112: `<GDALMetadata>${items.join('')}</GDALMetadata>`,
      },
    },
  ])
  writeFileSync(file, bytes)
}

function writePages(file: string): void {
  const page = (shade: number) => ({
    ...({ width: 320, height: 240, bands: 1, bits: 16, format: 1 } as const),
    sample: (x: number, y: number) => shade + x * 3 + y * 2,
  })
  writeFileSync(file, writeTiff([page(100), page(200), page(300)]))
}

const TWELVE = [
  ...['ship', 'Cargo vessel', 'tanker', 'tug', 'fishing boat', 'sailing boat', 'ferry', 'warship'],
  ...['harbour crane', 'storage tank', 'container crane of the northern terminal', 'bridge'],
]

/** COCO with twelve categories: overlapping, outside, of crowds, elsewhere. */
function writeCoco(file: string, images: readonly { name: string; width: number; height: number }[]): void {
  let id = 0
  const box = (image: number, category: number, x: number, y: number, width: number, height: number) => ({
    ...{ id: ++id, image_id: image, category_id: category, bbox: [x, y, width, height] },
    ...{ area: width * height, iscrowd: 0 },
    segmentation: [[x, y, x + width, y, x + width, y + height, x, y + height]],
  })
  const annotations = images.flatMap((_, i) =>
    TWELVE.map((_, k) => box(i + 1, k + 1, 20 + 30 * k, 40 + 12 * i, 24, 9)),
  )
  annotations.push(box(1, 1, 26, 42, 20, 8), box(2, 3, 90_000, 20, 9, 9), {
    ...box(1, 1, 200, 200, 60, 40),
    iscrowd: 1,
  })
  const far = { name: 'elsewhere/harbour-1999.png', width: 40, height: 30 }
  writeFileSync(
    file,
    JSON.stringify({
      images: [...images, far].map(({ name, width, height }, i) => ({
        id: i + 1,
        file_name: name,
        width,
        height,
      })),
      categories: TWELVE.map((name, i) => ({ id: i + 1, name })),
      annotations: [...annotations, box(images.length + 1, 1, 2, 2, 5, 5)],
    }),
  )
}

async function openMapping(drydock: Drydock): Promise<void> {
  await drydock.page.getByTestId('mapping-open').click()
  await expect(drydock.page.getByTestId('mapping')).toBeVisible()
}

test('images as sensors write them', async ({ launch, folder }) => {
  const scenes = join(folder, 'scenes')
  mkdirSync(scenes)
  await writeSatellite(join(scenes, 'a-harbour.tif'), join(SAMPLE, 'drawn-marina.jpg'))
  for (const name of ['sar-vv-vh-db.tif', 'saturated-16.tif', 'nodata-tag.tif', 'rgb-nir-8.tif']) {
    copyFileSync(join(RASTERS, name), join(scenes, name))
  }
  writePages(join(scenes, 'three-pages.tif'))
  writeFileSync(join(scenes, 'scene.jp2'), Buffer.from('0000000c6a5020200d0a870a', 'hex'))
  const drydock = await launch()
  const { page } = drydock
  await drydock.drop(scenes)
  await expect(row(drydock, 'three-pages.tif')).toContainText('1 of 3 pages')
  const canvas = page.getByTestId('canvas')
  const readout = { under: canvas, shows: page.getByTestId('samples') }

  await openImage(drydock, 'a-harbour.tif')
  await expect(page.getByTestId('place')).toHaveCount(0)
  await openMapping(drydock)
  await picture(drydock, 'mapping', false, { pointing: readout, narrow: false })
  await page.getByTestId('mapping-apart').check()
  await picture(drydock, 'mapping-apart', false, { narrow: false })
  await page.getByTestId('mapping-apart').uncheck()
  await page.getByTestId('mapping-band-0').selectOption('8')
  await page.getByTestId('mapping-set').click()
  await expect(page.getByTestId('mapping-rule')).toContainText('by hand')
  await picture(drydock, 'mapping-by-hand', false, { pointing: readout, narrow: false })

  for (const name of ['sar-vv-vh-db.tif', 'saturated-16.tif', 'three-pages.tif']) {
    await openImage(drydock, name)
    await expect(page.getByTestId('mapping')).toBeVisible()
    await picture(drydock, `mapping-${name.replace('.tif', '')}`, false, { pointing: readout, narrow: false })
  }

  const feature = (geometry: object) => ({ type: 'Feature', properties: {}, geometry })
  const coast = join(folder, 'coast.geojson')
  const around = [
    [2.1625, 41.3676],
    [2.1665, 41.3662],
    [2.1712, 41.366],
    [2.18, 41.364],
  ]
  writeFileSync(
    coast,
    JSON.stringify({
      type: 'FeatureCollection',
      features: [
        feature({ type: 'LineString', coordinates: around }),
        feature({ type: 'Point', coordinates: [2.169, 41.365] }),
      ],
    }),
  )
  await drydock.answerDialogs(coast)
  await drydock.menu('add-map-layer')
  await expect(page.getByTestId('map-layers')).toContainText('coast')
  await page.getByTestId('mapping-open').click()
  const hand = await handOn(drydock, 'a-harbour.tif')
  await hand.polygon([100, 100], [170, 100], [170, 118], [100, 118])
  await expect(page.getByTestId('instances')).toContainText(' m')
  await picture(drydock, 'places', false, { pointing: { under: canvas, shows: page.getByTestId('place') } })
})

test('labels as other tools write them', async ({ launch, folder }) => {
  const photos = join(folder, 'photos')
  mkdirSync(photos)
  const names = readdirSync(SAMPLE)
    .filter((name) => name.endsWith('.jpg'))
    .slice(0, 6)
  const images = []
  for (const name of names) {
    copyFileSync(join(SAMPLE, name), join(photos, name))
    const { width, height } = await sharp(join(SAMPLE, name)).metadata()
    images.push({ name, width, height })
  }
  const drydock = await launch()
  const { page } = drydock
  await drydock.drop(photos)
  for (const name of names) await expect(row(drydock, name)).toContainText(/train|validation|hold-out/)
  const coco = join(folder, 'instances_train2026.json')
  writeCoco(coco, images)
  await drydock.answerDialogs(coco)
  await drydock.menu('import-labels')
  await expect(page.getByTestId('import-preview')).toBeVisible()
  await picture(drydock, 'import-coco', false)
  await page.getByTestId('import-category-tanker').selectOption('ship')
  await page.getByTestId('import-start').scrollIntoViewIfNeeded()
  await page.getByTestId('import-sheet').getByLabel('A run: a colleague').scrollIntoViewIfNeeded()
  await picture(drydock, 'import-coco-below', false)
  await page.getByTestId('import-start').click()
  await expect(page.getByTestId('import-result')).toBeVisible()
  await picture(drydock, 'import-coco-done', false)
  await page.getByTestId('import-close').click()

  await openImage(drydock, names[0]!)
  await expect(page.getByTestId('instances').getByRole('option').first()).toBeVisible()
  await page.getByTestId('instances').getByRole('option').nth(2).click()
  await picture(drydock, 'categories-list', false)
  await page.getByTestId('category-filter').click()
  await picture(drydock, 'categories-filter', false)
  await page.keyboard.press('Escape')
  await page.getByTestId('categories').click()
  await expect(page.getByTestId('categories-sheet')).toBeVisible()
  await picture(drydock, 'categories-sheet', false)
  await page.keyboard.press('Escape')
  await drydock.menu('export-labels')
  await page.getByTestId('export-format').selectOption('dota')
  await expect(page.getByTestId('export-lost')).toBeVisible()
  await picture(drydock, 'export-lost', false)
})
