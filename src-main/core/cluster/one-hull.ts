/** Share of its convex hull that a single ship fills at least; the rest is for ragged outlines. */
const LEAST_SOLIDITY = 0.85

/** Length over width from which on a convex shape is one ship: two side by side are stubbier. */
const LEAST_ASPECT = 3

/**
 * Whether pixels have the shape of a single ship's hull: convex and slender.
 * @param index row-major pixel indices @param members which of them, a connected component, ascending
 * @param width of the image in px
 */
export function isOneHull(index: Uint32Array, members: Uint32Array, width: number): boolean {
  return (
    aspectOf(index, members, width) >= LEAST_ASPECT && solidityOf(index, members, width) >= LEAST_SOLIDITY
  )
}

/** Length over width of the rectangle that has the pixels' second moments. */
function aspectOf(index: Uint32Array, members: Uint32Array, width: number): number {
  const n = members.length
  let sumX = 0
  let sumY = 0
  for (const k of members) {
    sumX += index[k]! % width
    sumY += Math.floor(index[k]! / width)
  }
  const [meanX, meanY] = [sumX / n, sumY / n]
  // a pixel is a square of side 1, not a point
  let xx = n / 12
  let yy = n / 12
  let xy = 0
  for (const k of members) {
    const dx = (index[k]! % width) - meanX
    const dy = Math.floor(index[k]! / width) - meanY
    xx += dx * dx
    xy += dx * dy
    yy += dy * dy
  }
  const half = (xx + yy) / 2
  const away = Math.hypot((xx - yy) / 2, xy)
  return Math.sqrt((half + away) / (half - away))
}

/** Number of pixels over the number of those in their convex hull: 1 for every digitally convex shape, however small. */
function solidityOf(index: Uint32Array, members: Uint32Array, width: number): number {
  const row = (k: number): number => Math.floor(index[k]! / width)
  const top = row(members[0]!)
  const rows = row(members.at(-1)!) - top + 1
  const left = new Float64Array(rows).fill(Infinity)
  const right = new Float64Array(rows).fill(-Infinity)
  for (const k of members) {
    const y = row(k) - top
    const x = index[k]! % width
    if (x < left[y]!) left[y] = x
    if (x > right[y]!) right[y] = x
  }
  const from = convexBelow(left)
  const to = convexBelow(right.map((x) => -x))
  let hull = 0
  for (let y = 0; y < rows; y++) hull += Math.floor(-to[y]! + ROUNDING) - Math.ceil(from[y]! - ROUNDING) + 1
  return members.length / hull
}

const ROUNDING = 1e-9

/** The greatest convex function of the row that is nowhere above the values. */
function convexBelow(values: Float64Array): Float64Array {
  const corners: number[] = []
  for (let i = 0; i < values.length; i++) {
    for (;;) {
      const [a, b] = [corners.at(-2), corners.at(-1)]
      if (a === undefined || b === undefined) break
      if ((values[b]! - values[a]!) * (i - a) < (values[i]! - values[a]!) * (b - a)) break
      corners.pop()
    }
    corners.push(i)
  }
  const below = Float64Array.from(values)
  corners.slice(1).forEach((b, c) => {
    const a = corners[c]!
    for (let i = a + 1; i < b; i++) below[i] = values[a]! + ((values[b]! - values[a]!) * (i - a)) / (b - a)
  })
  return below
}
