import { growBox } from '../../../src-main/core/geometry/box.ts'
import { contoursOf } from '../../../src-main/core/mask/contours.ts'
import type { Rle } from '../../../src-main/core/mask/rle.ts'
import { UNDER } from '../colours.ts'
import type { SceneInstance } from '../scene.ts'
import type { Frame } from './fit.ts'

const rings = new WeakMap<Rle, readonly Int32Array[]>()
const paths = new WeakMap<Rle, Path2D>()

/** A mask's outlines in image pixels: x0, y0, x1, y1, ... of each; looked for once. */
export function ringsOnce(rle: Rle, imageHeight: number): readonly Int32Array[] {
  const known = rings.get(rle) ?? contoursOf(rle, imageHeight).map(({ points }) => points)
  rings.set(rle, known)
  return known
}

/** Whether a mask's outlines are known already. */
export function hasRings(rle: Rle): boolean {
  return rings.has(rle)
}

/** A mask's outlines in image pixels, as a path. */
export function outlinePath(rle: Rle, imageHeight: number): Path2D {
  const known = paths.get(rle)
  if (known) return known
  const path = new Path2D()
  for (const points of ringsOnce(rle, imageHeight)) {
    path.moveTo(points[0]!, points[1]!)
    for (let i = 2; i < points.length; i += 2) path.lineTo(points[i]!, points[i + 1]!)
    path.closePath()
  }
  paths.set(rle, path)
  return path
}

/** Draws in image pixels while `draw` runs; widths and dashes are then given in CSS pixels by way of the scale. */
export function inImageSpace(
  context: CanvasRenderingContext2D,
  { camera, ratio }: Frame,
  draw: (perPixel: number) => void,
): void {
  const scale = camera.scale * ratio
  context.save()
  context.setTransform(scale, 0, 0, scale, camera.x * ratio, camera.y * ratio)
  draw(1 / camera.scale)
  context.restore()
}

/** Instances of which something is in view, `margin` CSS pixels around it included. */
export function inView(instances: readonly SceneInstance[], frame: Frame, margin: number): SceneInstance[] {
  const area = growBox(frame.visible, margin / frame.camera.scale)
  const [right, bottom] = [area.x + area.width, area.y + area.height]
  return instances.filter(
    ({ bounds: { x, y, width, height } }) =>
      x < right && y < bottom && x + width > area.x && y + height > area.y,
  )
}

/** One instance over all others: what the pointer is over is lit up and has a wide line, what is selected a white one. @param how `fill`: opacity of its colour, 0..1 */
export function drawEmphasis(
  context: CanvasRenderingContext2D,
  instance: SceneInstance,
  imageHeight: number,
  frame: Frame,
  how: { lit: boolean; line: 'white' | 'wide' | 'own'; fill?: number },
): void {
  const path = outlinePath(instance.rle, imageHeight)
  inImageSpace(context, frame, (pixel) => {
    context.lineJoin = 'miter'
    if (how.fill) {
      context.globalAlpha = how.fill
      context.fillStyle = instance.hex
      context.fill(path, 'evenodd')
      context.globalAlpha = 1
    }
    if (how.lit) {
      context.fillStyle = 'rgb(255 255 255 / 0.16)'
      context.fill(path, 'evenodd')
    }
    context.lineWidth = (how.line === 'own' ? 3 : 4.5) * pixel
    context.strokeStyle = how.line === 'own' ? UNDER : 'rgb(0 0 0 / 0.9)'
    context.stroke(path)
    context.lineWidth = (how.line === 'wide' ? 2.5 : 1.5) * pixel
    context.strokeStyle = how.line === 'white' ? '#ffffff' : instance.hex
    context.stroke(path)
  })
}
