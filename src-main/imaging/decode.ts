import { access, constants, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import type { Metadata, Sharp } from 'sharp'
import { DrydockError } from '../contract/errors.ts'
import type { RgbImage } from '../contract/engine.ts'
import { sharp } from './sharp.ts'

/** Largest image that is decoded whole, in pixels. */
export const MAX_PIXELS = 64_000_000

/** What is read as an image. SVG and PDF are left out: they are programs, not rasters. */
const FORMATS = new Set(['jpeg', 'png', 'tiff', 'webp', 'gif', 'heif'])

/** A file that has been looked at, not decoded. */
export interface ImageInfo {
  /** in px, EXIF orientation applied */
  width: number
  height: number
  format: string
  /** bits or kind of a sample, as libvips names it: 'uchar', 'ushort', 'float', ... */
  depth: string
  /** colour space, as libvips names it: 'srgb', 'b-w', 'rgb16', 'scrgb', ... */
  space: string
}

/**
 * Reads an image's size and kind from its header.
 * @throws DrydockError `image_missing`, `image_broken`
 */
export async function readInfo(file: string): Promise<ImageInfo> {
  await assertReadable(file)
  let metadata: Metadata
  try {
    metadata = await sharp(file, { limitInputPixels: false }).metadata()
  } catch (cause) {
    throw notAnImage(file, cause)
  }
  const { width, height } = metadata.autoOrient
  if (!FORMATS.has(metadata.format) || !width || !height) throw notAnImage(file)
  return { width, height, format: metadata.format, depth: metadata.depth, space: metadata.space }
}

/**
 * Width and height of an image in px, EXIF orientation applied.
 * @throws DrydockError `image_missing`, `image_broken`
 */
export async function readSize(file: string): Promise<{ width: number; height: number }> {
  const { width, height } = await readInfo(file)
  return { width, height }
}

/** @throws DrydockError `image_too_large`: decided from the header alone, before any pixel is read */
export function assertSize(file: string, size: { width: number; height: number }, maxPixels: number): void {
  if (size.width * size.height <= maxPixels) return
  const limit = Math.floor(maxPixels / 1e6)
  throw new DrydockError(
    'image_too_large',
    `${basename(file)} is ${size.width} x ${size.height} pixels; Drydock opens images of up to ${limit} megapixels. The file is unchanged: cut it into smaller images and add those.`,
    { file, width: size.width, height: size.height, maxPixels },
  )
}

/**
 * Decodes an image to 8-bit RGB, row-major [height, width, 3].
 *
 * The mapping: EXIF orientation applied; the first page or frame; grey becomes three equal channels; CMYK and
 * colour profiles become sRGB; transparent pixels are blended onto black. Samples of 8 bits are kept as they are.
 * Deeper ones (16-bit, float) are stretched linearly, one range for all channels: the darkest 0.5 % of samples
 * become 0, the brightest 0.5 % become 255; sensors fill few of their 16 bits, so cutting off the low byte
 * would give a black picture. A lowest or highest value that more samples share than that (places without data, filled
 * edges) does not count for the range. Samples that are not a number (NaN, as rasters mark places without data) become 0 and
 * leave all others as they are.
 * @throws DrydockError `image_missing`, `image_broken` (not an image, truncated, no number in it), `image_too_large`
 */
export async function decodeImage(
  file: string,
  { maxPixels = MAX_PIXELS }: { maxPixels?: number } = {},
): Promise<RgbImage> {
  const info = await readInfo(file)
  assertSize(file, info, maxPixels)
  try {
    return info.depth === 'uchar' ? await decodeBytes(file) : await decodeDeep(file, info)
  } catch (cause) {
    throw brokenImage(file, cause)
  }
}

/** A pipeline on a file's pixels, orientation applied; fails on damaged and truncated files. */
export function openPixels(file: string): Sharp {
  return sharp(file, { failOn: 'truncated', limitInputPixels: false, sequentialRead: true }).autoOrient()
}

/** The failure of reading pixels as a sentence. */
export function brokenImage(file: string, cause: unknown): DrydockError {
  if (cause instanceof DrydockError) return cause
  return new DrydockError(
    'image_broken',
    `${basename(file)} is damaged or cut off, so its pixels cannot be read. It is left out; put a whole copy in its place and look at the folder again.`,
    { file },
    cause,
  )
}

async function decodeBytes(file: string): Promise<RgbImage> {
  const { data, info } = await openPixels(file)
    .flatten({ background: '#000' })
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true })
  return { width: info.width, height: info.height, data: firstThree(data, info.channels) }
}

