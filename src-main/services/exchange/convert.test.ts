import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { LABEL_FORMATS } from '../../contract/label-formats.ts'
import type { LabelFormatId } from '../../contract/label-formats.ts'
import { root } from '../../locations.ts'
import { convertLabels } from './convert.ts'
import type { Converted } from './convert.ts'

const CASES = join(root, 'src-main', 'testing', 'labels')
const IMAGES = join(CASES, 'images')

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'drydock-convert-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

async function convert(
  from: string,
  to: LabelFormatId,
  out: string,
  images: string | null = IMAGES,
): Promise<Converted & { told: readonly string[] }> {
  let told: readonly string[] = []
  const converted = await convertLabels(
    { from, images: images ?? undefined, to, out },
    { signal: new AbortController().signal, onLosses: (lost) => (told = lost), onProgress: () => undefined },
  )
  return { ...converted, told }
}

/** Rows by image; whether images or instances come in another order says nothing. */
function rows(file: string): string[] {
  return readFileSync(file, 'utf8').trimEnd().split('\n').sort()
}

const expected = (name: string): string[] => rows(join(CASES, name))

test.each([
  ['coco-rle.json', 'coco-rle', 'truth.csv'],
  ['coco-rle-uncompressed.json', 'coco-rle', 'truth.csv'],
  ['coco-rle-with-crowd.json', 'coco-rle', 'truth.csv'],
  ['coco-polygons.json', 'coco-polygons', 'truth-without-holes.csv'],
  ['label-maps', 'label-maps', 'truth.csv'],
  ['yolo-segment', 'yolo-segment', 'truth-without-holes.csv'],
  ['yolo-segment/data.yaml', 'yolo-segment', 'truth-without-holes.csv'],
  ['yolo-obb', 'yolo-obb', 'truth-as-boxes.csv'],
  ['yolo-detect', 'yolo-detect', 'truth-as-boxes.csv'],
  ['labelme', 'labelme', 'truth-as-boxes.csv'],
  ['voc', 'voc', 'truth-as-boxes.csv'],
  ['truth.csv', 'airbus', 'truth.csv'],
])('%s is recognised as %s and reads as %s', async (from, format, truth) => {
  const out = join(folder, 'out.csv')
  const converted = await convert(join(CASES, from), 'airbus', out)
  expect(rows(out)).toEqual(expected(truth))
  expect(converted).toMatchObject({
    from: { id: format },
    ...{ images: 3, instances: 5, leftOut: [] },
    crowds: from.includes('crowd') ? 1 : 0,
  })
})

const CATEGORIES = { 'a.png': ['ship', 'tanker'], 'sub/b.png': ['ship', 'tug', 'ship'], 'empty.png': [] }

test.each([
  'coco-rle.json',
  'coco-polygons.json',
  'yolo-segment',
  'yolo-obb',
  'yolo-detect',
  'labelme',
  'voc',
])('%s keeps its categories', async (from) => {
  const { out } = await convert(join(CASES, from), 'coco-rle', join(folder, 'out'))
  expect(out).toBe(join(folder, 'out.json'))
  const coco = JSON.parse(readFileSync(out, 'utf8')) as {
    images: { id: number; file_name: string }[]
    annotations: { image_id: number; category_id: number }[]
    categories: { id: number; name: string }[]
  }
  const found = coco.images.map(({ id, file_name }) => [
    file_name,
    coco.annotations
      .filter(({ image_id }) => image_id === id)
      .map(({ category_id }) => coco.categories.find((one) => one.id === category_id)!.name),
  ])
  expect(Object.fromEntries(found)).toEqual(CATEGORIES)
})

const LOST: Record<LabelFormatId, string[]> = {
  airbus: ['categories'],
  'coco-rle': [],
  'coco-polygons': ['holes of 1 instance'],
  'yolo-segment': ['holes of 1 instance'],
  'yolo-obb': ['the shapes of 2 instances (only turned boxes are kept)'],
  'yolo-detect': ['the shapes of 2 instances (only boxes are kept)'],
  dota: ['the shapes of 2 instances (only turned boxes are kept)'],
  labelme: ['holes of 1 instance'],
  voc: ['the shapes of 2 instances (only boxes are kept)'],
  geojson: [],
  'label-maps': ['categories'],
  masks: ['categories'],
}

