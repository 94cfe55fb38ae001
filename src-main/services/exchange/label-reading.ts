import type { LabelFormatId } from '../../contract/label-formats.ts'
import type { Georeference } from '../../contract/wire.ts'
import { pickColours } from '../../core/edit/colours.ts'
import { areaOf, boundsOf, fitsIn, formatRle } from '../../core/mask/rle.ts'
import type { Rle, Size } from '../../core/mask/rle.ts'
import { areDisjoint } from '../../core/metric/overlap.ts'
import type { Matched } from '../../core/names.ts'
import { isUsable } from '../../formats/format.ts'
import type { BrokenRow, LabelledImage, LabelledInstance, Notes } from '../../formats/format.ts'
import { formatOf, recogniseFormat } from '../../formats/registry.ts'
import { notesOf } from '../../formats/values.ts'
import { readSize } from '../../imaging/decode.ts'
import { imageDirectory, openSource } from './label-source.ts'
import { isRowByRow } from './row-by-row.ts'

/** An image of the project that labels may be meant for. */
export interface LabelTarget {
  id: number
  /** relative, with '/' */
  path: string
  /** absolute */
  file: string
  size: Size | null
}

/** A mask of a label file that lies in its image. */
export interface ReadMask extends Notes {
  rle: string
  area: number
  colour: number
  /** null: the file has none */
  category: string | null
  /** null: the file has none */
  score: number | null
}

/** The labels of one image of the project. */
export interface ReadImage {
  id: number
  path: string
  size: Size
  /** [] = the file says: no ship, where it has no area to ignore either */
  masks: ReadMask[]
  /** areas where nobody can tell, as run-length text */
  ignored: string[]
}

/** What a label file says of a project's images. */
export interface ReadLabels {
  format: LabelFormatId
  /** instances, images without one, and rows that cannot be read */
  rows: number
  /** instances in the file, those that cannot be read aside */
  instances: number
  images: ReadImage[]
  /** names in the file that are no image here, or cannot be read */
  notFound: string[]
  /** names that were brought together with an image other than by its path */
  matched: { name: string; path: string; how: Matched }[]
  /** names that may mean several images; they are left out */
  ambiguous: { name: string; candidates: string[] }[]
  /** images that have another size than the labels were made for; they are left out */
  resized: { name: string; was: Size; is: Size }[]
  /** images whose masks overlap */
  overlapping: string[]
  /** images with masks that reach outside; those masks are left out */
  outside: string[]
  /** images with masks that make sense only when they are read row by row */
  rowByRow: string[]
  /** areas of many objects, which are never truth; those that can be read are kept as areas to ignore */
  crowds: number
  /** instances by category; those without one are not counted */
  categories: { name: string; instances: number }[]
  /** instances with a score */
  scored: number
  /** the first of them */
  broken: BrokenRow[]
  brokenCount: number
}

/** Broken rows that are kept; the others are counted. */
const KEPT_BROKEN = 1000

/** An image while the file is read: it may come several times. */
interface Growing {
  target: LabelTarget
  size: Size
  name: string
  instances: LabelledInstance[]
  ignored: Rle[]
  /** instances outside of it */
  outside: number
}

/**
 * Reads a label file or folder and finds the image that each name means.
 * @param format null: what it looks like
 * @param georeference of an image of the project, for files that say places; default: none lies anywhere
 * @throws DrydockError `file_broken` where it is no label file at all, `not_found`
 */
