import { DisjointSets } from '../disjoint-sets.ts'
import type { Rle } from './rle.ts'
import { areaOf, canonicalise, eachColumnRun } from './rle.ts'

/** A mask's runs cut at the columns' ends: run i covers rows top[i] .. bottom[i] - 1 of column[i]; sorted. */
export interface ColumnRuns {
  column: Int32Array
  top: Int32Array
  bottom: Int32Array
  count: number
}

export function columnRuns(rle: Rle, height: number): ColumnRuns {
  let count = 0
  eachColumnRun(rle, height, () => count++)
  const runs: ColumnRuns = {
    column: new Int32Array(count),
    top: new Int32Array(count),
    bottom: new Int32Array(count),
    count,
  }
  let i = 0
  eachColumnRun(rle, height, (x, y, length) => {
    runs.column[i] = x
    runs.top[i] = y
    runs.bottom[i++] = y + length
  })
  return runs
}

/**
 * The connected parts of a mask, largest first (equal ones: the one that begins further left, then further up).
 * @param connectivity 4: pixels hang together by edges; 8: by corners too.
 */
export function componentsOf(rle: Rle, height: number, connectivity: 4 | 8): Rle[] {
  const { column, top, bottom, count } = columnRuns(rle, height)
  const sets = new DisjointSets(count)
  const reach = connectivity === 8 ? 1 : 0
  let previous = 0
  for (let i = 0; i < count; i++) {
    while (
      column[previous]! < column[i]! - 1 ||
      (column[previous]! === column[i]! - 1 && bottom[previous]! + reach <= top[i]!)
    ) {
      previous++
    }
    for (let j = previous; column[j]! === column[i]! - 1 && top[j]! < bottom[i]! + reach; j++) sets.join(i, j)
  }
  const parts = new Map<number, number[]>()
  for (let i = 0; i < count; i++) {
    const root = sets.find(i)
    const runs = parts.get(root) ?? []
    if (runs.length === 0) parts.set(root, runs)
    runs.push(column[i]! * height + top[i]! + 1, bottom[i]! - top[i]!)
  }
  return largestFirst([...parts.values()].map(canonicalise))
}

/** Sorts masks by area, largest first; equal ones by their first pixel. */
export function largestFirst(masks: Rle[]): Rle[] {
  return masks.sort((a, b) => areaOf(b) - areaOf(a) || (a[0] ?? 0) - (b[0] ?? 0))
}
