import type { Box } from './box.ts'
import { overlapOf } from './box.ts'
import type { ImagePoint, ScreenPoint } from './points.ts'
import { imagePoint, screenPoint } from './points.ts'

/** How the image lies on the screen: screen = image * scale + (x, y). `scale` is CSS pixels per image pixel. */
export interface Camera {
  readonly scale: number
  readonly x: number
  readonly y: number
}

/** Width and height, of the image in pixels or of the view in CSS pixels. */
export interface Extent {
  readonly width: number
  readonly height: number
}

/** The largest scale: 3,200 %. */
export const MAX_SCALE = 32

/** So many CSS pixels of the image always stay in view. */
const KEEP_IN_VIEW = 48

export function toScreen(camera: Camera, point: ImagePoint): ScreenPoint {
  return screenPoint(point.x * camera.scale + camera.x, point.y * camera.scale + camera.y)
}

export function toImage(camera: Camera, point: ScreenPoint): ImagePoint {
  return imagePoint((point.x - camera.x) / camera.scale, (point.y - camera.y) / camera.scale)
}

/** The camera that shows all of `box` (image pixels) in the middle of the view, at most at `maxScale`. */
export function fitBox(box: Box, view: Extent, margin = 24, maxScale = MAX_SCALE): Camera {
  const area = { x: margin, y: margin, width: view.width - 2 * margin, height: view.height - 2 * margin }
  return fitInto(box, area, maxScale)
}

/** The camera that shows all of `box` (image pixels) in the middle of an area of the view (CSS pixels). */
export function fitInto(box: Box, area: Box, maxScale: number): Camera {
  const scale = Math.min(
    maxScale,
    Math.max(1, area.width) / Math.max(1, box.width),
    Math.max(1, area.height) / Math.max(1, box.height),
  )
  return {
    scale,
    x: area.x + area.width / 2 - (box.x + box.width / 2) * scale,
    y: area.y + area.height / 2 - (box.y + box.height / 2) * scale,
  }
}

/** The camera that shows the whole image; small images are not blown up beyond 800 %. */
export function fitImage(image: Extent, view: Extent): Camera {
  return fitBox({ x: 0, y: 0, ...image }, view, 24, 8)
}

/** The smallest scale that is of use: a quarter of the fitting one, and never above 100 %. */
export function minScale(image: Extent, view: Extent): number {
  return Math.min(1, fitImage(image, view).scale / 4)
}

/** Scales by `factor`, within `limits`, so that the image point under `at` stays under it. */
export function zoomAt(
  camera: Camera,
  at: ScreenPoint,
  factor: number,
  limits: { min: number; max: number },
): Camera {
  const scale = Math.min(limits.max, Math.max(limits.min, camera.scale * factor))
  const ratio = scale / camera.scale
  return { scale, x: at.x - (at.x - camera.x) * ratio, y: at.y - (at.y - camera.y) * ratio }
}

/** Moves the image by CSS pixels. */
export function panBy(camera: Camera, dx: number, dy: number): Camera {
  return { scale: camera.scale, x: camera.x + dx, y: camera.y + dy }
}

/** Moves the camera by as little as keeps part of the image in view. */
export function clampCamera(camera: Camera, image: Extent, view: Extent): Camera {
  const within = (offset: number, length: number, viewLength: number) => {
    const keep = Math.min(KEEP_IN_VIEW, length, viewLength / 2)
    return Math.min(viewLength - keep, Math.max(keep - length, offset))
  }
  return {
    scale: camera.scale,
    x: within(camera.x, image.width * camera.scale, view.width),
    y: within(camera.y, image.height * camera.scale, view.height),
  }
}

/** The part of the image that the view shows, in image pixels; null where it shows none. */
export function visibleBox(camera: Camera, image: Extent, view: Extent): Box | null {
  const corner = toImage(camera, screenPoint(0, 0))
  const seen = {
    x: corner.x,
    y: corner.y,
    width: view.width / camera.scale,
    height: view.height / camera.scale,
  }
  return overlapOf(seen, { x: 0, y: 0, ...image })
}
