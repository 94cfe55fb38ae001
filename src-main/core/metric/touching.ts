import type { Rle } from '../mask/rle.ts'
import { eachColumnRun } from '../mask/rle.ts'

/** A stretch of one column: rows from `from` up to, not including, `to`. */
interface Stretch {
  from: number
  to: number
  mask: number
}

/**
 * Which masks have a pixel that is, or has among its eight neighbours, a pixel of another mask.
 * @param height of the image in px
 * @returns [masks]
 */
export function touchingMasks(masks: readonly Rle[], height: number): boolean[] {
  const touching = masks.map(() => false)
  if (masks.length < 2) return touching
  const columns = new Map<number, Stretch[]>()
  masks.forEach((rle, mask) =>
    eachColumnRun(rle, height, (x, y, length) => {
      const stretch = { from: y, to: y + length, mask }
      const column = columns.get(x)
      if (column) column.push(stretch)
      else columns.set(x, [stretch])
    }),
  )
  for (const [x, column] of columns) {
    for (const a of column) {
      for (const b of [...column, ...(columns.get(x + 1) ?? [])]) {
        // one row apart is a neighbour, straight or diagonal
        if (a.mask === b.mask || a.from > b.to || b.from > a.to) continue
        touching[a.mask] = true
        touching[b.mask] = true
      }
    }
  }
  return touching
}
