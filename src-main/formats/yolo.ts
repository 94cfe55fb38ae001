import { parse } from 'yaml'
import { labelFormat } from '../contract/label-formats.ts'
import type { Rle, Size } from '../core/mask/rle.ts'
import { someLooksLike, stemOf, textOf, withEnding } from './files.ts'
import { DEFAULT_CATEGORY, HOLDS, labelledImage, leaveOut, SIZE_UNKNOWN } from './format.ts'
import type { BrokenRow, ImageToWrite, LabelFormat, LabelledImage, LabelSink, LabelSource } from './format.ts'
import { boxRing, edgesOf, joined, outerRings, ringsMask, smallestRectangle } from './shapes.ts'
import type { Ring } from './shapes.ts'
import { fieldsOf, textIn } from './values.ts'

/**
 * YOLO's folders: `data.yaml` with the names of the categories, and below `labels/` a text file an image, by its path
 * without ending. A line is a category's number and a shape in shares of the image's sides: four corners or more, or a
 * box (centre, width, height); a score may follow. All three ids read any of it, line by line; they differ in what they write.
 */
export const yoloSegment: LabelFormat = {
  ...labelFormat('yolo-segment'),
  canHold: {
    ...HOLDS.outlines,
    scores: true,
    categories: true,
  },
  recognise: (source) =>
    isYolo(source, (counts) => counts.some((count) => count > 10 || count === 7 || count === 8)),
  read: readYolo,
  write: (images, sink, categories) =>
    writeYolo(images, sink, categories, (rle, size) => joined(outerRings(rle, size)), relative),
}

export const yoloObb: LabelFormat = {
  ...labelFormat('yolo-obb'),
  canHold: {
    ...HOLDS.turnedBoxes,
    scores: true,
    categories: true,
  },
  recognise: (source) => isYolo(source, (counts) => counts.every((count) => count === 9 || count === 10)),
  read: readYolo,
  write: (images, sink, categories) =>
    writeYolo(images, sink, categories, (rle, { height }) => smallestRectangle(rle, height), relative),
}

export const yoloDetect: LabelFormat = {
  ...labelFormat('yolo-detect'),
  canHold: {
    ...HOLDS.boxes,
    scores: true,
    categories: true,
  },
  recognise: (source) => isYolo(source, () => true),
  read: readYolo,
  write: (images, sink, categories) => writeYolo(images, sink, categories, boxCorners, asBox),
}

const LINE = /^\d+( -?\d*\.?\d+(e[+-]?\d+)?){4,}$/i

/** @param fits looks at how many numbers the first lines have */
async function isYolo(source: LabelSource, fits: (counts: readonly number[]) => boolean): Promise<boolean> {
  const labels = labelFiles(source)
  if (labels.length === 0) return false
  const counts: number[] = []
  const all = await someLooksLike(source, labels, (head) => {
    const rows = head.split('\n').map((line) => line.trim().replaceAll(/\s+/g, ' '))
    for (const row of rows.slice(0, 50)) {
      if (row === '') continue
      if (!LINE.test(row)) return true
      counts.push(row.split(' ').length)
    }
    return false
  }).then((strange) => !strange)
  if (counts.length === 0) return all && namesFile(source) !== null && fits([])
  return fits(counts)
}

/** The file with the categories' names. */
function namesFile(source: LabelSource): string | null {
  const found = withEnding(source, 'yaml', 'yml')
  return found.find((path) => /(^|\/)data\.ya?ml$/i.test(path)) ?? found[0] ?? null
}

