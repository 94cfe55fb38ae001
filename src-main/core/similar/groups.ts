import type { Georeference } from '../../contract/wire.ts'
import { DisjointSets } from '../disjoint-sets.ts'
import { Growing } from '../growing.ts'
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

/**
 * Puts images that are of one scene into one group; what a person has put somewhere stays there. Of each image only what tells it from others is
 * kept meanwhile, so that a project may have very many.
 * @returns by id
 */
export function groupsOf(images: Iterable<Groupable>): Map<number, Group> {
  const found = new Map<number, Group>()
  const ids: number[] = []
  const kept = { contents: new Equals(), scenes: new Equals(), windows: new Windows(), shapes: new Shapes() }
  const footprints: Footprint[] = []
  const looked = new Set<string>()
  for (const image of images) {
    const { id, byHand, sha256, scene, look } = image
    if (byHand !== null) {
      found.set(id, { group: byHand, why: 'by hand' })
      continue
    }
    const i = ids.push(id) - 1
    kept.contents.add(sha256, i)
    if (scene !== null) kept.scenes.add(scene, i)
    footprints.push(...footprintsOf(image, i))
    // copies look alike
    if (!look || looked.has(sha256)) continue
    looked.add(sha256)
    kept.windows.add(look.sketch, i)
    if (look.shape) kept.shapes.add(look.shape, image, i)
  }
  const sets = new DisjointSets(ids.length)
  const why = new Map<number, Why>()
  const join = (pairs: Iterable<[number, number]>, reason: Why): void => {
    for (const [a, b] of pairs) {
      if (sets.find(a) !== sets.find(b)) sets.join(a, b)
      for (const i of [a, b]) if (!why.has(i)) why.set(i, reason)
    }
  }
  join(kept.contents.pairs, 'same content')
  join(kept.scenes.pairs, 'crops of one scene')
  join(kept.windows.pairs(), 'same pixels')
  join(kept.shapes.pairs(), 'looks alike')
  join(overlapping(footprints), 'same place')
  const lowest = new Map<number, number>()
  ids.forEach((id, i) => {
    const root = sets.find(i)
    lowest.set(root, Math.min(lowest.get(root) ?? id, id))
  })
  ids.forEach((id, i) => found.set(id, { group: lowest.get(sets.find(i))!, why: why.get(i) ?? 'alone' }))
  return found
}

/** Images that are equal in something, each with the first of its kind. */
class Equals {
  readonly pairs: [number, number][] = []
  readonly #first = new Map<string, number>()

  add(value: string, image: number): void {
    const first = this.#first.get(value)
    if (first === undefined) this.#first.set(value, image)
    else this.pairs.push([first, image])
  }
}

/** Images are numbered from 0, below this: hash and number together are a whole number below 2^53. */
const MOST_IMAGES = 2 ** 21

/** Hashes of windows, each with the image that has it. */
class Windows {
  readonly #all = new Growing(Float64Array)

  add(sketch: Uint32Array, image: number): void {
    this.#all.push(Float64Array.from(sketch, (hash) => hash * MOST_IMAGES + image))
  }

  /** Images that share windows enough. */
  *pairs(): Generator<[number, number]> {
    const all = this.#all.values.sort()
    const shared = new Map<number, number>()
    for (let from = 0, to = 0; from < all.length; from = to) {
      const hash = Math.floor(all[from]! / MOST_IMAGES)
      while (to < all.length && Math.floor(all[to]! / MOST_IMAGES) === hash) to++
      for (let b = from + 1; b < to; b++) {
        for (let a = from; a < b; a++) {
          const pair: [number, number] = [all[a]! % MOST_IMAGES, all[b]! % MOST_IMAGES]
          const key = pair[0] * MOST_IMAGES + pair[1]
          const count = (shared.get(key) ?? 0) + 1
          shared.set(key, count)
          if (count === SHARED_WINDOWS) yield pair
        }
      }
    }
  }
}

/** Bands of 8 bits of the shape's signs: shapes that are alike have one of them in common, and few bits that differ. */
const [BANDS, MOST_BITS] = [8, 12]

/** Shapes, one behind the other. */
class Shapes {
  readonly #images: number[] = []
  readonly #ratios: number[] = []
  readonly #shapes = new Growing(Int8Array)
  readonly #signs = new Growing(Uint8Array)

