import type { ImagePoint } from '../geometry/points.ts'
import { distance, imagePoint } from '../geometry/points.ts'
import type { BoxCorners } from '../geometry/points.ts'
import type { PixelBox, Size } from '../mask/rle.ts'

/** A rectangle that may be turned, in image pixels. */
export interface TurnedBox {
  /** its middle */
  readonly x: number
  readonly y: number
  /** radians from the x axis to its length */
  readonly angle: number
  readonly length: number
  readonly breadth: number
}

/** Narrower ones hold no ship. */
const LEAST_SIDE = 2

/** The upright box between two corners. */
export function boxBetween(a: ImagePoint, b: ImagePoint): TurnedBox {
  return {
    x: (a.x + b.x) / 2,
    y: (a.y + b.y) / 2,
    angle: 0,
    length: Math.max(LEAST_SIDE, Math.abs(a.x - b.x)),
    breadth: Math.max(LEAST_SIDE, Math.abs(a.y - b.y)),
  }
}

/** The same, no further than the image reaches: nothing is to be seen beyond. One that lies outside stays there. */
export function boxWithin(a: ImagePoint, b: ImagePoint, size: Size): TurnedBox {
  const drawn = boxBetween(a, b)
  if (isOutside(drawn, size)) return drawn
  const within = ({ x, y }: ImagePoint) =>
    imagePoint(Math.min(size.width, Math.max(0, x)), Math.min(size.height, Math.max(0, y)))
  return boxBetween(within(a), within(b))
}

/** Whether no pixel of the image lies in the upright box around it. */
export function isOutside(box: TurnedBox, size: Size): boolean {
  return areaAround(box, 0, 0, size) === null
}

export function sameBox(a: TurnedBox, b: TurnedBox): boolean {
  return a.x === b.x && a.y === b.y && a.angle === b.angle && a.length === b.length && a.breadth === b.breadth
}

/** The box along an axis of which only the ends are known. @param aspect length by breadth */
export function boxAlong(bow: ImagePoint, stern: ImagePoint, aspect: number): TurnedBox {
  const length = Math.max(LEAST_SIDE, distance(bow, stern))
  return {
    x: (bow.x + stern.x) / 2,
    y: (bow.y + stern.y) / 2,
    angle: Math.atan2(stern.y - bow.y, stern.x - bow.x),
    length,
    breadth: Math.max(LEAST_SIDE, length / aspect),
  }
}

/** A point of the box's own frame (along its length, across it, from its middle) in the image. */
export function fromBox({ x, y, angle }: TurnedBox, along: number, across: number): ImagePoint {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
  return imagePoint(x + along * cos - across * sin, y + along * sin + across * cos)
}

/** A point of the image in the box's own frame. */
export function toBox(
  { x, y, angle }: TurnedBox,
  at: { readonly x: number; readonly y: number },
): { along: number; across: number } {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
  const [dx, dy] = [at.x - x, at.y - y]
  return { along: dx * cos + dy * sin, across: dy * cos - dx * sin }
}

/** Corners in turn. */
export function cornersOf(box: TurnedBox): BoxCorners {
  const [a, b] = [box.length / 2, box.breadth / 2]
  return [fromBox(box, -a, -b), fromBox(box, a, -b), fromBox(box, a, b), fromBox(box, -a, b)]
}

export const SIDES = ['bow', 'stern', 'left', 'right'] as const
export type Side = (typeof SIDES)[number]

/** The box with one side moved to where a point lies; the opposite one stays. */
export function withSideAt(
  box: TurnedBox,
  side: Side,
  at: { readonly x: number; readonly y: number },
): TurnedBox {
  const { along, across } = toBox(box, at)
  const lengthwise = side === 'bow' || side === 'stern'
  const sign = side === 'stern' || side === 'right' ? 1 : -1
  const fixed = (-sign * (lengthwise ? box.length : box.breadth)) / 2
  const moved = lengthwise ? along : across
  const extent = Math.max(LEAST_SIDE, sign * (moved - fixed))
  const middle = fixed + (sign * extent) / 2
  const { x, y } = lengthwise ? fromBox(box, middle, 0) : fromBox(box, 0, middle)
  return { ...box, x, y, ...(lengthwise ? { length: extent } : { breadth: extent }) }
}

/** The middles of the sides. */
export function sidesOf(box: TurnedBox): Readonly<Record<Side, ImagePoint>> {
  return {
    bow: fromBox(box, -box.length / 2, 0),
    stern: fromBox(box, box.length / 2, 0),
    left: fromBox(box, 0, -box.breadth / 2),
    right: fromBox(box, 0, box.breadth / 2),
  }
}

/** Half the width and height of the upright box around one that is turned by `angle`. */
export function halfExtents(
  { length, breadth }: Pick<TurnedBox, 'length' | 'breadth'>,
  angle: number,
): { x: number; y: number } {
  const [cos, sin] = [Math.abs(Math.cos(angle)), Math.abs(Math.sin(angle))]
  return { x: (length * cos + breadth * sin) / 2, y: (length * sin + breadth * cos) / 2 }
}

/** Whole pixels around a box and `share` of its extent more on each side, `least` at least. Null where that is outside the image. */
export function areaAround(box: TurnedBox, share: number, least: number, size: Size): PixelBox | null {
  const half = halfExtents(box, box.angle)
  const reach = (extent: number) => extent * (1 + share) + least
  const x = Math.max(0, Math.floor(box.x - reach(half.x)))
  const y = Math.max(0, Math.floor(box.y - reach(half.y)))
  const width = Math.min(size.width, Math.ceil(box.x + reach(half.x))) - x
  const height = Math.min(size.height, Math.ceil(box.y + reach(half.y))) - y
  return width > 0 && height > 0 ? { x, y, width, height } : null
}

/** [area.height, area.width] how deep each pixel's centre lies in the box, px; below 0 outside. */
export function depthsOf(area: PixelBox, box: TurnedBox): Float32Array {
  const [cos, sin] = [Math.cos(box.angle), Math.sin(box.angle)]
  const [a, b] = [box.length / 2, box.breadth / 2]
  const depth = new Float32Array(area.width * area.height)
  for (let y = 0, p = 0; y < area.height; y++) {
    const dy = area.y + y + 0.5 - box.y
    for (let x = 0; x < area.width; x++, p++) {
      const dx = area.x + x + 0.5 - box.x
      depth[p] = Math.min(a - Math.abs(dx * cos + dy * sin), b - Math.abs(dy * cos - dx * sin))
    }
  }
  return depth
}
