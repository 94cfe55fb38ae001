import type { Box } from '../../../src-main/core/geometry/box.ts'
import { growBox, overlapOf } from '../../../src-main/core/geometry/box.ts'
import { contoursOf } from '../../../src-main/core/mask/contours.ts'
import type { Rle } from '../../../src-main/core/mask/rle.ts'
import { UNDER } from '../colours.ts'
import type { SceneInstance } from '../scene.ts'
import type { Frame } from './fit.ts'

const paths = new WeakMap<Rle, Path2D>()

/** A mask's outlines in image pixels. */
export function outlineOf(rle: Rle, imageHeight: number): Path2D {
  const known = paths.get(rle)
  if (known) return known
  const path = new Path2D()
  for (const { points } of contoursOf(rle, imageHeight)) {
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
  context.save()
  context.setTransform(camera.scale * ratio, 0, 0, camera.scale * ratio, camera.x * ratio, camera.y * ratio)
  draw(1 / camera.scale)
  context.restore()
}

/** Instances of which something is in view, `margin` CSS pixels around it included. */
export function inView(instances: readonly SceneInstance[], frame: Frame, margin: number): SceneInstance[] {
  const area = growBox(frame.visible, margin / frame.camera.scale)
  return instances.filter(({ bounds }) => overlapOf(bounds, area) !== null)
}

/** How the outline of an instance is drawn: CSS pixels. */
interface Line {
  hex: string
  width: number
  dash: readonly number[]
  under: boolean
}

function lineOf({ kind, hex, mark }: SceneInstance): Line {
  if (mark?.style === 'reference') return { hex: 'rgb(255 255 255 / 0.7)', width: 1, dash: [], under: false }
  if (mark?.style === 'false') return { hex, width: 2, dash: [0, 4], under: true }
  if (mark) return { hex, width: 1.5, dash: [], under: true }
  return { hex, width: 1.5, dash: kind === 'prediction' ? [5, 3] : [], under: true }
}

/** Outlines of equal look are stroked in one go. */
export function drawOutlines(
  context: CanvasRenderingContext2D,
  instances: readonly SceneInstance[],
  imageHeight: number,
  frame: Frame,
): void {
  const seen = inView(instances, frame, 4)
  drawHatching(context, seen.filter(({ mark }) => mark?.style === 'missed'), imageHeight, frame) // prettier-ignore
  const under = new Path2D()
  const groups = new Map<string, { line: Line; path: Path2D }>()
  for (const instance of seen) {
    const path = outlineOf(instance.rle, imageHeight)
    const line = lineOf(instance)
    const key = `${line.hex} ${line.dash.join(',')}`
    const group = groups.get(key) ?? { line, path: new Path2D() }
    groups.set(key, group)
    group.path.addPath(path)
    if (line.under) under.addPath(path)
  }
  inImageSpace(context, frame, (pixel) => {
    context.lineJoin = 'miter'
    context.strokeStyle = UNDER
    context.lineWidth = 3 * pixel
    context.stroke(under)
    for (const { line, path } of groups.values()) {
      context.strokeStyle = line.hex
      context.lineWidth = line.width * pixel
      context.lineCap = line.dash[0] === 0 ? 'round' : 'butt'
      context.setLineDash(line.dash.map((length) => length * pixel))
      context.stroke(path)
    }
  })
  drawHalos(context, seen, frame)
}

/** A ring around what is too small to be seen or hit: its target is as large as the ring. */
function drawHalos(context: CanvasRenderingContext2D, seen: readonly SceneInstance[], frame: Frame): void {
  const { camera } = frame
  for (const { bounds, hex, mark } of seen) {
    if (Math.max(bounds.width, bounds.height) * camera.scale >= 6 || mark?.style === 'reference') continue
    const { x, y } = middleOf(bounds, frame)
    context.beginPath()
    context.arc(x, y, 6, 0, 2 * Math.PI)
    context.lineWidth = 3
    context.strokeStyle = UNDER
    context.stroke()
    context.lineWidth = 1.5
    context.strokeStyle = hex
    context.stroke()
  }
}

export function middleOf(bounds: Box, { camera }: Frame): { x: number; y: number } {
  return {
    x: (bounds.x + bounds.width / 2) * camera.scale + camera.x,
    y: (bounds.y + bounds.height / 2) * camera.scale + camera.y,
  }
}

/** Hatching at 45 degrees, 6 px pitch, in screen space. */
function drawHatching(
  context: CanvasRenderingContext2D,
  instances: readonly SceneInstance[],
  imageHeight: number,
  frame: Frame,
): void {
  const { camera } = frame
  for (const { rle, bounds, hex } of instances) {
    context.save()
    const clip = new Path2D()
    clip.addPath(outlineOf(rle, imageHeight), { a: camera.scale, d: camera.scale, e: camera.x, f: camera.y })
    context.clip(clip)
    const left = bounds.x * camera.scale + camera.x
    const top = bounds.y * camera.scale + camera.y
    const [width, height] = [bounds.width * camera.scale, bounds.height * camera.scale]
    const step = 6 * Math.SQRT2
    context.beginPath()
    // lines lie on multiples of the step across the whole picture, so that neighbours hatch alike and panning carries them along
    const origin = camera.x + camera.y
    const first = Math.ceil((left + top - origin) / step) * step + origin
    for (let sum = first; sum < left + width + top + height; sum += step) {
      context.moveTo(sum - top, top)
      context.lineTo(sum - top - height, top + height)
    }
    context.strokeStyle = hex
    context.lineWidth = 1.25
    context.stroke()
    context.restore()
  }
}

/** White over black, for what is selected; or the instance's own colour, wide, for what the pointer is over. */
export function drawEmphasis(
  context: CanvasRenderingContext2D,
  instance: SceneInstance,
  imageHeight: number,
  frame: Frame,
  how: 'selected' | 'hovered' | 'own',
): void {
  const path = outlineOf(instance.rle, imageHeight)
  const line = lineOf(instance)
  inImageSpace(context, frame, (pixel) => {
    context.lineJoin = 'miter'
    if (how === 'hovered') {
      context.fillStyle = 'rgb(255 255 255 / 0.16)'
      context.fill(path, 'evenodd')
    }
    context.lineWidth = (how === 'own' ? 3 : 4.5) * pixel
    context.strokeStyle = how === 'own' ? UNDER : 'rgb(0 0 0 / 0.9)'
    context.stroke(path)
    context.lineWidth = (how === 'hovered' ? 2.5 : 1.5) * pixel
    context.strokeStyle = how === 'selected' ? '#ffffff' : instance.hex
    // a selected prediction stays dashed: what it is must not be lost
    if (how === 'selected' && instance.kind === 'prediction')
      context.setLineDash(line.dash.map((d) => d * pixel))
    context.stroke(path)
  })
}
