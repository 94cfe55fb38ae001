import type { ImageFilter, ImageRow, ImageSort, Range } from '../../contract/wire.ts'
import { IMAGE_STATUSES } from '../../contract/words.ts'

const ANY: Range = { from: null, to: null }

/** The filter that lets every image pass. */
export const NO_FILTER: ImageFilter = {
  ...{ text: '', status: null, flagged: false, scored: false, split: null, category: null, author: null },
  leftOut: null,
  ...{ f2: ANY, ships: ANY, predictions: ANY, side: ANY },
}

/** Whether every image passes a filter. */
export function isNoFilter(filter: ImageFilter): boolean {
  const { text, status, flagged, scored, split, category, author, leftOut } = filter
  const { f2, ships, predictions, side } = filter
  return (
    text.trim() === '' &&
    !flagged &&
    !scored &&
    [status, split, category, author, leftOut].every((value) => value === null) &&
    [f2, ships, predictions, side].every(isAny)
  )
}

/** What of an image decides its place in a list. */
export type Listed = Pick<
  ImageRow,
  | 'id'
  | 'path'
  | 'status'
  | 'split'
  | 'flagged'
  | 'leftOut'
  | 'f2'
  | 'doubt'
  | 'modified'
  | 'truthCount'
  | 'predictionCount'
  | 'width'
  | 'height'
>

/** Images in their order, as parallel arrays. */
export interface ImageOrder {
  readonly ids: Uint32Array
  /** what comes before the name, rising; one for each id */
  readonly keys: Float64Array
}

/** The place of an image in the order of all by name; images that it does not know come after all others. */
export type Ranks = (id: number) => number

/** What an image is sorted by before its name; those without a number come last, whichever way numbers are sorted. */
export function sortKey(sort: ImageSort, image: Omit<Listed, 'id' | 'path'>): number {
  switch (sort) {
    case 'name':
      return 0
    case 'doubt':
      return -(image.doubt ?? -1)
    case 'F2, worst first':
    case 'F2, best first':
      return f2Key(sort, image.f2)
    case 'most ships':
      return -image.truthCount
    case 'most predictions':
      return -(image.predictionCount ?? -1)
    case 'newest first':
      return -image.modified
    case 'status':
      return IMAGE_STATUSES.indexOf(image.status)
  }
}

/** The key of an F2, which some lists show another one of than the stored: without what lies in areas to ignore. @param f2 null: none */
export function f2Key(sort: ImageSort, f2: number | null): number {
  return sort === 'F2, best first' ? -(f2 ?? -1) : (f2 ?? 2)
}

/**
 * Whether an image is in the list under this filter, by what its row says. Of categories and authors a row says nothing: see
 * {@link needsMore}.
 */
export function passes(filter: ImageFilter, image: Omit<Listed, 'id'>): boolean {
  const { text, status, split, flagged, scored } = filter
  if ((status !== null && image.status !== status) || (split !== null && image.split !== split)) return false
  if (filter.leftOut !== null && (filter.leftOut === 'only') !== (image.leftOut !== null)) return false
  if ((flagged && !image.flagged) || (scored && image.f2 === null)) return false
  const part = text.trim().toLowerCase()
  if (part !== '' && !image.path.toLowerCase().includes(part)) return false
  return (
    isWithin(filter.f2, image.f2) &&
    isWithin(filter.ships, image.truthCount) &&
    isWithin(filter.predictions, image.predictionCount) &&
    isWithin(filter.side, longerSide(image))
  )
}

/** Whether a filter asks for what rows do not say: an image that changes then stays where it is, in the list or outside. */
export function needsMore({ category, author }: ImageFilter): boolean {
  return category !== null || author !== null
}

/** null where the size is not known. */
function longerSide({ width, height }: Pick<Listed, 'width' | 'height'>): number | null {
  return width === null || height === null ? null : Math.max(width, height)
}

export function isAny({ from, to }: Range): boolean {
  return from === null && to === null
}

export function isWithin(range: Range, value: number | null): boolean {
  if (isAny(range)) return true
  return value !== null && value >= (range.from ?? -Infinity) && value <= (range.to ?? Infinity)
}

/** Images in the order of their keys; those of one key stay as they come. @param ids by name @param keys one for each id */
export function sortByKeys(ids: Uint32Array, keys: Float64Array): ImageOrder {
  if (keys.every((key) => key === keys[0])) return { ids, keys }
  const places = Uint32Array.from(ids, (_, i) => i).sort((a, b) => keys[a]! - keys[b]! || a - b)
  return { ids: places.map((i) => ids[i]!), keys: Float64Array.from(places, (i) => keys[i]!) }
}

/** Places by name. @param ids all images, by name */
export function ranksOf(ids: Uint32Array): Ranks {
  const places = new Uint32Array(ids.reduce((most, id) => Math.max(most, id), 0) + 1).fill(ids.length)
  ids.forEach((id, place) => (places[id] = place))
  return (id) => places[id] ?? ids.length
}

/**
 * The order after some images have changed: each moves to its new place, comes in, or goes; all others stay.
 * @param changes the new key of each changed image; null where it is not in the list any more
 * @returns `order` itself where nothing moves
 */
export function withChanges(
  order: ImageOrder,
  ranks: Ranks,
  changes: ReadonlyMap<number, number | null>,
): ImageOrder {
  const { ids, keys } = order
  const coming = [...changes].flatMap(([id, key]) => (key === null ? [] : [{ id, key, rank: ranks(id) }]))
  let going = 0
  let same = 0
  for (let i = 0; i < ids.length; i++) {
    const key = changes.get(ids[i]!)
    if (key === undefined) continue
    going++
    if (key === keys[i]) same++
  }
  if (going === same && coming.length === same) return order
  coming.sort((a, b) => a.key - b.key || a.rank - b.rank || a.id - b.id)
  const length = ids.length - going + coming.length
  const next = { ids: new Uint32Array(length), keys: new Float64Array(length) }
  let from = 0
  let at = 0
  const put = (id: number, key: number): void => {
    next.ids[at] = id
    next.keys[at++] = key
  }
  for (const { id, key, rank } of coming) {
    for (; from < ids.length; from++) {
      const [other, otherKey] = [ids[from]!, keys[from]!]
      if (changes.has(other)) continue
      if ((otherKey - key || ranks(other) - rank || other - id) > 0) break
      put(other, otherKey)
    }
    put(id, key)
  }
  for (; from < ids.length; from++) if (!changes.has(ids[from]!)) put(ids[from]!, keys[from]!)
  return next
}