test.each(LABEL_FORMATS.map(({ id }) => id))(
  '%s comes back, but for what was said to be lost',
  async (id) => {
    const there = await convert(join(CASES, 'coco-rle.json'), id, join(folder, 'there'))
    expect(there.told).toEqual(LOST[id])
    const back = await convert(there.out, 'airbus', join(folder, 'back.csv'))
    expect(back).toMatchObject({ from: { id }, images: 3, instances: 5, leftOut: [] })
    const truth = LOST[id].some((lost) => lost.startsWith('the shapes'))
      ? 'truth-as-boxes.csv'
      : LOST[id].some((lost) => lost.startsWith('holes'))
        ? 'truth-without-holes.csv'
        : 'truth.csv'
    expect(rows(back.out)).toEqual(expected(truth))
  },
)

test('areas of many objects go where they can be held, and are said to be left out elsewhere', async () => {
  const from = join(folder, 'crowds.json')
  const size = [30, 40]
  const crowd = (image_id: number, id: number) => ({
    ...{ id, image_id, category_id: 1, iscrowd: 1, segmentation: { size, counts: [5, 7, 1188] } },
  })
  const images = [1, 2].map((id) => ({ id, file_name: id === 1 ? 'a.png' : 'b.png', width: 40, height: 30 }))
  const ship = { ...crowd(1, 3), iscrowd: 0 }
  const annotations = [crowd(1, 1), crowd(2, 2), ship]
  writeFileSync(from, JSON.stringify({ images, annotations, categories: [{ id: 1, name: 'ship' }] }))
  const held = await convert(from, 'coco-polygons', join(folder, 'held'), null)
  expect(held).toMatchObject({ images: 2, instances: 1, crowds: 0, leftOut: [] })
  expect(await convert(held.out, 'coco-rle', join(folder, 'again'), null)).toMatchObject({
    images: 2,
    crowds: 0,
  })
  // of an image that holds nothing else nobody knows whether it has a ship
  const lost = await convert(held.out, 'airbus', join(folder, 'lost.csv'), null)
  expect(lost).toMatchObject({ images: 1, instances: 1, crowds: 2 })
})

test('sizes that a file does not say are asked for', async () => {
  await expect(convert(join(CASES, 'truth.csv'), 'voc', join(folder, 'out'), '')).rejects.toMatchObject({
    code: 'not_found',
  })
  const without = convertLabels(
    { from: join(CASES, 'truth.csv'), to: 'coco-rle', out: join(folder, 'out.json') },
    { signal: new AbortController().signal, onLosses: () => undefined, onProgress: () => undefined },
  )
  await expect(without).rejects.toMatchObject({ code: 'bad_input' })
  await expect(without).rejects.toThrow('--images')
})

test('two images that a stem may mean are both named', async () => {
  const labels = join(folder, 'b.txt')
  writeFileSync(labels, '0 0.5 0.5 0.2 0.2\n')
  const { writeImages } = await import('../../testing/images.ts')
  const size = { width: 20, height: 20, ships: [] }
  await writeImages(join(folder, 'images'), { 'b.png': size, 'b.jpg': size })
  const { images, leftOut } = await convert(labels, 'airbus', join(folder, 'out.csv'), join(folder, 'images'))
  expect(images).toBe(0)
  expect(leftOut.map(({ reason }) => reason)).toContain('may be b.jpg or b.png')
})

test('an image that comes twice, under two names, is one', async () => {
  const from = join(folder, 'twice.csv')
  writeFileSync(from, 'ImageId,EncodedPixels\nsub/b.png,1 5\na.png,7 2\nb.png,100 3\n')
  const { out, images } = await convert(from, 'airbus', join(folder, 'out.csv'))
  expect(images).toBe(2)
  expect(readFileSync(out, 'utf8')).toBe('ImageId,EncodedPixels\na.png,7 2\nsub/b.png,1 5\nsub/b.png,100 3\n')
})

test('an image of which nothing can be used is not one without ships', async () => {
  const from = join(folder, 'outside.csv')
  writeFileSync(from, 'ImageId,EncodedPixels\na.png,1199 5\nempty.png,\n')
  const { out, leftOut } = await convert(from, 'airbus', join(folder, 'out.csv'))
  expect(readFileSync(out, 'utf8')).toBe('ImageId,EncodedPixels\nempty.png,\n')
  expect(leftOut).toMatchObject([{ line: 2, reason: 'reaches beyond its image' }])
})
