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
  for (let k = 0; k < group.length; k++) {
    const m = moments[group[k]!]
    if (!m) continue
    const px = x[k]!
    const py = y[k]!
    m.n++
    m.x += px
    m.y += py
    m.xx += px * px
    m.xy += px * py
    m.yy += py * py
  }
  return moments
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