export async function matchLabels(
  chosen: string,
  targets: readonly LabelTarget[],
  format: LabelFormatId | null,
  georeference: (target: LabelTarget) => Promise<Georeference | null> = () => Promise.resolve(null),
): Promise<ReadLabels> {
  const byPath = new Map(targets.map((target) => [target.path, target]))
  const images = imageDirectory(
    [...byPath.keys()],
    (path) => sizeOf(byPath.get(path)!),
    (path) => georeference(byPath.get(path)!),
  )
  const source = await openSource(chosen, images)
  const from = format ? formatOf(format) : await recogniseFormat(source)
  const result = nothingRead(from.id)
  const growing = new Map<number, Growing>()
  const categories = new Map<string, number>()
  const report = (broken: BrokenRow): void => {
    result.rows++
    if (++result.brokenCount <= KEPT_BROKEN) result.broken.push(broken)
  }
  for await (const image of from.read(source, report)) {
    const name = image.names[0]!
    count(result, image, categories)
    const match = images.match(image.names)
    if (match && 'candidates' in match) {
      result.ambiguous.push({ name, candidates: match.candidates })
      continue
    }
    const size = match && (await images.size(match.path))
    if (!match || !size) {
      result.notFound.push(name)
      continue
    }
    if (image.size && (image.size.width !== size.width || image.size.height !== size.height)) {
      result.resized.push({ name, was: image.size, is: size })
      continue
    }
    if (match.how !== 'path') result.matched.push({ name, path: match.path, how: match.how })
    if (isUsable(image) || image.ignored.length > 0) add(growing, byPath.get(match.path)!, size, image)
  }
  for (const image of growing.values()) finish(result, image)
  result.categories = [...categories].map(([name, instances]) => ({ name, instances }))
  return result
}

function nothingRead(format: LabelFormatId): ReadLabels {
  return {
    ...{ format, rows: 0, instances: 0, images: [], notFound: [], matched: [], ambiguous: [], resized: [] },
    ...{ overlapping: [], outside: [], rowByRow: [], crowds: 0, categories: [], scored: 0 },
    ...{ broken: [], brokenCount: 0 },
  }
}

async function sizeOf({ size, file }: LabelTarget): Promise<Size | null> {
  return size ?? readSize(file).catch(() => null)
}

function count(result: ReadLabels, image: LabelledImage, categories: Map<string, number>): void {
  const { instances, unsized, crowds } = image
  const found = instances.length + unsized
  result.rows += isUsable(image) ? Math.max(found, 1) : found
  result.instances += found
  result.crowds += crowds
  for (const { category, score } of instances) {
    if (score !== null) result.scored++
    if (category !== null) categories.set(category, (categories.get(category) ?? 0) + 1)
  }
}

function add(
  growing: Map<number, Growing>,
  target: LabelTarget,
  size: Size,
  { names, instances, ignored: areas }: LabelledImage,
): void {
  const ignored = areas.filter((rle) => rle.length > 0 && fitsIn(rle, size))
  const inside = instances.filter(({ rle }) => fitsIn(rle, size))
  const outside = instances.length - inside.length
  const known = growing.get(target.id)
  if (known) {
    known.instances.push(...inside)
    known.ignored.push(...ignored)
    known.outside += outside
  } else growing.set(target.id, { target, size, name: names[0]!, instances: inside, ignored, outside })
}

/** What is to be said of an image, and its masks. */
function finish(result: ReadLabels, image: Growing): void {
  const { target, size, name, instances, ignored, outside } = image
  if (outside > 0) result.outside.push(name)
  const all = instances.map(({ rle }) => rle)
  if (all.length > 1 && !areDisjoint(all)) result.overlapping.push(name)
  if (all.some((rle) => isRowByRow(rle, size))) result.rowByRow.push(name)
  // an image of which nothing is left is not one without ships
  if (instances.length === 0 && outside > 0 && ignored.length === 0) return
  const colours = pickColours(all.map((rle) => boundsOf(rle, size.height)))
  const masks = instances.map((instance, i) => ({
    ...{ rle: formatRle(instance.rle), area: areaOf(instance.rle), colour: colours[i]! },
    ...{ category: instance.category, score: instance.score },
    ...notesOf(instance),
  }))
  result.images.push({ id: target.id, path: target.path, size, masks, ignored: ignored.map(formatRle) })
}
