import type { GalleryItem, InstanceBox } from '../../../src-main/contract/wire.ts'
import { DEFAULT_CATEGORY } from '../../../src-main/contract/words.ts'
import { areaName, AREAS } from '../../../src-main/core/metric/report.ts'
import type { RankedSuspect } from '../../../src-main/core/metric/review.ts'

/** What the gallery shows of the set. */
export const GALLERY_OF = ['errors', 'suspects', 'instances'] as const
export type GalleryOf = (typeof GALLERY_OF)[number]

/** An instance as the gallery shows it: a suspect says why it is doubted. */
export interface Picture extends Omit<GalleryItem, 'kind'> {
  /** of its image */
  f2: number
  kind: GalleryItem['kind'] | RankedSuspect['suspicion']
}

export const SIZES = AREAS.map(([from, to]) => ({ from, to, name: areaName(from, to) }))

export const SORTS = ['worst image', 'largest', 'smallest', 'surest', 'least sure', 'kind'] as const

/** Scores of predictions, or how sure the model is of a suspect: from the first bound on, up to, not including, the second. */
export const SCORES = [
  { from: 0.9, to: Infinity, name: 'from 0.90' },
  { from: 0.5, to: 0.9, name: '0.50 to 0.90' },
  { from: 0, to: 0.5, name: 'under 0.50' },
] as const

export const SIDES = ['truth', 'prediction'] as const

/** What of the gallery is shown; null: any. */
export interface GalleryFilter {
  kind: Picture['kind'] | null
  /** place in `SIZES` */
  size: number | null
  /** place in `SCORES`; truth has none */
  score: number | null
  side: Picture['side'] | null
  /** its name */
  category: string | null
  sort: (typeof SORTS)[number]
}

export const NO_GALLERY_FILTER: GalleryFilter = {
  ...{ kind: null, size: null, score: null, side: null, category: null },
  sort: 'worst image',
}

/** Whether a picture passes. */
export function shows({ kind, size, score, side, category }: GalleryFilter, one: Picture): boolean {
  return (
    (kind === null || one.kind === kind) &&
    (side === null || one.side === side) &&
    (size === null || isWithin(SIZES[size], one.area)) &&
    (score === null || (one.score !== null && isWithin(SCORES[score], one.score))) &&
    (category === null || (one.category ?? DEFAULT_CATEGORY) === category)
  )
}

function isWithin(bounds: { from: number; to: number } | undefined, value: number): boolean {
  return bounds !== undefined && value >= bounds.from && value < bounds.to
}

/** Instances of the set as pictures. @param f2 of an image */
export function picturesOf(
  items: readonly (readonly GalleryItem[])[],
  f2: (image: number) => number,
): Picture[] {
  return items.flatMap((of) => of.map((item) => ({ ...item, f2: f2(item.image) })))
}

/** Suspects as pictures. @param f2 of an image */
export function suspectPictures(
  suspects: readonly RankedSuspect[],
  f2: (image: number) => number,
): Picture[] {
  return suspects.map(({ suspicion, confidence, ...suspect }) => ({
    ...suspect,
    f2: f2(suspect.image),
    kind: suspicion,
    side: suspicion === 'not marked' ? 'prediction' : 'truth',
    score: confidence,
  }))
}

/** In the order that is chosen; equal ones by image. */
export function sortPictures(items: readonly Picture[], sort: (typeof SORTS)[number]): Picture[] {
  const keys: Record<typeof sort, (item: Picture) => number | string> = {
    'worst image': ({ f2 }) => f2,
    largest: ({ area }) => -area,
    smallest: ({ area }) => area,
    surest: ({ score }) => -(score ?? -1),
    'least sure': ({ score }) => score ?? 2,
    kind: ({ kind }) => kind,
  }
  const key = keys[sort]
  return items.toSorted((a, b) => {
    const [x, y] = [key(a), key(b)]
    return x < y ? -1 : x > y ? 1 : a.image - b.image
  })
}

/** Least side of a crop, in px. */
const LEAST = 24

/** The square around a box, with a margin of half its longer side, moved into the image; as large as the image at most. */
export function cropOf(
  box: InstanceBox,
  size: { width: number; height: number },
): { x: number; y: number; width: number; height: number } {
  const side = Math.max(LEAST, Math.ceil(Math.max(box.width, box.height) * 2))
  const [width, height] = [Math.min(side, size.width), Math.min(side, size.height)]
  const within = (middle: number, length: number, all: number): number =>
    Math.max(0, Math.min(all - length, Math.round(middle - length / 2)))
  return {
    x: within(box.x + box.width / 2, width, size.width),
    y: within(box.y + box.height / 2, height, size.height),
    ...{ width, height },
  }
}