  add(shape: Int8Array, { width, height }: { width: number; height: number }, image: number): void {
    this.#images.push(image)
    this.#ratios.push(width / height)
    this.#shapes.push(shape)
    this.#signs.push(signsOf(shape))
  }

  /** Images whose shapes are alike. */
  *pairs(): Generator<[number, number]> {
    const [shapes, signs] = [this.#shapes.values, this.#signs.values]
    const buckets = Array.from({ length: BANDS * 256 }, (): number[] => [])
    const metBy = new Int32Array(this.#images.length).fill(-1)
    for (const [i, image] of this.#images.entries()) {
      for (let band = 0; band < BANDS; band++) {
        const bucket = buckets[band * 256 + signs[i * BANDS + band]!]!
        for (const other of bucket) {
          if (metBy[other] === i) continue
          metBy[other] = i
          if (bitsBetween(signs, other, i) > MOST_BITS || !this.#haveOneForm(other, i)) continue
          if (areAlike(shapes, other, i)) yield [this.#images[other]!, image]
        }
        bucket.push(i)
      }
    }
  }

  #haveOneForm(a: number, b: number): boolean {
    const ratio = this.#ratios[a]!
    return Math.abs(ratio - this.#ratios[b]!) <= 0.05 * ratio
  }
}

/** [BANDS] which of 8 x 8 cells lie above 0. */
function signsOf(shape: Int8Array): Uint8Array {
  const signs = new Uint8Array(BANDS)
  for (let row = 0; row < BANDS; row++) {
    for (let column = 0; column < 8; column++) {
      const at = 2 * row * SIDE + 2 * column
      const sum = shape[at]! + shape[at + 1]! + shape[at + SIDE]! + shape[at + SIDE + 1]!
      if (sum > 0) signs[row]! |= 1 << column
    }
  }
  return signs
}

/** @param signs [n, BANDS] */
function bitsBetween(signs: Uint8Array, a: number, b: number): number {
  let bits = 0
  for (let i = 0; i < BANDS; i++) {
    for (let x = signs[a * BANDS + i]! ^ signs[b * BANDS + i]!; x; x &= x - 1) bits++
  }
  return bits
}

/** @param shapes [n, SIDE * SIDE] */
function areAlike(shapes: Int8Array, a: number, b: number): boolean {
  const cells = SIDE * SIDE
  let [ab, aa, bb] = [0, 0, 0]
  for (let i = 0; i < cells; i++) {
    const [first, second] = [shapes[a * cells + i]!, shapes[b * cells + i]!]
    ab += first * second
    aa += first ** 2
    bb += second ** 2
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

function* overlapping(footprints: Footprint[]): Generator<[number, number]> {
  footprints.sort((a, b) => (a.crs === b.crs ? a.left - b.left : a.crs < b.crs ? -1 : 1))
  let open: Footprint[] = []
  for (const next of footprints) {
    open = open.filter(({ crs, right }) => crs === next.crs && right > next.left)
    for (const other of open) if (overlapOf(other, next) > OVERLAP) yield [other.image, next.image]
    open.push(next)
  }
}

/** None where the image has no place on the earth. */
function footprintsOf({ georeference, width, height }: Groupable, image: number): Footprint[] {
  if (!georeference?.crs) return []
  const [a, b, c, d, e, f] = georeference.transform
  const corners = [
    [0, 0],
    [width, 0],
    [0, height],
    [width, height],
  ].map(([x, y]) => [a * x! + b * y! + c, d * x! + e * y! + f] as const)
  const [xs, ys] = [corners.map(([x]) => x), corners.map(([, y]) => y)]
  return [
    {
      ...{ image, crs: georeference.crs, left: Math.min(...xs), right: Math.max(...xs) },
      ...{ bottom: Math.min(...ys), top: Math.max(...ys) },
    },
  ]
}

function overlapOf(a: Footprint, b: Footprint): number {
  const across = Math.min(a.right, b.right) - Math.max(a.left, b.left)
  const along = Math.min(a.top, b.top) - Math.max(a.bottom, b.bottom)
  if (across <= 0 || along <= 0) return 0
  const areaOf = ({ left, right, bottom, top }: Footprint): number => (right - left) * (top - bottom)
  return (across * along) / Math.min(areaOf(a), areaOf(b))
}
