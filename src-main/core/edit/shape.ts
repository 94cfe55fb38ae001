import type { Shape } from '../../contract/wire.ts'
import type { ImagePoint } from '../geometry/points.ts'
import { imagePoint } from '../geometry/points.ts'
import type { Rle, Size } from '../mask/rle.ts'
import { polygonMask } from '../mask/shapes.ts'
import type { TurnedBox } from '../smart-box/turned-box.ts'
import { cornersOf, fromBox } from '../smart-box/turned-box.ts'

/** Shapes that masks are drawn as: a turned box from bow to stern, or a polygon. Points are image pixels. */

export type BoxShape = Extract<Shape, { kind: 'box' }>

/** Polygons of more corners are masks only: nobody drags so many. */
export const MOST_CORNERS = 200

export function pointOf([x, y]: readonly [number, number]): ImagePoint {
  return imagePoint(x, y)
}

/** The box along its axis, the bow at the end of negative `along`. */
export function turnedBoxOf({ bow, stern, breadth }: BoxShape): TurnedBox {
  const [dx, dy] = [stern[0] - bow[0], stern[1] - bow[1]]
  return {
    x: (bow[0] + stern[0]) / 2,
    y: (bow[1] + stern[1]) / 2,
    angle: Math.atan2(dy, dx),
    length: Math.hypot(dx, dy),
    breadth,
  }
}

export function boxShapeOf(box: TurnedBox): BoxShape {
  const [bow, stern] = [fromBox(box, -box.length / 2, 0), fromBox(box, box.length / 2, 0)]
  return { kind: 'box', bow: [bow.x, bow.y], stern: [stern.x, stern.y], breadth: box.breadth }
}

/** Its corners in turn. */
export function outlineOf(shape: Shape): readonly ImagePoint[] {
  return shape.kind === 'box' ? cornersOf(turnedBoxOf(shape)) : shape.corners.map(pointOf)
}

/** The pixels whose centres lie inside, cut to the image. */
export function shapeMask(shape: Shape, size: Size): Rle {
  return polygonMask(outlineOf(shape), size)
}

/** Where the bow of a box points: degrees clockwise from the top of the image, 0 <= heading < 360; a polygon has no bow. */
export function headingOf(shape: Shape): number | undefined {
  if (shape.kind !== 'box') return undefined
  const degrees = (Math.atan2(shape.bow[0] - shape.stern[0], shape.stern[1] - shape.bow[1]) * 180) / Math.PI
  return degrees < 0 ? (degrees + 360) % 360 : degrees
}

export function movedShape(shape: Shape, dx: number, dy: number): Shape {
  return mapped(shape, ([x, y]) => [x + dx, y + dy])
}

/** Turned about its middle. @param degrees clockwise */
export function turnedShape(shape: Shape, degrees: number): Shape {
  const points = shape.kind === 'box' ? [shape.bow, shape.stern] : shape.corners
  const mean = (axis: 0 | 1) => points.reduce((sum, point) => sum + point[axis], 0) / points.length
  const [mx, my] = [mean(0), mean(1)]
  const [cos, sin] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)]
  return mapped(shape, ([x, y]) => [
    mx + (x - mx) * cos - (y - my) * sin,
    my + (x - mx) * sin + (y - my) * cos,
  ])
}

type Pair = [number, number]

function mapped(shape: Shape, to: (point: Pair) => Pair): Shape {
  return shape.kind === 'box'
    ? { ...shape, bow: to(shape.bow), stern: to(shape.stern) }
    : { ...shape, corners: shape.corners.map(to) }
}
