import { toScreen } from '../../../src-main/core/geometry/camera.ts'
import type { ImagePoint, ScreenPoint } from '../../../src-main/core/geometry/points.ts'
import { imagePoint } from '../../../src-main/core/geometry/points.ts'
import type { Rle, Size } from '../../../src-main/core/mask/rle.ts'
import type { BrushTip } from '../../../src-main/core/mask/shapes.ts'
import { brushCentre, strokeMask } from '../../../src-main/core/mask/shapes.ts'
import type { Rays } from '../api.ts'
import { ACCENT, TAG_GROUND, TAG_INK } from '../colours.ts'
import type { ToolView } from '../tools/tool.ts'
import type { Frame } from './fit.ts'
import { inImageSpace, outlinePath } from './outlines.ts'
import { drawSign } from './signs.ts'

/** What a tool shows while it is in use, in screen space. */

/** From here on the brush shows the pixels that it would take. */
const TRUE_PIXELS = 4

/** Strokes the current path white over black. */
function strokeTwice(context: CanvasRenderingContext2D, white = '#ffffff'): void {
  context.lineWidth = 3
  context.strokeStyle = 'rgb(0 0 0 / 0.6)'
  context.stroke()
  context.lineWidth = 1.25
  context.strokeStyle = white
  context.stroke()
}

export function drawToolView(
  context: CanvasRenderingContext2D,
  view: ToolView,
  image: Size,
  frame: Frame,
): void {
  const { camera } = frame
  context.lineJoin = 'round'
  if (view.offer) drawOffer(context, view.offer, image, frame)
  for (const { points, closed } of view.lines) {
    trace(context, points.map((point) => toScreen(camera, point)), closed) // prettier-ignore
    if (closed) {
      context.fillStyle = 'rgb(255 255 255 / 0.12)'
      context.fill()
    }
    strokeTwice(context)
  }
  view.dots.forEach((dot, i) => {
    const { x, y } = toScreen(camera, dot)
    const half = i === 0 ? 4 : 3
    context.beginPath()
    context.rect(x - half, y - half, 2 * half, 2 * half)
    context.fillStyle = i === 0 ? ACCENT : '#ffffff'
    context.fill()
    context.lineWidth = 1
    context.strokeStyle = '#000000'
    context.stroke()
  })
  for (const handle of view.handles) {
    const { x, y } = toScreen(camera, handle)
    context.beginPath()
    context.arc(x, y, 4, 0, 2 * Math.PI)
    context.fillStyle = '#ffffff'
    context.fill()
    context.lineWidth = 1.5
    context.strokeStyle = '#000000'
    context.stroke()
  }
  for (const { at, text } of view.labels) drawLabel(context, toScreen(camera, at), text, frame)
  if (view.brush) drawBrush(context, view.brush, image, frame)
  if (view.sign) {
    const { x, y } = toScreen(camera, view.sign.at)
    drawSign(context, view.sign.kind, x + 16, y + 16, '#000000')
    drawSign(context, view.sign.kind, x + 15, y + 15, '#ffffff')
  }
}

function trace(context: CanvasRenderingContext2D, points: readonly ScreenPoint[], closed: boolean): void {
  context.beginPath()
  points.forEach(({ x, y }, i) => (i === 0 ? context.moveTo(x, y) : context.lineTo(x, y)))
  if (closed) context.closePath()
}

/** Words beside a point, on dark ground. */
function drawLabel(
  context: CanvasRenderingContext2D,
  at: ScreenPoint,
  text: string,
  { width, height }: Frame,
): void {
  context.font = '600 12px "Inter Variable", Inter, system-ui, sans-serif'
  context.textBaseline = 'middle'
  const w = context.measureText(text).width + 12
  const x = Math.min(width - w - 4, at.x + 12)
  const y = Math.min(height - 24, at.y + 12)
  context.fillStyle = TAG_GROUND
  context.beginPath()
  context.roundRect(x, y, w, 20, 4)
  context.fill()
  context.fillStyle = TAG_INK
  context.fillText(text, x + 6, y + 10.5)
}

function drawBrush(
  context: CanvasRenderingContext2D,
  { at, diameter, tip }: { at: ImagePoint } & BrushTip,
  image: Size,
  frame: Frame,
): void {
  const { camera } = frame
  if (camera.scale < TRUE_PIXELS) {
    const centre = brushCentre(at, diameter)
    const { x, y } = toScreen(camera, imagePoint(centre.x, centre.y))
    context.beginPath()
    const half = Math.max(2, (diameter / 2) * camera.scale)
    if (tip === 'round') context.arc(x, y, half, 0, 2 * Math.PI)
    else context.rect(x - half, y - half, 2 * half, 2 * half)
    return strokeTwice(context)
  }
  const path = outlinePath(strokeMask(at, at, { diameter, tip }, image), image.height)
  inImageSpace(context, frame, (pixel) => strokePathTwice(context, path, pixel))
}

/** Pixels that a click would take. */
function drawOffer(context: CanvasRenderingContext2D, offer: Rle, image: Size, frame: Frame): void {
  const path = outlinePath(offer, image.height)
  inImageSpace(context, frame, (pixel) => {
    context.fillStyle = 'rgb(255 255 255 / 0.16)'
    context.fill(path, 'evenodd')
    strokePathTwice(context, path, pixel)
  })
}

/** As {@link strokeTwice}, in image pixels. @param pixel a CSS pixel */
function strokePathTwice(context: CanvasRenderingContext2D, path: Path2D, pixel: number): void {
  context.lineWidth = 3 * pixel
  context.strokeStyle = 'rgb(0 0 0 / 0.6)'
  context.stroke(path)
  context.lineWidth = 1.25 * pixel
  context.strokeStyle = '#ffffff'
  context.stroke(path)
}

/** Lines in image pixels, fine and faint: hundreds of them make a bundle. */
export function drawRays(context: CanvasRenderingContext2D, rays: Rays, frame: Frame): void {
  inImageSpace(context, frame, (pixel) => {
    context.beginPath()
    for (let i = 0; i + 3 < rays.length; i += 4) {
      context.moveTo(rays[i]!, rays[i + 1]!)
      context.lineTo(rays[i + 2]!, rays[i + 3]!)
    }
    context.lineWidth = 0.75 * pixel
    context.strokeStyle = 'rgb(255 255 255 / 0.45)'
    context.stroke()
  })
}

/** Lines through the pointer, over the whole view. */
export function drawCrosshair(
  context: CanvasRenderingContext2D,
  { x, y }: ScreenPoint,
  { width, height, ratio }: Frame,
): void {
  const snap = (value: number) => (Math.floor(value * ratio) + 0.5) / ratio
  context.beginPath()
  context.moveTo(0, snap(y))
  context.lineTo(width, snap(y))
  context.moveTo(snap(x), 0)
  context.lineTo(snap(x), height)
  context.lineWidth = 3 / ratio
  context.strokeStyle = 'rgb(0 0 0 / 0.35)'
  context.stroke()
  context.lineWidth = 1 / ratio
  context.strokeStyle = 'rgb(255 255 255 / 0.8)'
  context.stroke()
}
