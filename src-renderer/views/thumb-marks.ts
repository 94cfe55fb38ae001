import { instanceRgb } from '../canvas/colours.ts'

/** Paints the masks of a small picture in the colours that they have on the canvas. @param data see `ThumbMarks` */
export function paintMarks(
  context: CanvasRenderingContext2D,
  width: number,
  height: number,
  data: string,
): void {
  const bytes = atob(data)
  const picture = context.createImageData(width, height)
  for (let i = 0; i < bytes.length; i++) {
    const colour = bytes.charCodeAt(i)
    if (colour > 0) picture.data.set([...instanceRgb(colour - 1), 220], i * 4)
  }
  context.putImageData(picture, 0, 0)
}
