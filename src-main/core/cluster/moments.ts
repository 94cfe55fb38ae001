/** Number and sums of points, from which mean and spread follow. In double precision: exact enough in whole-image pixels. */
export interface Moments {
  n: number
  x: number
  y: number
  xx: number
  xy: number
  yy: number
}

/** Sums over each group. @param group [n] 0..count-1, below 0: left out @param x [n] px @param y [n] px @returns [count] */
export function momentsOf(group: Int32Array, count: number, x: Float32Array, y: Float32Array): Moments[] {
  const moments = Array.from({ length: count }, (): Moments => ({ n: 0, x: 0, y: 0, xx: 0, xy: 0, yy: 0 }))
  const n = group.length
  for (let k = 0; k < n;) {
    const g = group[k]!
    // points of one group mostly follow each other
    let end = k + 1
    while (end < n && group[end] === g) end++
    const own = moments[g]
    if (own) addPoints(own, x, y, k, end)
    k = end
  }
  return moments
}

function addPoints(to: Moments, x: Float32Array, y: Float32Array, from: number, end: number): void {
  let [sumX, sumY, sumXX, sumXY, sumYY] = [to.x, to.y, to.xx, to.xy, to.yy]
  for (let k = from; k < end; k++) {
    const px = x[k]!
    const py = y[k]!
    sumX += px
    sumY += py
    sumXX += px * px
    sumXY += px * py
    sumYY += py * py
  }
  to.n += end - from
  to.x = sumX
  to.y = sumY
  to.xx = sumXX
  to.xy = sumXY
  to.yy = sumYY
}

/** The points of both. */
export function addMoments(a: Moments, b: Moments): Moments {
  return {
    n: a.n + b.n,
    x: a.x + b.x,
    y: a.y + b.y,
    xx: a.xx + b.xx,
    xy: a.xy + b.xy,
    yy: a.yy + b.yy,
  }
}

/** Variances and covariance of points, px^2. */
export interface Covariance {
  xx: number
  xy: number
  yy: number
}

/** @param more added to both variances, px^2 */
export function covarianceOf({ n, x, y, xx, xy, yy }: Moments, more = 0): Covariance {
  const [meanX, meanY] = [x / n, y / n]
  return {
    xx: Math.max(0, xx / n - meanX * meanX) + more,
    xy: xy / n - meanX * meanY,
    yy: Math.max(0, yy / n - meanY * meanY) + more,
  }
}

/** Root mean square distance of points from their mean, px. */
export function spreadOf(moments: Moments): number {
  const { xx, yy } = covarianceOf(moments)
  return Math.sqrt(xx + yy)
}

/** A pixel is a square of side 1, not a point: its own variance along each axis, px^2. */
const PIXEL_VARIANCE = 1 / 12

/** The rectangle that has the same second moments as these pixels: px, and radians from the x axis to its length. */
export function axesOf(pixels: Moments): { length: number; breadth: number; angle: number } {
  const { xx, xy, yy } = covarianceOf(pixels, PIXEL_VARIANCE)
  const half = (xx + yy) / 2
  const away = Math.hypot((xx - yy) / 2, xy)
  return {
    length: Math.sqrt(12 * (half + away)),
    breadth: Math.sqrt(12 * (half - away)),
    angle: Math.atan2(2 * xy, xx - yy) / 2,
  }
}

/** Length over width of the rectangle that has the same second moments as these pixels; 1 for one pixel. */
export function aspectOf(pixels: Moments): number {
  const { length, breadth } = axesOf(pixels)
  return length / breadth
}