async function decodeDeep(file: string, { depth, space }: ImageInfo): Promise<RgbImage> {
  const { data, info } = await inFloats(openPixels(file).flatten({ background: '#000' }), depth, space)
    .raw({ depth: 'float' })
    .toBuffer({ resolveWithObject: true })
  const samples = new Float32Array(data.buffer, data.byteOffset, data.byteLength / 4)
  if (!samples.some(Number.isFinite)) throw withoutNumbers(file)
  const [low, high] = stretchRange(samples)
  const scale = high > low ? 255 / (high - low) : 0
  const bytes = new Uint8ClampedArray(samples.length)
  // clamped: NaN becomes 0
  for (let i = 0; i < samples.length; i++) bytes[i] = (samples[i]! - low) * scale
  return {
    width: info.width,
    height: info.height,
    data: firstThree(new Uint8Array(bytes.buffer), info.channels),
  }
}

/** Floats hold physical values of any range: on the way through a colour space of fixed range they would be cut to it. */
function inFloats(pixels: Sharp, depth: string, space: string): Sharp {
  if (depth !== 'float' && depth !== 'double')
    return pixels.pipelineColourspace('scrgb').toColourspace('rgb16')
  return space === 'scrgb' ? pixels.pipelineColourspace('scrgb').toColourspace('scrgb') : pixels
}

/** Share of the samples that becomes 0, and that becomes 255. */
const CUT = 0.005

/** The range that is stretched, from at most about 200,000 evenly spread samples; what is not finite is skipped. */
function stretchRange(samples: Float32Array): [number, number] {
  const step = Math.max(1, Math.floor(samples.length / 200_000)) | 1
  const taken: number[] = []
  for (let i = 0; i < samples.length; i += step) if (Number.isFinite(samples[i])) taken.push(samples[i]!)
  const sorted = withoutFilled(Float32Array.from(taken).sort())
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))] ?? 0
  return [at(CUT), at(1 - CUT)]
}

/**
 * One and the same lowest or highest value in more samples than are cut off is no part of the picture: a number that stands for
 * missing data, an edge that was filled. Where there is nothing else, all of it stays.
 */
function withoutFilled(sorted: Float32Array): Float32Array {
  const { length } = sorted
  let [from, to] = [0, length]
  while (from < length && sorted[from] === sorted[0]) from++
  while (to > 0 && sorted[to - 1] === sorted[length - 1]) to--
  const rest = sorted.subarray(from > CUT * length ? from : 0, length - to > CUT * length ? to : length)
  return rest.length > 0 ? rest : sorted
}

/** Three channels of what may be one, two or more. */
function firstThree(data: Uint8Array, channels: number): Uint8Array {
  if (channels === 3) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  const pixels = data.length / channels
  const rgb = new Uint8Array(pixels * 3)
  const [green, blue] = channels >= 3 ? [1, 2] : [0, 0]
  for (let i = 0; i < pixels; i++) {
    rgb[i * 3] = data[i * channels]!
    rgb[i * 3 + 1] = data[i * channels + green]!
    rgb[i * 3 + 2] = data[i * channels + blue]!
  }
  return rgb
}

function withoutNumbers(file: string): DrydockError {
  return new DrydockError(
    'image_broken',
    `${basename(file)} holds no numbers: every sample is NaN or infinite, so there is nothing to see in it. It is left out; put another copy in its place and look at the folder again.`,
    { file },
  )
}

async function assertReadable(file: string): Promise<void> {
  try {
    const found = await stat(file)
    if (!found.isFile()) throw notAnImage(file)
    await access(file, constants.R_OK)
  } catch (cause) {
    if (cause instanceof DrydockError) throw cause
    const denied = cause instanceof Error && 'code' in cause && cause.code === 'EACCES'
    throw new DrydockError(
      denied ? 'image_broken' : 'image_missing',
      denied
        ? `${basename(file)} may not be read by you. Give yourself permission to read it and look at the folder again.`
        : `${basename(file)} is not where it was. Put it back, or point Drydock to the folder where it is now.`,
      { file },
      cause,
    )
  }
}

function notAnImage(file: string, cause?: unknown): DrydockError {
  return new DrydockError(
    'image_broken',
    `${basename(file)} is not an image that Drydock reads (JPEG, PNG, TIFF, WebP), or it is damaged. It is left out; replace it and look at the folder again.`,
    { file },
    cause,
  )
}
