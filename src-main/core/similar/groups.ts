import type { Georeference } from '../../contract/wire.ts'
import { DisjointSets } from '../disjoint-sets.ts'
import { SIDE } from './look.ts'
import type { Look } from './look.ts'

/** Why an image belongs to its group. */
export type Why =
  'alone' | 'same content' | 'looks alike' | 'same pixels' | 'same place' | 'crops of one scene' | 'by hand'

/** What is known of an image that may be like another one. */
export interface Groupable {
  id: number
  sha256: string
  width: number
  height: number
  /** null: not looked at yet */
  look: Look | null
  georeference: Georeference | null
  /** the scene that its name says, where its pixels bear that out; null: none */
  scene: string | null
  /** a person's choice; null: none, it goes with those that it is like */
  byHand: number | null
}

export interface Group {
  /** the lowest id of its images, or the number that a person gave it */
  group: number
  why: Why
}

/** Windows that two pictures must share to be of one scene: one may be the same by chance. */
const SHARED_WINDOWS = 3

/** Correlation of two shapes above which they show the same. */
const ALIKE = 0.95

/** Share of the smaller footprint from which on two images are of one place. */
const OVERLAP = 0.01

/** Puts images that are of one scene into one group; what a person has put somewhere stays there. @returns by id */
export function groupsOf(images: readonly Groupable[]): Map<number, Group> {
  const free = images.filter(({ byHand }) => byHand === null)
  const sets = new DisjointSets(free.length)
  const why = new Map<number, Why>()
  const join = (a: number, b: number, reason: Why): void => {
    if (sets.find(a) !== sets.find(b)) sets.join(a, b)
    for (const i of [a, b]) if (!why.has(i)) why.set(i, reason)
  }
  joinEqual(
    free,
    ({ sha256 }) => sha256,
    (a, b) => join(a, b, 'same content'),
  )
  joinEqual(
    free,
    ({ scene }) => scene,
    (a, b) => join(a, b, 'crops of one scene'),
  )
  for (const [a, b] of sharingWindows(free)) join(a, b, 'same pixels')
  for (const [a, b] of lookingAlike(free)) join(a, b, 'looks alike')
  for (const [a, b] of overlapping(free)) join(a, b, 'same place')
  const lowest = new Map<number, number>()
  free.forEach(({ id }, i) => {
    const root = sets.find(i)
    lowest.set(root, Math.min(lowest.get(root) ?? id, id))
  })
  const found = new Map<number, Group>()
  free.forEach(({ id }, i) => {
    found.set(id, { group: lowest.get(sets.find(i))!, why: why.get(i) ?? 'alone' })
  })
  for (const { id, byHand } of images) if (byHand !== null) found.set(id, { group: byHand, why: 'by hand' })
  return found
}

function joinEqual<T>(
  images: readonly T[],
  key: (image: T) => string | null,
  join: (a: number, b: number) => void,
): void {
  const first = new Map<string, number>()
  images.forEach((image, i) => {
    const value = key(image)
    if (value === null) return
    const known = first.get(value)
    if (known === undefined) first.set(value, i)
    else join(known, i)
  })
}

function* sharingWindows(images: readonly Groupable[]): Generator<[number, number]> {
  const holders = new Map<number, number[]>()
  for (const [i, { look }] of images.entries()) {
    const shared = new Map<number, number>()
    for (const hash of look?.sketch ?? []) {
      const others = holders.get(hash) ?? holders.set(hash, []).get(hash)!
      for (const other of others) {
        const count = (shared.get(other) ?? 0) + 1
        shared.set(other, count)
        if (count === SHARED_WINDOWS) yield [other, i]
      }
      others.push(i)
    }
  }
}

/** Bands of 8 bits of the shape's signs: shapes that are alike have one of them in common, and few bits that differ. */
const [BANDS, MOST_BITS] = [8, 12]

