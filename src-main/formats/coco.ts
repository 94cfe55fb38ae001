import { DrydockError } from '../contract/errors.ts'
import { labelFormat } from '../contract/label-formats.ts'
import { areaOf } from '../core/mask/rle.ts'
import type { Rle, Size } from '../core/mask/rle.ts'
import { compressedToRle, countsToRle, rleToCompressed } from './coco-counts.ts'
import { headOf, onlyFile, tailOf } from './files.ts'
import { DEFAULT_CATEGORY, HOLDS, labelledImage, leaveOut, SIZE_UNKNOWN } from './format.ts'
import type { BrokenRow, ImageToWrite, LabelFormat, LabelledImage, LabelSink, LabelSource } from './format.ts'
import { GroupedPieces, PieceReader } from './grouped.ts'
import { jsonElements, parseElement } from './json-elements.ts'
import { boxRing, covering, edgesOf, outerRings, ringsMask, sizeFrom } from './shapes.ts'
import { fieldsOf, notesIn, notesOf, numberOf, numbersOf, scoreIn, textIn } from './values.ts'
import type { Fields } from './values.ts'

/**
 * COCO instances, and its results files (one array of annotations with scores). Both ids read everything that COCO
 * allows: run lengths, compressed or not, rings (united), boxes alone; they differ in what they write.
 */
export const cocoRle: LabelFormat = {
  ...labelFormat('coco-rle'),
  canHold: hold(true),
  recognise: (source) => isCoco(source, true),
  read: readCoco,
  write: (images, sink, categories) => writeCoco(images, sink, categories, runLengths),
}

export const cocoPolygons: LabelFormat = {
  ...labelFormat('coco-polygons'),
  canHold: hold(false),
  recognise: (source) => isCoco(source, false),
  read: readCoco,
  write: (images, sink, categories) => writeCoco(images, sink, categories, rings),
}

function hold(holes: boolean): LabelFormat['canHold'] {
  return {
    ...(holes ? HOLDS.pixels : HOLDS.outlines),
    scores: true,
    categories: true,
    ignored: true,
    notes: 'all',
  }
}

/** Images and annotations of one file. */
const MOST = 50_000_000

