import type { ErrorItem, ReviewedImage } from '../../../src-main/contract/wire.ts'
import { AREAS } from '../../../src-main/core/metric/report.ts'
import type { RankedSuspect } from '../../../src-main/core/metric/review.ts'

/** An error or a suspect as the gallery shows it. */
export interface GalleryItem {
  image: number
  path: string
  /** of its image */
  f2: number
  id: string
  /** kind of the error, or why truth is doubted */
  kind: ErrorItem['kind'] | RankedSuspect['suspicion']
  side: ErrorItem['side']
  /** px */
  area: number
  /** of a prediction, or how sure the model is of a suspect */
  score: number | null
  category?: string | undefined
  box: ErrorItem['box']
}

export const SIZES = AREAS.map(([from, to]) => ({
  from,
  to,
  name: from === 0 ? `under ${to} px` : Number.isFinite(to) ? `${from} to ${to} px` : `from ${from} px`,
}))

export const SORTS = ['worst image', 'largest', 'smallest', 'score', 'kind'] as const

/** All errors or all suspects of the set. */
export function galleryItems(
  images: readonly ReviewedImage[],
  suspects: readonly RankedSuspect[],
  of: 'errors' | 'suspects',
): GalleryItem[] {
  if (of === 'errors')
    return images.flatMap(({ image, path, f2, errors }) =>
      errors.map((error) => ({ ...error, image, path, f2 })),
    )
  const scores = new Map(images.map(({ image, f2 }) => [image, f2]))
  return suspects.map(({ suspicion, confidence, ...suspect }) => ({
    ...suspect,
    f2: scores.get(suspect.image) ?? 0,
    kind: suspicion,
    side: suspicion === 'not marked' ? 'prediction' : 'truth',
    score: confidence,
  }))
}

/** In the order that is chosen; equal ones by image. */
export function sortItems(items: readonly GalleryItem[], sort: (typeof SORTS)[number]): GalleryItem[] {
  const keys: Record<typeof sort, (item: GalleryItem) => number | string> = {
    'worst image': ({ f2 }) => f2,
    largest: ({ area }) => -area,
    smallest: ({ area }) => area,
    score: ({ score }) => -(score ?? -1),
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
  box: ErrorItem['box'],
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
