/**
 * Points in two spaces that the compiler keeps apart. Image: pixel (x, y) covers [x, x+1) x [y, y+1), so its centre is
 * (x + 0.5, y + 0.5). Screen: CSS pixels from the top left of the canvas.
 */

declare const space: unique symbol

interface Point<Space extends string> {
  readonly x: number
  readonly y: number
  readonly [space]: Space
}

export type ImagePoint = Point<'image'>
export type ScreenPoint = Point<'screen'>

/** A point in image pixels. */
export function imagePoint(x: number, y: number): ImagePoint {
  return { x, y } as ImagePoint
}

/** A point in CSS pixels from the canvas' top left. */
export function screenPoint(x: number, y: number): ScreenPoint {
  return { x, y } as ScreenPoint
}

/** Distance between two points of one space. */
export function distance<P extends ImagePoint | ScreenPoint>(a: P, b: P): number {
  return Math.hypot(a.x - b.x, a.y - b.y)
}

/** Corners of a rotated box, in order. */
export type BoxCorners = readonly [ImagePoint, ImagePoint, ImagePoint, ImagePoint]

/**
 * The rotated box with one side's middle at `bow`, the opposite side's middle at `stern`, and wide enough for `edge` to lie
 * on a long side. Null where bow and stern coincide.
 */
export function boxFromAxis(bow: ImagePoint, stern: ImagePoint, edge: ImagePoint): BoxCorners | null {
  const length = distance(bow, stern)
  if (length === 0) return null
  const normal = { x: -(stern.y - bow.y) / length, y: (stern.x - bow.x) / length }
  const half = Math.abs((edge.x - bow.x) * normal.x + (edge.y - bow.y) * normal.y)
  const corner = (end: ImagePoint, side: number) =>
    imagePoint(end.x + side * half * normal.x, end.y + side * half * normal.y)
  return [corner(bow, 1), corner(stern, 1), corner(stern, -1), corner(bow, -1)]
}
