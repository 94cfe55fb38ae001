import type { Places } from './places.ts'

/** How far a set of pixels reaches in each row; enough to know its convex hull. */
export interface Outline {
  /** its first row */
  top: number
  /** [rows] column of the first and the last pixel; a row without any has Infinity and -Infinity */
  left: Float64Array
  right: Float64Array
}

/** Outlines of groups of pixels. @param of their places, row by row @param group [n] 0..count-1 @returns [count] */
export function outlinesOf({ column, row }: Places, group: Int32Array, count: number): Outline[] {
  const n = row.length
  const first = new Float64Array(count).fill(Infinity)
  const last = new Float64Array(count)
  // rows only ever grow along the pixels
  for (let k = 0; k < n; k++) {
    const g = group[k]!
    if (first[g] === Infinity) first[g] = row[k]!
    last[g] = row[k]!
  }
  const outlines = Array.from(first, (top, g) => blank(top, last[g]!))
  for (let k = 0; k < n;) {
    const [g, y] = [group[k]!, row[k]!]
    let end = k + 1
    while (end < n && group[end] === g && row[end] === y) end++
    const { top, left, right } = outlines[g]!
    if (column[k]! < left[y - top]!) left[y - top] = column[k]!
    if (column[end - 1]! > right[y - top]!) right[y - top] = column[end - 1]!
    k = end
  }
  return outlines
}

function blank(top: number, bottom: number): Outline {
  const rows = bottom - top + 1
  return {
    top,
    left: new Float64Array(rows).fill(Infinity),
    right: new Float64Array(rows).fill(-Infinity),
  }
}

/** The outline of the pixels of both. */
export function joinOutlines(a: Outline, b: Outline): Outline {
  const top = Math.min(a.top, b.top)
  const joined = blank(top, Math.max(a.top + a.left.length, b.top + b.left.length) - 1)
  for (const { top: from, left, right } of [a, b]) {
    for (let i = 0, at = from - top; i < left.length; i++, at++) {
      joined.left[at] = Math.min(joined.left[at]!, left[i]!)
      joined.right[at] = Math.max(joined.right[at]!, right[i]!)
    }
  }
  return joined
}

/** Number of pixels in the convex hull: those of a digitally convex shape itself, however small. */
export function hullPixels({ left, right }: Outline): number {
  const from = convexBelow(left)
  const mirrored = new Float64Array(right.length)
  for (let y = 0; y < right.length; y++) mirrored[y] = -right[y]!
  const to = convexBelow(mirrored)
  let pixels = 0
  for (let y = 0; y < from.length; y++) {
    pixels += Math.max(0, Math.floor(-to[y]! + ROUNDING) - Math.ceil(from[y]! - ROUNDING) + 1)
  }
  return pixels
}

const ROUNDING = 1e-9

/** The greatest convex function of the row that is nowhere above the values. @param values finite in the first and last row */
function convexBelow(values: Float64Array): Float64Array {
  const corners = new Int32Array(values.length)
  let n = 0
  for (let i = 0; i < values.length; i++) {
    if (values[i] === Infinity) continue
    for (; n > 1; n--) {
      const [a, b] = [corners[n - 2]!, corners[n - 1]!]
      if ((values[b]! - values[a]!) * (i - a) < (values[i]! - values[a]!) * (b - a)) break
    }
    corners[n++] = i
  }
  const below = values.slice()
  for (let c = 1; c < n; c++) {
    const [a, b] = [corners[c - 1]!, corners[c]!]
    for (let i = a + 1; i < b; i++) below[i] = values[a]! + ((values[b]! - values[a]!) * (i - a)) / (b - a)
  }
  return below
}
