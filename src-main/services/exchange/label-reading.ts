import type { LabelFormatId } from '../../contract/label-formats.ts'
import type { Georeference } from '../../contract/wire.ts'
import { pickColours } from '../../core/edit/colours.ts'
import { areaOf, boundsOf, fitsIn, formatRle, parseRle } from '../../core/mask/rle.ts'
import type { Size } from '../../core/mask/rle.ts'
import { areDisjoint } from '../../core/metric/overlap.ts'
import type { Matched } from '../../core/names.ts'
import { isUsable } from '../../formats/format.ts'
import type { BrokenRow, LabelledImage, LabelledInstance, Notes } from '../../formats/format.ts'
import { formatOf, recogniseFormat } from '../../formats/registry.ts'
import { notesOf } from '../../formats/values.ts'
import { readSize } from '../../imaging/decode.ts'
import { imageDirectory, openSource } from './label-source.ts'
import type { Shelf, ShelfPlaces } from './label-shelf.ts'
import type { ReadImage } from './read-image.ts'
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

/** What a label file says of a project's images. */
export interface ReadLabels {
  format: LabelFormatId
  /** instances, images without one, and rows that cannot be read */
  rows: number
  /** instances in the file, those that cannot be read aside */
  instances: number
  /** images of the project that it speaks of; their labels are on the shelf */
  images: number
  /** those of which it says that there is no ship */
  empty: number
  /** categories of masks on the shelf */
  used: string[]
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

/** What a label file says of a project's images, and what of it is there already. */
export interface MatchedLabels extends ReadLabels {
  /** of their labels, in the file that was asked for */
  places: ShelfPlaces
  /** paths of images that have truth */
  withTruth: string[]
  /** masks that the truth of their image has, to the pixel */
  identical: number
}

/** Broken rows that are kept; the others are counted. */
const KEPT_BROKEN = 1000

/**
 * Reads a label file or folder and finds the image that each name means.
 * @param format null: what it looks like
 * @param shelf takes the labels of each image of the project; empty
 * @param georeference of an image of the project, for files that say places; default: none lies anywhere
 * @throws DrydockError `file_broken` where it is no label file at all, `not_found`
 */
export async function matchLabels(
  chosen: string,
  targets: readonly LabelTarget[],
  format: LabelFormatId | null,
  shelf: Shelf,
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
  const shelved = new Shelved(shelf)
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
    if (isUsable(image) || image.ignored.length > 0) shelved.add(byPath.get(match.path)!, size, image)
  }
  result.categories = [...categories].map(([name, instances]) => ({ name, instances }))
  return { ...result, ...shelved.found() }
}

/** What a file says of one image, as far as it lies in it. */
type Said = Pick<LabelledImage, 'instances' | 'ignored'>

/** What is put on a shelf, image by image, and what is to be said of it. */
class Shelved {
  readonly #shelf: Shelf
  /** images on the shelf, and whether without a mask */
  readonly #empty = new Map<number, boolean>()
  /** what came later of images that were there before: a file may call one by two names */
  readonly #more = new Map<number, Said[]>()
  readonly #used = new Set<string>()
  readonly #outside = new Map<number, string>()
  readonly #overlapping = new Map<number, string>()
  readonly #rowByRow = new Map<number, string>()

  constructor(shelf: Shelf) {
    this.#shelf = shelf
  }

  add({ id, path }: LabelTarget, size: Size, { names, instances: all, ignored: areas }: LabelledImage): void {
    const name = names[0]!
    const instances = all.filter(({ rle }) => fitsIn(rle, size))
    const ignored = areas.filter((rle) => rle.length > 0 && fitsIn(rle, size))
    if (instances.length < all.length) this.#outside.set(id, name)
    for (const { category } of instances) if (category !== null) this.#used.add(category)
    if (instances.some(({ rle }) => isRowByRow(rle, size))) this.#rowByRow.set(id, name)
    if (this.#empty.has(id)) {
      const more = this.#more.get(id)
      if (more) more.push({ instances, ignored })
      else this.#more.set(id, [{ instances, ignored }])
      return
    }
    // an image of which nothing is left is not one without ships
    if (instances.length === 0 && ignored.length === 0 && this.#outside.has(id)) return
    this.#put({ id, path, size }, name, instances, ignored.map(formatRle))
  }

  found(): Pick<ReadLabels, 'images' | 'empty' | 'used' | 'overlapping' | 'outside' | 'rowByRow'> {
    for (const [id, more] of this.#more) {
      const image = this.#shelf.get(id)!
      const before = image.masks.map((mask) => ({ ...mask, rle: parseRle(mask.rle) }))
      const areas = more.flatMap(({ ignored }) => ignored.map(formatRle))
      const masks = [...before, ...more.flatMap(({ instances }) => instances)]
      this.#put(image, image.path, masks, [...image.ignored, ...areas])
    }
    return {
      images: this.#empty.size,
      empty: [...this.#empty.values()].filter(Boolean).length,
      used: [...this.#used],
      overlapping: [...this.#overlapping.values()],
      outside: [...this.#outside.values()],
      rowByRow: [...this.#rowByRow.values()],
    }
  }

  #put(
    { id, path, size }: Pick<ReadImage, 'id' | 'path' | 'size'>,
    name: string,
    instances: readonly (Pick<LabelledInstance, 'rle' | 'category' | 'score'> & Notes)[],
    ignored: string[],
  ): void {
    const rles = instances.map(({ rle }) => rle)
    if (rles.length > 1 && !areDisjoint(rles)) this.#overlapping.set(id, name)
    this.#empty.set(id, instances.length === 0)
    const colours = pickColours(rles.map((rle) => boundsOf(rle, size.height)))
    const masks = instances.map((instance, i) => ({
      ...{ rle: formatRle(instance.rle), area: areaOf(instance.rle), colour: colours[i]! },
      ...{ category: instance.category, score: instance.score },
      ...notesOf(instance),
    }))
    this.#shelf.set(id, { id, path, size, masks, ignored })
  }
}

function nothingRead(format: LabelFormatId): ReadLabels {
  return {
    ...{ format, rows: 0, instances: 0, images: 0, empty: 0, used: [], notFound: [], matched: [] },
    ...{ ambiguous: [], resized: [], overlapping: [], outside: [], rowByRow: [], crowds: 0, categories: [] },
    ...{ scored: 0, broken: [], brokenCount: 0 },
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
