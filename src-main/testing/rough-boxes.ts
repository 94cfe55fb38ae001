import { axesOf, momentsOf } from '../core/cluster/moments.ts'
import { imagePoint } from '../core/geometry/points.ts'
import type { Rle, Size } from '../core/mask/rle.ts'
import { boundsOf, pixelsOf } from '../core/mask/rle.ts'
import type { TurnedBox } from '../core/smart-box/turned-box.ts'
import { boxBetween, fromBox } from '../core/smart-box/turned-box.ts'

/** Boxes as people draw them around a ship: each side is off by a share of the box. */

/** @param off how far a side is off, of the box's extent; drawn anew for each side */
export function uprightBox(rle: Rle, { height }: Size, off: () => number): TurnedBox {
  const { x, y, width, height: tall } = boundsOf(rle, height)!
  return boxBetween(
    imagePoint(x + off() * width, y + off() * tall),
    imagePoint(x + width + off() * width, y + tall + off() * tall),
  )
}

/** Along the ship's axis, as two clicks and a width give it. */
export function boxAlongShip(rle: Rle, size: Size, off: () => number): TurnedBox {
  const axis = axisOf(rle, size)
  const { length, breadth } = axis
  const [a0, a1, b0, b1] = [off() * length, off() * length, off() * breadth, off() * breadth]
  return {
    ...{ ...fromBox(axis, (a0 + a1) / 2, (b0 + b1) / 2), angle: axis.angle },
    length: Math.max(2, length + a1 - a0),
    breadth: Math.max(2, breadth + b1 - b0),
  }
}

/** The rectangle with the ship's own moments. */
export function axisOf(rle: Rle, size: Size): TurnedBox {
  const pixels = pixelsOf(rle, size)
  const xs = Float32Array.from(pixels, (p) => (p % size.width) + 0.5)
  const ys = Float32Array.from(pixels, (p) => Math.floor(p / size.width) + 0.5)
  const moments = momentsOf(new Int32Array(pixels.length), 1, xs, ys)[0]!
  return { x: moments.x / moments.n, y: moments.y / moments.n, ...axesOf(moments) }
}
