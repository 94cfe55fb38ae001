import { boundsOf, eachColumnRun } from './rle.ts'
import type { PixelBox, Rle } from './rle.ts'

/** No seed in this column. */
const NONE = -1

/**
 * Divides a mask among seeds: each seed's part is what it shares with the mask, and of the other pixels those that it is nearest to (Euclidean, from
 * centre to centre; after Felzenszwalb and Huttenlocher, Distance transforms of sampled functions, 2012). A pixel of several seeds is the first one's.
 * Takes time and memory in proportion to the mask's box.
 * @param seeds at least one shares a pixel with the mask
 * @param height of the image, in px
 * @returns [seeds] the parts, empty where a seed has none of the mask's pixels
 */
export function divideMask(rle: Rle, seeds: readonly Rle[], height: number): Rle[] {
  const box = boundsOf(rle, height)
  if (box === null) return seeds.map(() => rle)
  const inside = new Uint8Array(box.width * box.height)
  eachColumnRun(rle, height, (x, y, length) => {
    const from = (x - box.x) * box.height + y - box.y
    inside.fill(1, from, from + length)
  })
  const nearest = nearestInRows(nearestInColumns(seeds, inside, box, height), box)
  const parts = seeds.map((): number[] => [])
  for (let x = 0, i = 0; x < box.width; x++) {
    // down the columns, as runs are
    const first = (box.x + x) * height + box.y + 1
    for (let y = 0; y < box.height; y++, i++) if (inside[i] === 1) addPixel(parts[nearest[i]!]!, first + y)
  }
  return parts.map((runs) => new Uint32Array(runs))
}

/** @param runs as in {@link Rle}, of pixels before this one @param position 1-based, down the columns */
function addPixel(runs: number[], position: number): void {
  if (runs.length > 0 && runs.at(-2)! + runs.at(-1)! === position) runs[runs.length - 1]!++
  else runs.push(position, 1)
}

/** By pixel of a box, down its columns: the row of the nearest seed pixel of the same column, or NONE; and whose it is. */
interface ColumnSeeds {
  row: Int32Array
  seed: Int32Array
}

function nearestInColumns(
  seeds: readonly Rle[],
  inside: Uint8Array,
  box: PixelBox,
  height: number,
): ColumnSeeds {
  const seed = new Int32Array(inside.length).fill(NONE)
  seeds.forEach((mask, s) =>
    eachColumnRun(mask, height, (x, y, length) => {
      if (x < box.x || x >= box.x + box.width) return
      const end = Math.min(y + length, box.y + box.height)
      for (let at = Math.max(y, box.y); at < end; at++) {
        const i = (x - box.x) * box.height + at - box.y
        if (inside[i] === 1 && seed[i] === NONE) seed[i] = s
      }
    }),
  )
  const row = new Int32Array(inside.length).fill(NONE)
  for (let from = 0; from < inside.length; from += box.height) {
    const seeded: number[] = []
    for (let y = 0; y < box.height; y++) if (seed[from + y] !== NONE) seeded.push(y)
    if (seeded.length === 0) continue
    const seedsHere = seed.slice(from, from + box.height)
    for (let y = 0, next = 0; y < box.height; y++) {
      while (next + 1 < seeded.length && seeded[next + 1]! - y <= y - seeded[next]!) next++
      row[from + y] = seeded[next]!
      seed[from + y] = seedsHere[seeded[next]!]!
    }
  }
  return { row, seed }
}

/** By pixel of a box, down its columns: whose the nearest seed pixel of the whole box is. */
function nearestInRows({ row, seed }: ColumnSeeds, box: PixelBox): Int32Array {
  const nearest = new Int32Array(row.length)
  for (let y = 0; y < box.height; y++) {
    const columns = lowestColumns(row, y, box)
    let k = 0
    for (let x = 0; x < box.width; x++) {
      while (k + 1 < columns.length && columns[k + 1]!.from <= x) k++
      nearest[x * box.height + y] = seed[columns[k]!.x * box.height + y]!
    }
  }
  return nearest
}

/** Of one row: which column's seed is the nearest, and from where on: the lower envelope of parabolas. */
function lowestColumns(row: Int32Array, y: number, box: PixelBox): { x: number; from: number }[] {
  const envelope: { x: number; from: number; raised: number }[] = []
  for (let x = 0; x < box.width; x++) {
    const at = row[x * box.height + y]!
    if (at === NONE) continue
    const raised = (at - y) ** 2 + x * x
    let from = -Infinity
    for (let last = envelope.at(-1); last; last = envelope.at(-1)) {
      from = (raised - last.raised) / (2 * (x - last.x))
      if (from > last.from) break
      envelope.pop()
      from = -Infinity
    }
    envelope.push({ x, from, raised })
  }
  return envelope
}
