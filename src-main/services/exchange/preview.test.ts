import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { root } from '../../locations.ts'
import { idOf, makeBench, openBench, settled } from '../../testing/project.ts'
import type { Bench } from '../../testing/project.ts'
import { listRows } from '../images/rows.ts'
import type { Project } from '../machinery/project.ts'
import { exportLabels, previewExport } from './export.ts'
import { importLabels } from './import.ts'
import { previewImport } from './preview.ts'

const CASES = join(root, 'src-main', 'testing', 'labels')
const HEADER = 'ImageId,EncodedPixels\n'
const SIZE = { width: 40, height: 30, ships: [] }

let bench: Bench & { project: Project }
let project: Project
afterEach(() => bench.end())

async function open(...names: string[]): Promise<void> {
  bench = await openBench(Object.fromEntries(names.map((name, i) => [name, { ...SIZE, shade: 3 * i }])))
  project = bench.project
}

function csv(rows: string): string {
  const file = join(bench.folder, 'labels.csv')
  writeFileSync(file, HEADER + rows)
  return file
}

function counts(): Record<string, [string, number]> {
  return Object.fromEntries(
    listRows(project).map(({ path, status, truthCount }) => [path, [status, truthCount]]),
  )
}

async function importAs(file: string, more: Partial<Parameters<typeof importLabels>[1]> = {}) {
  const { token } = await previewImport(project, file)
  return importLabels(project, { token, what: 'truth', existing: 'add', ...more })
}

test('a preview says what is done: overlapping masks are taken as they are, only the one outside is left out', async () => {
  await open('a.png', 'b.png')
  const file = csv('a.png,1 5\na.png,1 5\nb.png,1 5\nb.png,1199 5\n')
  expect(await previewImport(project, file)).toMatchObject({
    ...{ instances: 4, matchedImages: 2, overlapping: ['a.png'], outside: ['b.png'] },
  })
  expect(await importAs(file)).toMatchObject({ images: 2, instances: 3 })
  expect(counts()).toEqual({ 'a.png': ['done', 2], 'b.png': ['done', 1] })
})

test.each([
  ['order', ['1 6', '7 4']],
  ['size', ['1 2', '3 8']],
] as const)('overlaps are resolved by %s', async (overlaps, masks) => {
  await open('a.png')
  const rows = overlaps === 'order' ? 'a.png,1 6\na.png,4 7\na.png,5 2\n' : 'a.png,1 9\na.png,3 8\n'
  expect(await importAs(csv(rows), { overlaps })).toMatchObject({ images: 1, instances: 2 })
  expect(project.store.truth.masks(idOf(project, 'a.png'))).toEqual(masks)
})

test('the same file imported twice adds nothing, and says so', async () => {
  await open('a.png', 'b.png')
  const file = csv('a.png,1 5\na.png,61 5\nb.png,1 5\n')
  await importAs(file)
  expect(await previewImport(project, file)).toMatchObject({ identical: 3, withTruthCount: 2 })
  expect(await importAs(file)).toMatchObject({ images: 0, instances: 0, identical: 3 })
  expect(counts()).toEqual({ 'a.png': ['done', 2], 'b.png': ['done', 1] })
})

test('names with spaces at their ends come back from an export', async () => {
  await open(' a.png', ' run/b.png')
  await importAs(csv('" a.png",1 5\n run/b.png,61 5\n'))
  const out = join(bench.folder, 'out.csv')
  await exportLabels(project, out, { what: 'truth', format: 'airbus' })
  expect(readFileSync(out, 'utf8')).toBe(`${HEADER}" a.png",1 5\n" run/b.png",61 5\n`)
  expect(await previewImport(project, out)).toMatchObject({
    ...{ matchedImages: 2, notFoundCount: 0, matchedOtherwiseCount: 0, identical: 2 },
  })
})

test('names are matched where that is unique, and how is said; two that may be meant are both named', async () => {
  await open('h\u00e4fen.png', 'A.JPG', '000155de5.png', 'sub/b.png', 'x/c.png', 'y/c.png')
  const file = csv(
    'ha\u0308fen.png,1 5\na.jpg,1 5\n000155de5,1 5\nsub\\b.png,1 5\nc.png,1 5\nother.png,1 5\n',
  )
  expect(await previewImport(project, file)).toMatchObject({
    matchedImages: 4,
    matchedOtherwise: [
      'ha\u0308fen.png is h\u00e4fen.png: other separators, spaces or normal form',
      'a.jpg is A.JPG: other case',
      '000155de5 is 000155de5.png: other ending',
      'sub\\b.png is sub/b.png: other separators, spaces or normal form',
    ],
    ambiguous: ['c.png may be x/c.png or y/c.png'],
    notFound: ['other.png'],
  })
})

test('one image that is named in two ways is one image', async () => {
  await open('sub/b.png')
  expect(await importAs(csv('sub/b.png,1 5\nb.png,61 5\n'))).toMatchObject({ images: 1, instances: 2 })
  expect(counts()).toEqual({ 'sub/b.png': ['done', 2] })
})

