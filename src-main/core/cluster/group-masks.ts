import type { Rle, Size } from '../mask/rle.ts'
import type { Groups } from './groups.ts'
import type { Places } from './places.ts'

/** Runs down the columns, in the order of the columns, and in each from top to bottom as far as they are of one group. Arrays of equal length. */
interface Runs {
  /** number of the first pixel, column by column, from 1 */
  start: Uint32Array
  length: Uint32Array
  group: Int32Array
}

/** The mask of each group; runs go down the columns. @param of [n] pixels, those of a group row by row @returns [count] */
export function masksOfGroups(of: Places, groups: Groups, size: Size): Rle[] {
  const { start, length, group } = runsOf(of, groups.group, size)
  // after the last run of each group: one that begins there, at the top of the next column, goes on with it
  const ends = new Uint32Array(groups.count)
  const numbers = new Uint32Array(groups.count)
  for (let i = 0; i < group.length; i++) {
    const g = group[i]!
    if (ends[g] !== start[i]) numbers[g]! += 2
    ends[g] = start[i]! + length[i]!
  }
  const masks = Array.from(numbers, (n) => new Uint32Array(n))
  ends.fill(0)
  numbers.fill(0)
  for (let i = 0; i < group.length; i++) {
    const g = group[i]!
    const mask = masks[g]!
    if (ends[g] !== start[i]) {
      mask[numbers[g]!] = start[i]!
      numbers[g]! += 2
    }
    mask[numbers[g]! - 1]! += length[i]!
    ends[g] = start[i]! + length[i]!
  }
  return masks
}

function runsOf({ column, row }: Places, group: Int32Array, { width, height }: Size): Runs {
  // of each column the run that the next pixel may go on with
  const own = new Int32Array(width).fill(-1)
  const [top, below] = [new Int32Array(width), new Int32Array(width)]
  const ended = {
    column: new Int32Array(group.length),
    top: new Int32Array(group.length),
    below: new Int32Array(group.length),
    group: new Int32Array(group.length),
  }
  // where the runs of each column begin, once they lie column by column
  const next = new Uint32Array(width + 1)
  let n = 0
  const end = (x: number): void => {
    if (own[x]! < 0) return
    ended.column[n] = x
    ended.top[n] = top[x]!
    ended.below[n] = below[x]!
    ended.group[n++] = own[x]!
    next[x + 1]!++
  }
  for (let k = 0; k < group.length; k++) {
    const [x, y, g] = [column[k]!, row[k]!, group[k]!]
    if (own[x] !== g || below[x] !== y) {
      end(x)
      own[x] = g
      top[x] = y
    }
    below[x] = y + 1
  }
  for (let x = 0; x < width; x++) end(x)
  for (let x = 0; x < width; x++) next[x + 1]! += next[x]!
  const runs = { start: new Uint32Array(n), length: new Uint32Array(n), group: new Int32Array(n) }
  for (let i = 0; i < n; i++) {
    const x = ended.column[i]!
    const at = next[x]!++
    runs.start[at] = x * height + ended.top[i]! + 1
    runs.length[at] = ended.below[i]! - ended.top[i]!
    runs.group[at] = ended.group[i]!
  }
  return runs
}
