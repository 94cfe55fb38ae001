import { extname } from 'node:path'
import type { RgbImage } from '../contract/engine.ts'
import { loadSharp } from './sharp.ts'
import { writeWhole } from '../whole-file.ts'

/** Twelve colours that stay apart on sea and on land. */
const COLOURS: readonly (readonly [number, number, number])[] = [
  [255, 99, 71],
  [64, 224, 208],
  [255, 215, 0],
  [186, 85, 211],
  [124, 252, 0],
  [255, 105, 180],
  [30, 144, 255],
  [255, 140, 0],
  [0, 250, 154],
  [240, 230, 140],
  [135, 206, 250],
  [255, 69, 255],
]

/** What an outline of a review's picture means, by its colour. */
const MEANINGS = {
  truth: [255, 255, 255],
  hit: [60, 220, 160],
  missed: [255, 140, 60],
  false: [255, 225, 70],
} as const

/** Runs along both sides of a review's outlines, as on maps: so that light ones show on light ground. */
const CASING = [16, 20, 24] as const
const CASING_WIDTH = 1
/** Lines are no more than this times as wide, however large the image: wider ones take long. */
const WIDEST = 4

/** Longest side of a review's picture in px. */
const PICTURE_SIDE = 800

/** Width of an outline in px; it runs around the instance, outside it, so that small ones stay visible. */
const OUTLINE = 2

/**
 * Writes the image with the outline of every instance drawn on it, JPEG or PNG by the file's ending.
 * @param instances RLE pairs each (1-based, column-major)
 */
export async function writeOverlay(image: RgbImage, instances: Uint32Array[], file: string): Promise<void> {
  const pixels = Uint8Array.from(image.data)
  instances.forEach((rle, i) => drawOutline(pixels, image, rle, COLOURS[i % COLOURS.length]!, OUTLINE))
  const sharp = await loadSharp()
  const picture = sharp(pixels, { raw: { width: image.width, height: image.height, channels: 3 } })
  const jpeg = ['.jpg', '.jpeg'].includes(extname(file).toLowerCase())
  const bytes = await (jpeg ? picture.jpeg({ quality: 90 }) : picture.png({ compressionLevel: 3 })).toBuffer()
  await writeWhole(file, bytes)
}

/**
 * A small picture of an image with what a run has hit, missed and found for nothing, as JPEG.
 * @param outlines RLE pairs (1-based, column-major); those that come last lie above
 */
export async function reviewPicture(
  image: RgbImage,
  outlines: readonly { rle: Uint32Array; kind: keyof typeof MEANINGS }[],
): Promise<Buffer> {
  const pixels = Uint8Array.from(image.data)
  // so wide that they are as wide as they should be once the picture is smaller
  const smaller = Math.round(Math.max(image.width, image.height) / PICTURE_SIDE)
  const px = Math.min(WIDEST, Math.max(1, smaller))
  const [near, far] = [CASING_WIDTH * px, (CASING_WIDTH + OUTLINE) * px]
  // no casing runs over another's line
  for (const { rle } of outlines) drawOutline(pixels, image, rle, CASING, far + near)
  for (const { rle, kind } of outlines) {
    drawOutline(pixels, image, rle, MEANINGS[kind], far)
    drawOutline(pixels, image, rle, CASING, near)
  }
  const sharp = await loadSharp()
  return sharp(pixels, { raw: { width: image.width, height: image.height, channels: 3 } })
    .resize(PICTURE_SIDE, PICTURE_SIDE, { fit: 'inside', withoutEnlargement: true })
    .jpeg({ quality: 82, chromaSubsampling: '4:4:4' })
    .toBuffer()
}

/** @param reach how far it goes from the instance, px */
function drawOutline(
  pixels: Uint8Array,
  { width, height }: RgbImage,
  rle: Uint32Array,
  colour: readonly [number, number, number],
  reach: number,
): void {
  const inside = new Set<number>()
  for (let i = 0; i + 1 < rle.length; i += 2) {
    const start = rle[i]! - 1
    for (let p = start; p < start + rle[i + 1]!; p++)
      inside.add((p % height) * width + Math.floor(p / height))
  }
  for (const pixel of inside) {
    const x = pixel % width
    const y = (pixel - x) / width
    const buried =
      inside.has(pixel - 1) && inside.has(pixel + 1) && inside.has(pixel - width) && inside.has(pixel + width)
    if (buried && x > 0 && x < width - 1) continue
    for (let dy = -reach; dy <= reach; dy++) {
      for (let dx = -reach; dx <= reach; dx++) {
        const [u, v] = [x + dx, y + dy]
        if (u < 0 || v < 0 || u >= width || v >= height || inside.has(v * width + u)) continue
        pixels.set(colour, (v * width + u) * 3)
      }
    }
  }
}
