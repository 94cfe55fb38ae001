import type { Rle, Size } from '../mask/rle.ts'
import type { Groups } from './groups.ts'
import type { Places } from './places.ts'

/** The mask of each group; runs go down the columns. @param of [n] pixels @returns [count] */
export function masksOfGroups(of: Places, { group, count }: Groups, { width, height }: Size): Rle[] {
  const { start, own } = downColumns(of, group, { width, height })
  // where the last run of each group ends: a pixel there goes on with it
  const ends = new Int32Array(count)
  const runs = new Uint32Array(count)
  for (let i = 0; i < own.length; i++) {
    const g = own[i]!
    if (g < 0) continue
    if (ends[g] !== start[i]) runs[g]!++
    ends[g] = start[i]! + 1
  }
  const masks = Array.from(runs, (n) => new Uint32Array(2 * n))
  runs.fill(0)
  ends.fill(0)
  for (let i = 0; i < own.length; i++) {
    const g = own[i]!
    if (g < 0) continue
    if (ends[g] !== start[i]) masks[g]!.set([start[i]!, 0], 2 * runs[g]!++)
    masks[g]![2 * runs[g]! - 1]!++
    ends[g] = start[i]! + 1
  }
  return masks
}

/** Pixels in the order of masks, column by column: by their number there, from 1, and with their groups. */
function downColumns(
  { column, row }: Places,
  group: Int32Array,
  { width, height }: Size,
): { start: Int32Array; own: Int32Array } {
  const next = new Uint32Array(width + 1)
  for (let k = 0; k < column.length; k++) next[column[k]! + 1]!++
  for (let x = 0; x < width; x++) next[x + 1]! += next[x]!
  const start = new Int32Array(column.length)
  const own = new Int32Array(column.length)
  for (let k = 0; k < column.length; k++) {
    const x = column[k]!
    const at = next[x]!++
    start[at] = x * height + row[k]! + 1
    own[at] = group[k]!
  }
  return { start, own }
}