/** Text files with labels: those in a folder `labels` where there is one. */
function labelFiles(source: LabelSource): string[] {
  const texts = withEnding(source, 'txt').filter(
    (path) => !/(^|\/)(classes|train|val|test|readme)\.txt$/i.test(path),
  )
  const inLabels = texts.filter((path) => /(^|\/)labels\//i.test(path))
  return inLabels.length > 0 ? inLabels : texts
}

async function categoryNames(
  source: LabelSource,
  report: (broken: BrokenRow) => void,
): Promise<Map<number, string>> {
  const names = new Map<number, string>()
  const file = namesFile(source)
  if (file === null) {
    const classes = source.files.find(({ path }) => /(^|\/)classes\.txt$/i.test(path))
    const lines = classes ? (await textOf(source, classes.path)).split('\n') : []
    lines.forEach((line, i) => {
      if (line.trim() !== '') names.set(i, line.trim())
    })
    return names
  }
  try {
    const data = fieldsOf(parse(await textOf(source, file), { maxAliasCount: 100, logLevel: 'silent' }))
    for (const [number, name] of Object.entries(data?.['names'] ?? {})) {
      const text = textIn(name)
      if (text !== null && /^\d+$/.test(number)) names.set(Number(number), text)
    }
  } catch {
    report({
      line: null,
      place: file,
      image: null,
      reason: 'cannot be read, so the categories have no names',
    })
  }
  return names
}

/** What the image of a label file may be called. */
function imageNames(path: string): string[] {
  const stem = stemOf(path)
  const parts = stem.split('/')
  const at = parts.slice(0, -1).findLastIndex((part) => part.toLowerCase() === 'labels')
  if (at === -1) return [stem]
  const below = parts.slice(at + 1)
  const before = parts.slice(0, at)
  return [
    ...new Set([[...before, ...below], [...before, 'images', ...below], below].map((all) => all.join('/'))),
  ]
}

async function* readYolo(
  source: LabelSource,
  report: (broken: BrokenRow) => void,
): AsyncGenerator<LabelledImage> {
  const categories = await categoryNames(source, report)
  for (const path of labelFiles(source)) {
    const names = imageNames(path)
    const text = await textOf(source, path)
    const image = labelledImage(names, await source.size(names))
    for (const [i, row] of text.split('\n').entries()) {
      if (row.trim() === '') continue
      const found = labelIn(row, image.size)
      const line = i + 1
      if (typeof found === 'string') {
        leaveOut(image, report, { line, place: `${path}, line ${line}`, reason: found })
        continue
      }
      const { category, rle, score } = found
      image.instances.push({ rle, line, category: categories.get(category) ?? `class ${category}`, score })
    }
    yield image
  }
}

function labelIn(
  row: string,
  size: Size | null,
): { category: number; rle: Rle; score: number | null } | string {
  const fields = row.trim().split(/[\s,]+/)
  const numbers = fields.map(Number)
  const bad = numbers.findIndex((value) => !Number.isFinite(value))
  if (bad >= 0) return `has "${fields[bad]!.slice(0, 20)}" where a number should be`
  const [category, ...values] = numbers as [number, ...number[]]
  if (!Number.isInteger(category) || category < 0)
    return `has ${category} where the category's number should be`
  if (values.length < 4 || values.length === 7)
    return `has ${fields.length} numbers, which are neither a box nor an outline`
  if (size === null) return SIZE_UNKNOWN
  // an outline has an even number of values, a box four: one more is a score
  const scored = values.length % 2 === 1
  const score = scored ? Math.min(1, Math.max(0, values.pop()!)) : null
  const { width, height } = size
  const ring =
    values.length === 4
      ? boxFrom(values as [number, number, number, number], size)
      : values.map((value, i) => value * (i % 2 === 0 ? width : height))
  const rle = ringsMask([ring], size)
  return typeof rle === 'string' ? rle : { category, rle, score }
}

function boxFrom([x, y, w, h]: readonly [number, number, number, number], { width, height }: Size): Ring {
  return boxRing((x - w / 2) * width, (y - h / 2) * height, (x + w / 2) * width, (y + h / 2) * height)
}

function boxCorners(rle: Rle, { height }: Size): Ring {
  const edges = edgesOf(rle, height)
  return edges ? boxRing(...edges) : []
}

/** Corners as shares of the sides. */
function relative(ring: Ring, { width, height }: Size): number[] {
  return ring.map((value, i) => value / (i % 2 === 0 ? width : height))
}

/** A box as its centre, width and height. */
function asBox(ring: Ring, { width, height }: Size): number[] {
  const [left, top, , , right, bottom] = ring as [number, number, number, number, number, number]
  return [
    (left + right) / 2 / width,
    (top + bottom) / 2 / height,
    (right - left) / width,
    (bottom - top) / height,
  ]
}

async function writeYolo(
  images: AsyncIterable<ImageToWrite>,
  sink: LabelSink,
  known: readonly string[],
  outline: (rle: Rle, size: Size) => Ring,
  numbers: (ring: Ring, size: Size) => number[],
): Promise<void> {
  const categories = new Map(known.map((name, i) => [name, i]))
  for await (const { name, size, instances } of images) {
    const lines = instances.map(({ rle, category, score }) => {
      const label = category ?? DEFAULT_CATEGORY
      if (!categories.has(label)) categories.set(label, categories.size)
      const values = numbers(outline(rle, size), size).map((value) => value.toFixed(8))
      return `${[categories.get(label), ...values, ...(score === null ? [] : [score])].join(' ')}\n`
    })
    await sink.append(`labels/${stemOf(name)}.txt`, lines.join(''))
  }
  if (categories.size === 0) categories.set(DEFAULT_CATEGORY, 0)
  const rows = [...categories].map(([name, i]) => `  ${i}: ${JSON.stringify(name)}\n`)
  await sink.append('data.yaml', `path: .\ntrain: images\nval: images\nnames:\n${rows.join('')}`)
}
