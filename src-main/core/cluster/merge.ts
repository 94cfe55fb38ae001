/** Sums over the embeddings of one mode, from which its mean and spread follow. In double precision: exact enough in whole-image pixels. */
export interface ModeSums {
  pixels: number
  x: number
  y: number
  xx: number
  xy: number
  yy: number
}

/** Sums over each mode. @param mode [n] 0..count-1, below 0: left out @param x [n] px @param y [n] px @returns [count] */
export function sumModes(mode: Int32Array, count: number, x: Float32Array, y: Float32Array): ModeSums[] {
  const sums = Array.from({ length: count }, (): ModeSums => ({ pixels: 0, x: 0, y: 0, xx: 0, xy: 0, yy: 0 }))
  for (let k = 0; k < mode.length; k++) {
    const s = sums[mode[k]!]
    if (!s) continue
    const px = x[k]!
    const py = y[k]!
    s.pixels++
    s.x += px
    s.y += py
    s.xx += px * px
    s.xy += px * py
    s.yy += py * py
  }
  return sums
}

function add(a: ModeSums, b: ModeSums): ModeSums {
  return {
    pixels: a.pixels + b.pixels,
    x: a.x + b.x,
    y: a.y + b.y,
    xx: a.xx + b.xx,
    xy: a.xy + b.xy,
    yy: a.yy + b.yy,
  }
}

/** Standard deviation of a mode's embeddings along the unit vector (ux, uy), px. */
function spreadAlong({ pixels, x, y, xx, xy, yy }: ModeSums, ux: number, uy: number): number {
  const along = (ux * ux * xx + 2 * ux * uy * xy + uy * uy * yy) / pixels
  const mean = (ux * x + uy * y) / pixels
  return Math.sqrt(Math.max(0, along - mean * mean))
}

/** Root mean square distance of a mode's embeddings from their mean, px. */
export function spreadOf({ pixels, x, y, xx, yy }: ModeSums): number {
  return Math.sqrt(Math.max(0, (xx + yy) / pixels - (x * x + y * y) / (pixels * pixels)))
}

/** Distance of two modes' means in units of the sum of their spreads along the line between them. */
export function separation(a: ModeSums, b: ModeSums): number {
  const dx = b.x / b.pixels - a.x / a.pixels
  const dy = b.y / b.pixels - a.y / a.pixels
  const distance = Math.hypot(dx, dy)
  if (distance === 0) return 0
  const spread = spreadAlong(a, dx / distance, dy / distance) + spreadAlong(b, dx / distance, dy / distance)
  return spread === 0 ? Infinity : distance / spread
}

/**
 * Joins the two least separated modes, again and again, until all pairs are further apart than alpha.
 * @returns [count] the mode that each mode has become part of (the lowest number of its group)
 */
export function mergeModes(modes: readonly ModeSums[], alpha: number): Int32Array {
  const sums = [...modes]
  const into = Int32Array.from(modes, (_, i) => i)
  const alive = new Set(sums.keys())
  // For each mode the least separated one of a higher number: a merge then costs one row, not the whole table.
  const nearest = new Map<number, { other: number; separation: number }>()
  const findNearest = (i: number): void => {
    let best = { other: -1, separation: Infinity }
    for (const j of alive) {
      if (j <= i) continue
      const s = separation(sums[i]!, sums[j]!)
      if (s < best.separation) best = { other: j, separation: s }
    }
    nearest.set(i, best)
  }
  for (const i of alive) findNearest(i)

  for (;;) {
    let low = -1
    let least = Infinity
    for (const [i, { separation }] of nearest) {
      if (separation < least) {
        least = separation
        low = i
      }
    }
    if (low === -1 || least > alpha) return into
    const high = nearest.get(low)!.other
    sums[low] = add(sums[low]!, sums[high]!)
    into.forEach((group, i) => {
      if (group === high) into[i] = low
    })
    alive.delete(high)
    nearest.delete(high)
    for (const i of alive) {
      const { other } = nearest.get(i)!
      if (i === low || other === low || other === high) findNearest(i)
      else if (i < low) {
        const s = separation(sums[i]!, sums[low]!)
        if (s < nearest.get(i)!.separation) nearest.set(i, { other: low, separation: s })
      }
    }
  }
}
