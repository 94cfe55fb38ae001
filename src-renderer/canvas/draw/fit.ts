import type { Box } from '../../../src-main/core/geometry/box.ts'
import { overlapOf } from '../../../src-main/core/geometry/box.ts'
import type { Camera } from '../../../src-main/core/geometry/camera.ts'

/** What the layers draw with: the camera, the view in CSS pixels, the part of the image in view, device pixels per CSS pixel. */
export interface Frame {
  camera: Camera
  width: number
  height: number
  visible: Box
  ratio: number
}

/**
 * Draws the visible part of a picture that covers `box` of the image. Edges fall on device pixels, so that neighbouring pictures meet
 * without a seam. Unsmoothed from 200 % where `crisp` is 'near', always where it is 'always' and not shrunk.
 */
export function drawPicture(
  context: CanvasRenderingContext2D,
  picture: { image: CanvasImageSource; width: number; height: number },
  box: Box,
  frame: Frame,
  crisp: 'near' | 'always',
): void {
  const seen = overlapOf(box, frame.visible)
  if (seen === null) return
  const { camera, ratio } = frame
  const [perX, perY] = [picture.width / box.width, picture.height / box.height]
  const left = Math.floor((seen.x - box.x) * perX)
  const top = Math.floor((seen.y - box.y) * perY)
  const right = Math.min(picture.width, Math.ceil((seen.x + seen.width - box.x) * perX))
  const bottom = Math.min(picture.height, Math.ceil((seen.y + seen.height - box.y) * perY))
  const snap = (value: number) => Math.round(value * ratio) / ratio
  const toX = (column: number) => snap((box.x + column / perX) * camera.scale + camera.x)
  const toY = (row: number) => snap((box.y + row / perY) * camera.scale + camera.y)
  context.imageSmoothingEnabled = camera.scale < (crisp === 'always' ? 1 : 2)
  // down to half the size two pixels make one: no more is needed, and it is quick
  context.imageSmoothingQuality = camera.scale / perX < 0.5 ? 'medium' : 'low'
  const [x, y] = [toX(left), toY(top)]
  context.drawImage(
    picture.image,
    left,
    top,
    right - left,
    bottom - top,
    x,
    y,
    toX(right) - x,
    toY(bottom) - y,
  )
}
