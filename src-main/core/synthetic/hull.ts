import type { Random } from '../random.ts'
import { between } from '../random.ts'
import type { Frame, Surface } from './surface.ts'
import { coverage, darken, eachPixel } from './surface.ts'

/** Outline of a ship, in its own coordinates: u to the bow, v to the right, middle at (0, 0), in px. */
export interface Hull {
  length: number
  width: number
  /** share of the length in which the bow narrows; 0 = a box */
  bow: number
  /** 1 = straight to a point, 3 = full and round */
  fullness: number
  /** width of the stern's edge as a share of the whole */
  stern: number
}

export type HullForm = 'cargo' | 'slender' | 'boat' | 'box'

export function drawHull(random: Random, form: HullForm, length: number, width: number): Hull {
  switch (form) {
    case 'box':
      return { length, width, bow: random() < 0.4 ? 0.06 : 0, fullness: 2, stern: 1 }
    case 'slender':
      return { length, width, bow: between(random, 0.3, 0.5), fullness: between(random, 1.4, 2), stern: 0.75 }
    case 'boat':
      return {
        length,
        width,
        bow: between(random, 0.3, 0.6),
        fullness: between(random, 1.4, 2.4),
        stern: between(random, 0.7, 1),
      }
    case 'cargo':
      return {
        length,
        width,
        bow: between(random, 0.09, 0.22),
        fullness: between(random, 1.8, 3),
        stern: between(random, 0.7, 0.95),
      }
  }
}

/** Distance to the outline in px along the shorter way, negative inside; good to a fraction of a pixel. */
export function hullDistance(hull: Hull, u: number, v: number): number {
  const along = u / hull.length + 0.5
  let half = hull.width / 2
  if (hull.bow > 0 && along > 1 - hull.bow) {
    const t = Math.min(1, (along - 1 + hull.bow) / hull.bow)
    half *= 1 - t ** hull.fullness
  } else if (along < 0.07) {
    half *= hull.stern + (1 - hull.stern) * Math.max(0, along / 0.07)
  }
  return Math.max(Math.abs(v) - half, Math.abs(u) - hull.length / 2)
}

/** The box that a hull fits into, grown by `margin` px. */
export function hullBox(hull: Hull, margin = 0): [number, number, number, number] {
  const [a, b] = [hull.length / 2 + margin, hull.width / 2 + margin]
  return [-a, a, -b, b]
}

/**
 * Writes a ship's number where its mask is: the box around the hull, half a pixel larger than what is painted
 * (a lens spreads the hull by about that much). Pixels that another ship has already stay with it.
 */
export function writeMask(surface: Surface, frame: Frame, hull: Hull, label: number): void {
  const [a, b] = [hull.length / 2 + 0.4, hull.width / 2 + 0.4]
  eachPixel(surface, frame, [-a, a, -b, b], (pixel, u, v) => {
    if (Math.abs(u) <= a && Math.abs(v) <= b && surface.labels[pixel] === 0) surface.labels[pixel] = label
  })
}

/** Darkens what lies in the ship's shadow. Paint it before the ship. */
export function paintShadow(surface: Surface, frame: Frame, hull: Hull, depth: number): void {
  eachPixel(surface, frame, hullBox(hull), (pixel, u, v) => {
    const inside = coverage(hullDistance(hull, u, v))
    if (inside > 0) darken(surface, pixel, 1 - inside * depth)
  })
}
