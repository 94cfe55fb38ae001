import { axisOf, directionOf } from '../../../src-main/core/edit/edit.ts'
import type { Axis } from '../../../src-main/core/edit/edit.ts'
import { toScreen } from '../../../src-main/core/geometry/camera.ts'
import { imagePoint } from '../../../src-main/core/geometry/points.ts'
import type { Rle } from '../../../src-main/core/mask/rle.ts'
import type { SceneInstance } from '../scene.ts'
import type { Frame } from './fit.ts'
import { inView } from './outlines.ts'

/** Arrows from the middle of a ship to its bow. */

/** A ship that is smaller on the screen than this, in CSS pixels, has none. */
const SMALLEST = 14
/** More than so many in view would only hide the picture. */
const MOST = 500
/** CSS pixels */
const HEAD = 6

const known = new WeakMap<Rle, Axis>()

/** As `axisOf`, looked at once for each mask. */
function axisOnce(rle: Rle, height: number): Axis {
  const before = known.get(rle)
  if (before) return before
  const axis = axisOf(rle, height)
  known.set(rle, axis)
  return axis
}

export function drawArrows(
  context: CanvasRenderingContext2D,
  instances: readonly SceneInstance[],
  imageHeight: number,
  frame: Frame,
): void {
  const { scale } = frame.camera
  const seen = inView(instances, frame, 0).filter(
    ({ bounds, heading }) => heading !== null && Math.max(bounds.width, bounds.height) * scale >= SMALLEST,
  )
  if (seen.length === 0 || seen.length > MOST) return
  context.beginPath()
  for (const { rle, heading } of seen) trace(context, axisOnce(rle, imageHeight), heading ?? 0, frame)
  context.lineCap = 'round'
  context.lineJoin = 'round'
  context.lineWidth = 4
  context.strokeStyle = 'rgb(0 0 0 / 0.6)'
  context.stroke()
  context.lineWidth = 1.5
  context.strokeStyle = '#ffffff'
  context.stroke()
}

function trace(
  context: CanvasRenderingContext2D,
  { x, y, half }: Axis,
  heading: number,
  { camera }: Frame,
): void {
  const { x: dx, y: dy } = directionOf(heading)
  const from = toScreen(camera, imagePoint(x, y))
  const to = toScreen(camera, imagePoint(x + dx * half, y + dy * half))
  context.moveTo(from.x, from.y)
  context.lineTo(to.x, to.y)
  for (const side of [-1, 1]) {
    context.moveTo(to.x, to.y)
    context.lineTo(to.x - HEAD * (dx + (side * dy) / 2), to.y - HEAD * (dy - (side * dx) / 2))
  }
}