async function isCoco(source: LabelSource, runs: boolean): Promise<boolean> {
  const head = (await headOf(source))?.toString('latin1')
  if (head === undefined || !/^\s*(\xef\xbb\xbf)?\s*[[{]/.test(head)) return false
  const text = head + (await tailOf(source, source.files[0]!.path)).toString('latin1')
  const results = /^\s*\[/.test(head) && /"image_id"\s*:/.test(text)
  const dataset = /"(annotations|images|categories)"\s*:\s*\[/.test(text)
  return (results || dataset) && !/"shapes"\s*:\s*\[/.test(text) && /"counts"\s*:/.test(text) === runs
}

/** An id as COCO files have it: a number, in some a string. */
type Id = number | string

function idOf(value: unknown): Id | null {
  return numberOf(value) ?? textIn(value)
}

interface Index {
  /** image id -> group */
  groups: Map<Id, number>
  /** group -> where its record in "images" stands; length 0: it has none */
  records: GroupedPieces
  annotations: GroupedPieces
  categories: Map<Id, string>
  /** the file is one array of annotations */
  results: boolean
}

async function* readCoco(
  source: LabelSource,
  report: (broken: BrokenRow) => void,
): AsyncGenerator<LabelledImage> {
  const file = await source.open(onlyFile(source, labelFormat('coco-rle')))
  try {
    const index: Index = {
      groups: new Map(),
      records: new GroupedPieces(),
      annotations: new GroupedPieces(),
      categories: new Map(),
      results: false,
    }
    for await (const elements of jsonElements(file, new Set(['', 'images', 'annotations', 'categories']))) {
      for (const { key, index: place, at, bytes } of elements) {
        if (place >= 0) enter(index, { key, at, bytes, line: place + 1 }, report)
      }
    }
    if (index.groups.size === 0 && index.categories.size === 0) {
      throw new DrydockError(
        'file_broken',
        'This JSON file names no images and no annotations, so it is no COCO file. Choose another one.',
      )
    }
    const records = new PieceReader(file)
    const annotations = new PieceReader(file)
    for (const [id, group] of index.groups) {
      const image = await imageOf(index, id, group, records)
      if (image === null) {
        const [first] = [...index.annotations.of(group)]
        report({
          ...at(first?.line ?? 1),
          image: String(id),
          reason: `names image ${id}, which is not in the list of images`,
        })
        continue
      }
      yield await withAnnotations(source, image, index, group, annotations, report)
    }
  } finally {
    await file.close()
  }
}

function at(line: number): { line: number; place: string } {
  return { line, place: `annotation ${line}` }
}

function enter(
  index: Index,
  { key, at: from, bytes, line }: { key: string; at: number; bytes: Buffer; line: number },
  report: (broken: BrokenRow) => void,
): void {
  const fields = fieldsOf(parseElement(bytes))
  const kind = key === 'images' ? 'image' : key === 'categories' ? 'category' : 'annotation'
  const id = fields && idOf(fields[kind === 'annotation' ? 'image_id' : 'id'])
  if (fields === null || id === null) {
    const reason = fields === null ? 'cannot be read' : kind === 'annotation' ? 'names no image' : 'has no id'
    report({ line, place: `${kind} ${line}`, image: null, reason })
    return
  }
  if (kind === 'category') {
    index.categories.set(id, textIn(fields['name']) ?? String(id))
    return
  }
  if (key === '') index.results = true
  let group = index.groups.get(id)
  if (group === undefined) {
    group = index.groups.size
    if (group >= MOST)
      throw new DrydockError(
        'file_broken',
        'This file names more than 50 million images. Cut it into smaller ones.',
      )
    index.groups.set(id, group)
  }
  const pieces = kind === 'image' ? index.records : index.annotations
  pieces.add(group, from, bytes.length, line)
}

/** Names and size of an image; null where the file has no record of it. */
async function imageOf(
  index: Index,
  id: Id,
  group: number,
  reader: PieceReader,
): Promise<Pick<LabelledImage, 'names' | 'size'> | null> {
  const [record] = [...index.records.of(group)]
  if (record) {
    const fields = fieldsOf(parseElement(await reader.read(record.at, record.length))) ?? {}
    const name = textIn(fields['file_name']) ?? String(id)
    return { names: [name], size: sizeFrom(fields['width'], fields['height']) }
  }
  if (!index.results) return null
  // results name images by number alone, and COCO's own images are named by it in twelve digits
  return { names: [String(id), String(id).padStart(12, '0')], size: null }
}

async function withAnnotations(
  source: LabelSource,
  { names, size: stated }: Pick<LabelledImage, 'names' | 'size'>,
  index: Index,
  group: number,
  reader: PieceReader,
  report: (broken: BrokenRow) => void,
): Promise<LabelledImage> {
  const image = labelledImage(names, stated)
  for (const { at: from, length, line } of index.annotations.of(group)) {
    const fields = fieldsOf(parseElement(await reader.read(from, length))) ?? {}
    if (fields['iscrowd'] === 1 || fields['iscrowd'] === true) {
      image.crowds++
      image.size ??= sizeOfMask(fields) ?? (await source.size(names))
      const crowd = maskOf(fields, image.size)
      if (typeof crowd !== 'string') image.ignored.push(crowd)
      continue
    }
    image.size ??= sizeOfMask(fields) ?? (await source.size(names))
    const rle = maskOf(fields, image.size)
    if (typeof rle === 'string') {
      leaveOut(image, report, { ...at(line), reason: rle })
      continue
    }
    const id = idOf(fields['category_id'])
    const category = id === null ? null : (index.categories.get(id) ?? String(id))
    image.instances.push({ rle, line, category, score: scoreIn(fields['score']), ...notesIn(fields) })
  }
  return image
}

/** The size that run lengths bring with them. */
function sizeOfMask(fields: Fields): Size | null {
  const size = numbersOf(fieldsOf(fields['segmentation'])?.['size'])
  return size && sizeFrom(size[1], size[0])
}

/** An annotation's mask, or what is wrong with it. */
function maskOf(fields: Fields, size: Size | null): Rle | string {
  const { segmentation } = fields
  const runs = fieldsOf(segmentation)
  if (runs) return runsOf(runs, size)
  if (size === null) return SIZE_UNKNOWN
  if (Array.isArray(segmentation) && segmentation.length > 0) {
    const found = segmentation.map(numbersOf)
    const rings = found.filter((ring) => ring !== null)
    return rings.length < found.length ? 'has an outline that is no list of numbers' : ringsMask(rings, size)
  }
  const box = numbersOf(fields['bbox'])
  if (box?.length !== 4) return 'has neither an outline nor run lengths nor a box'
  const [x, y, width, height] = box as [number, number, number, number]
  return ringsMask([boxRing(x, y, x + width, y + height)], size)
}

function runsOf(runs: Fields, size: Size | null): Rle | string {
  const stated = numbersOf(runs['size'])
  const own = stated && sizeFrom(stated[1], stated[0])
  if (own === null) return 'has run lengths without the size of their image'
  if (size && (own.width !== size.width || own.height !== size.height)) {
    return `has run lengths for ${own.width} x ${own.height}, but its image is ${size.width} x ${size.height}`
  }
  const { counts } = runs
  const pixels = own.width * own.height
  const rle =
    typeof counts === 'string'
      ? compressedToRle(counts, pixels)
      : Array.isArray(counts)
        ? countsToRle(numbersOf(counts) ?? [NaN], pixels)
        : 'has run lengths without counts'
  return typeof rle === 'string' ? rle : covering(rle)
}

/** How an instance's outline is written; JSON text. */
type Segmentation = (rle: Rle, size: Size) => string

const runLengths: Segmentation = (rle, { width, height }) =>
  `{"size":[${height},${width}],"counts":${JSON.stringify(rleToCompressed(rle, width * height))}}`

const rings: Segmentation = (rle, size) => JSON.stringify(outerRings(rle, size))

/** An instance, or an area that is no object. */
type Written = ImageToWrite['instances'][number] & { crowd: 0 | 1 }

/** Annotations first, as they come; the list of images follows when it is whole. */
async function writeCoco(
  images: AsyncIterable<ImageToWrite>,
  sink: LabelSink,
  known: readonly string[],
  segmentation: Segmentation,
): Promise<void> {
  const categories = new Map(known.map((name, i) => [name, i + 1]))
  const records: string[] = []
  let written = 0
  await sink.append('', '{"info":{"description":"Drydock"},"licenses":[],"annotations":[')
  for await (const { name, size, instances, ignored = [] } of images) {
    const image = records.length + 1
    const { width, height } = size
    records.push(JSON.stringify({ id: image, file_name: name, width, height }))
    const areas: readonly Written[] = ignored.map((rle) => ({ rle, category: null, score: null, crowd: 1 }))
    const objects = instances.map((one): Written => ({ ...one, crowd: 0 }))
    const rows = [...objects, ...areas].map((one) => {
      const { rle, score, crowd } = one
      const label = one.category ?? known[0] ?? DEFAULT_CATEGORY
      if (!categories.has(label)) categories.set(label, categories.size + 1)
      const notes = Object.entries(notesOf(one))
        .map(([name, value]) => `"${name}":${JSON.stringify(value)},`)
        .join('')
      // crowds are run lengths in either format, as the tools of COCO expect
      const shape = crowd === 1 ? runLengths(rle, size) : segmentation(rle, size)
      const [left, top, right, bottom] = edgesOf(rle, height) ?? [0, 0, 0, 0]
      const separator = written === 0 ? '' : ','
      return (
        `${separator}\n{"id":${++written},"image_id":${image},"category_id":${categories.get(label)},"iscrowd":${crowd},` +
        `"area":${areaOf(rle)},"bbox":[${left},${top},${right - left},${bottom - top}],` +
        `${score === null ? '' : `"score":${score},`}${notes}"segmentation":${shape}}`
      )
    })
    if (rows.length > 0) await sink.append('', rows.join(''))
  }
  if (categories.size === 0) categories.set(DEFAULT_CATEGORY, 1)
  const named = [...categories].map(([name, id]) => JSON.stringify({ id, name, supercategory: '' }))
  await sink.append('', `\n],"images":[\n${records.join(',\n')}\n],"categories":[${named.join(',')}]}\n`)
}