test('masks that were written row by row are seen', async () => {
  await open('a.png', 'b.png')
  const square = (stride: number) =>
    Array.from({ length: 6 }, (_, i) => `${10 * stride + 11 + i * stride} 6`).join(' ')
  const file = csv(`a.png,${square(40)}\nb.png,${square(30)}\n`)
  const preview = await previewImport(project, file)
  expect(preview).toMatchObject({ rowByRow: ['a.png'], rowByRowCount: 1 })
  // along the rows of 40 px: column 10, row 10, 6 x 6 px
  await importLabels(project, { token: preview.token, what: 'truth', existing: 'add', rowByRow: true })
  const whole = Array.from({ length: 6 }, (_, i) => `${(10 + i) * 30 + 11} 6`).join(' ')
  expect(project.store.truth.masks(idOf(project, 'a.png'))).toEqual([whole])
})

test('images of another size than the labels were made for are left out', async () => {
  await open('a.png', 'empty.png')
  expect(await previewImport(project, join(CASES, 'coco-rle.json'))).toMatchObject({
    format: 'COCO, run lengths',
    ...{ matchedImages: 1, notFound: ['sub/b.png'] },
    resized: ['empty.png is 40 x 30, the labels are for 20 x 20'],
    categories: [
      { name: 'ship', instances: 3 },
      { name: 'tanker', instances: 1 },
      { name: 'tug', instances: 1 },
    ],
  })
})

test('areas of many objects are no truth; they are kept as areas to ignore, and go out as they came', async () => {
  const made = await makeBench({ 'other.png': SIZE })
  cpSync(join(CASES, 'images'), made.images, { recursive: true })
  project = await made.host.openProject(made.images)
  await settled(project)
  bench = { ...made, project }
  const from = join(CASES, 'coco-rle-with-crowd.json')
  expect(await previewImport(project, from)).toMatchObject({ crowds: 1, instances: 5 })
  await importAs(from)
  const areas = [...project.store.images.all()]
    .flatMap(({ id }) => project.store.truth.of(id))
    .filter(({ ignore }) => ignore)
  expect(areas).toMatchObject([{ area: 120, origin: 'imported' }])
  expect(project.store.categories.all()[0]).toMatchObject({ key: 'ship', instances: 3 })
  const out = join(bench.folder, 'out.json')
  const wanted = { what: 'truth', format: 'coco-rle' } as const
  await exportLabels(project, out, wanted)
  expect(await previewImport(project, out)).toMatchObject({ crowds: 1, instances: 5, identical: 5 })
  expect((await previewExport(project, { ...wanted, format: 'yolo-segment' })).lost).toContain(
    '1 area to ignore',
  )
  await importAs(out)
  expect([...project.store.images.all()].flatMap(({ id }) => project.store.truth.ignored(id))).toHaveLength(1)
})

test('an image that is not named stays untouched; one that is named without an instance has no ship', async () => {
  const made = await makeBench({ 'other.png': SIZE })
  cpSync(join(CASES, 'images'), made.images, { recursive: true })
  project = await made.host.openProject(made.images)
  await settled(project)
  bench = { ...made, project }
  await importAs(join(CASES, 'voc'))
  expect(counts()).toEqual({
    'a.png': ['done', 2],
    'empty.png': ['no ship', 0],
    'other.png': ['to do', 0],
    'sub/b.png': ['done', 3],
  })
})

test('scores of a file are those of the run that it becomes', async () => {
  await open('a.png')
  const file = join(bench.folder, 'results.json')
  const row = { image_id: 'a', category_id: 1, score: 0.25, segmentation: [[4, 5, 20, 5, 20, 12, 4, 12]] }
  writeFileSync(file, JSON.stringify([row]))
  expect(await previewImport(project, file)).toMatchObject({ scored: 1, matchedImages: 1 })
  const { run } = await importAs(file, { what: 'predictions' })
  expect(project.store.predictions.of(run!, idOf(project, 'a.png'))).toMatchObject([
    { score: 0.25, area: 112 },
  ])
})

test('categories come in, stay with what becomes of an instance, and go out', async () => {
  const made = await makeBench({ 'other.png': SIZE })
  cpSync(join(CASES, 'images'), made.images, { recursive: true })
  project = await made.host.openProject(made.images)
  await settled(project)
  bench = { ...made, project }
  const from = join(CASES, 'coco-rle.json')
  await importAs(from)
  const image = idOf(project, 'a.png')
  expect(project.store.truth.of(image).map(({ category }) => category)).toEqual([undefined, 'tanker'])
  const { run } = await importAs(from, { what: 'predictions' })
  expect(project.store.predictions.of(run!, image).map(({ category }) => category)).toEqual([
    undefined,
    'tanker',
  ])
  const out = join(bench.folder, 'out.json')
  await exportLabels(project, out, { what: 'truth', format: 'coco-rle' })
  const labels = await previewImport(project, out)
  expect(labels).toMatchObject({
    identical: 5,
    categories: [
      { name: 'ship', instances: 3 },
      { name: 'tanker', instances: 1 },
      { name: 'tug', instances: 1 },
    ],
  })
})
