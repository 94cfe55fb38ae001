import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import sharp from 'sharp'
import type { Rle } from '../core/mask/rle.ts'
import { fromPredicate } from '../core/mask/rle.ts'

/** A bright rectangle on dark water, in px. */
export interface TestShip {
  x: number
  y: number
  width: number
  height: number
  /** of its bands; 240 where nothing is said */
  light?: number
}

export interface TestImage {
  width: number
  height: number
  ships: TestShip[]
  /** 0..100: two images with the same ships and another shade have other contents */
  shade?: number
}

/** Writes one image; the ending of the name says the format. */
export async function writeImage(
  file: string,
  { width, height, ships, shade = 20 }: TestImage,
): Promise<void> {
  const data = new Uint8Array(width * height * 3).fill(shade)
  for (const ship of ships) {
    for (let y = ship.y; y < ship.y + ship.height; y++) {
      data.fill(ship.light ?? 240, (y * width + ship.x) * 3, (y * width + ship.x + ship.width) * 3)
    }
  }
  await mkdir(dirname(file), { recursive: true })
  await sharp(data, { raw: { width, height, channels: 3 } }).toFile(file)
}

/** Writes images by their path below `folder`, with '/'. */
export async function writeImages(folder: string, images: Record<string, TestImage>): Promise<void> {
  for (const [path, image] of Object.entries(images))
    await writeImage(join(folder, ...path.split('/')), image)
}

/** The mask of a test ship in an image of this size. */
export function maskOf(ship: TestShip, size: { width: number; height: number }): Rle {
  return fromPredicate(size, () => true, ship)
}
