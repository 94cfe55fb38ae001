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
