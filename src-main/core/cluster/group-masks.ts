import type { Rle, Size } from '../mask/rle.ts'
import { membersOf } from './groups.ts'
import type { Groups } from './groups.ts'

/** The mask of each group; runs go down the columns. @param index [n] row-major pixel indices, ascending @returns [count] */
export function masksOfGroups(index: Uint32Array, { group, count }: Groups, { width, height }: Size): Rle[] {
  const columns = new Int32Array(index.length)
  for (let k = 0; k < index.length; k++) columns[k] = index[k]! % width
  const byColumn = membersOf({ group: columns, count: width })
  // where the last run of each group ends: a pixel there goes on with it
  const ends = new Int32Array(count)
  const runs = new Uint32Array(count)
  const visit = (begin: (g: number, start: number) => void, goOn: (g: number) => void): void => {
    byColumn.forEach((pixels, column) => {
      for (let i = 0; i < pixels.length; i++) {
        const k = pixels[i]!
        const g = group[k]!
        if (g < 0) continue
        const start = column * height + (index[k]! - column) / width + 1
        if (ends[g] === start) goOn(g)
        else begin(g, start)
        ends[g] = start + 1
      }
    })
  }
  visit(
    (g) => runs[g]!++,
    () => undefined,
  )
  const masks = Array.from(runs, (n) => new Uint32Array(2 * n))
  runs.fill(0)
  ends.fill(0)
  visit(
    (g, start) => {
      masks[g]!.set([start, 1], 2 * runs[g]!)
      runs[g]!++
    },
    (g) => masks[g]![2 * runs[g]! - 1]!++,
  )
  return masks
}