function* lookingAlike(images: readonly Groupable[]): Generator<[number, number]> {
  const buckets = new Map<number, number[]>()
  const signs = images.map(({ look }) => (look?.shape ? signsOf(look.shape) : null))
  for (const [i, own] of signs.entries()) {
    if (!own) continue
    const met = new Set<number>()
    for (const [band, byte] of own.entries()) {
      const key = band * 256 + byte
      const bucket = buckets.get(key) ?? buckets.set(key, []).get(key)!
      for (const other of bucket) met.add(other)
      bucket.push(i)
    }
    for (const other of met) {
      if (other === i || bitsBetween(own, signs[other]!) > MOST_BITS) continue
      if (isAlike(images[other]!, images[i]!)) yield [other, i]
    }
  }
}

/** [8] which of 8 x 8 cells lie above 0. */
function signsOf(shape: Int8Array): Uint8Array {
  const signs = new Uint8Array(BANDS)
  for (let row = 0; row < 8; row++) {
    for (let column = 0; column < 8; column++) {
      const at = 2 * row * SIDE + 2 * column
      const sum = shape[at]! + shape[at + 1]! + shape[at + SIDE]! + shape[at + SIDE + 1]!
      if (sum > 0) signs[row]! |= 1 << column
    }
  }
  return signs
}

function bitsBetween(a: Uint8Array, b: Uint8Array): number {
  let bits = 0
  for (let i = 0; i < a.length; i++) for (let x = a[i]! ^ b[i]!; x; x &= x - 1) bits++
  return bits
}

function isAlike(a: Groupable, b: Groupable): boolean {
  const [ratioA, ratioB] = [a.width / a.height, b.width / b.height]
  if (Math.abs(ratioA - ratioB) > 0.05 * ratioA) return false
  const [first, second] = [a.look!.shape!, b.look!.shape!]
  let [ab, aa, bb] = [0, 0, 0]
  for (let i = 0; i < first.length; i++) {
    ab += first[i]! * second[i]!
    aa += first[i]! ** 2
    bb += second[i]! ** 2
  }
  return ab > ALIKE * Math.sqrt(aa * bb)
}

interface Footprint {
  image: number
  crs: string
  left: number
  right: number
  bottom: number
  top: number
}

function* overlapping(images: readonly Groupable[]): Generator<[number, number]> {
  const footprints = images.flatMap((image, i) => footprintOf(image, i) ?? [])
  footprints.sort((a, b) => (a.crs === b.crs ? a.left - b.left : a.crs < b.crs ? -1 : 1))
  let open: Footprint[] = []
  for (const next of footprints) {
    open = open.filter(({ crs, right }) => crs === next.crs && right > next.left)
    for (const other of open) if (overlapOf(other, next) > OVERLAP) yield [other.image, next.image]
    open.push(next)
  }
}

function footprintOf({ georeference, width, height }: Groupable, image: number): Footprint | null {
  if (!georeference?.crs) return null
  const [a, b, c, d, e, f] = georeference.transform
  const corners = [
    [0, 0],
    [width, 0],
    [0, height],
    [width, height],
  ].map(([x, y]) => [a * x! + b * y! + c, d * x! + e * y! + f] as const)
  const [xs, ys] = [corners.map(([x]) => x), corners.map(([, y]) => y)]
  return {
    ...{ image, crs: georeference.crs, left: Math.min(...xs), right: Math.max(...xs) },
    ...{ bottom: Math.min(...ys), top: Math.max(...ys) },
  }
}

function overlapOf(a: Footprint, b: Footprint): number {
  const across = Math.min(a.right, b.right) - Math.max(a.left, b.left)
  const along = Math.min(a.top, b.top) - Math.max(a.bottom, b.bottom)
  if (across <= 0 || along <= 0) return 0
  const areaOf = ({ left, right, bottom, top }: Footprint): number => (right - left) * (top - bottom)
  return (across * along) / Math.min(areaOf(a), areaOf(b))
}
