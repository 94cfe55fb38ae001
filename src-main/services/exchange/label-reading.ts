import { pickColours } from '../../core/edit/colours.ts'
import { areaOf, boundsOf, fitsIn, formatRle } from '../../core/mask/rle.ts'
import type { Rle, Size } from '../../core/mask/rle.ts'
import { areDisjoint } from '../../core/metric/overlap.ts'
import type { BrokenRow } from '../../formats/labels.ts'
import { readSize } from '../../imaging/decode.ts'
import { readLabels } from '../machinery/label-files.ts'

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
export interface ReadMask {
  rle: string
  area: number
  colour: number
}

/** The labels of one image of the project. */
export interface ReadImage {
  id: number
  path: string
  size: Size
  /** [] = the file says: no ship */
  masks: ReadMask[]
}

/** What a label file says of a project's images. */
export interface ReadLabels {
  rows: number
  /** instances in the file, broken rows aside */
  instances: number
  images: ReadImage[]
  /** names in the file that are no image here, or cannot be read */
  notFound: string[]
  /** images whose masks overlap; they are taken as they are */
  overlapping: string[]
  /** images with masks that reach outside; those masks are left out */
  outside: string[]
  broken: BrokenRow[]
}

/**
 * Reads a label file and finds the image that each name means: the path, else the only image of that file name.
 * @throws DrydockError `file_broken` where it is no label file at all, `not_found`
 */
export async function matchLabels(file: string, targets: readonly LabelTarget[]): Promise<ReadLabels> {
  const labels = await readLabels(file)
  const find = finder(targets)
  const result: ReadLabels = {
    rows: labels.rows,
    instances: 0,
    images: [],
    notFound: [],
    overlapping: [],
    outside: [],
    broken: labels.broken,
  }
  for (const [name, instances] of labels.images) {
    result.instances += instances.length
    const target = find(name)
    const size = target && (target.size ?? (await readSize(target.file).catch(() => null)))
    if (!target || !size) {
      result.notFound.push(name)
      continue
    }
    const all = instances.map(({ rle }) => rle)
    const inside = all.filter((rle) => fitsIn(rle, size))
    if (inside.length < all.length) result.outside.push(name)
    if (!areDisjoint(inside)) result.overlapping.push(name)
    // an image of which nothing is left is not one without ships
    if (inside.length === 0 && all.length > 0) continue
    result.images.push({ id: target.id, path: target.path, size, masks: described(inside, size) })
  }
  return result
}

function finder(targets: readonly LabelTarget[]): (name: string) => LabelTarget | null {
  const byPath = new Map(targets.map((target) => [target.path, target]))
  const byName = new Map<string, LabelTarget | null>()
  for (const target of targets) {
    const name = target.path.slice(target.path.lastIndexOf('/') + 1)
    byName.set(name, byName.has(name) ? null : target)
  }
  return (name) => byPath.get(name) ?? byName.get(name) ?? null
}

function described(masks: readonly Rle[], { height }: Size): ReadMask[] {
  const colours = pickColours(masks.map((rle) => boundsOf(rle, height)))
  return masks.map((rle, i) => ({ rle: formatRle(rle), area: areaOf(rle), colour: colours[i]! }))
}
