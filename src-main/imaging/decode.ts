import type { RgbImage } from '../contract/engine.ts'
import type { Mapping } from '../contract/wire.ts'
import { opacityOf, toRgb } from '../core/mapping/apply.ts'
import type { Alpha } from '../core/mapping/apply.ts'
import { chooseMapping, areBytes, nodataOf } from '../core/mapping/choose.ts'
import { chooseBands } from '../core/mapping/bands.ts'
import { Survey } from '../core/mapping/survey.ts'
import type { SampleArray } from '../core/mapping/sample-array.ts'
import type { Surveyed } from '../core/mapping/survey.ts'
import { assertSize, MAX_PIXELS, withoutNumbers } from './failures.ts'
import { withPixels } from './open.ts'
import type { PixelSource, PixelWindow } from './pixel-source.ts'
import { SAMPLES_AT_ONCE, stripsOf, wholeOf } from './pixel-source.ts'

/** A picture, and what of it could not be read: black there. In px of the picture. */
export interface Decoded extends RgbImage {
  unread: PixelWindow[]
}

/**
 * Width and height of an image in px, EXIF orientation applied.
 * @throws DrydockError `image_missing`, `image_broken`
 */
export function readSize(file: string): Promise<{ width: number; height: number }> {
  return withPixels(file, ({ size }) => Promise.resolve(size))
}

/**
 * Decodes an image to 8-bit RGB, row-major [height, width, 3], by its mapping.
 * @param mapping the one that is stored for the image; default: the one that is chosen for it
 * @throws DrydockError `image_missing`, `image_broken` (not an image, damaged, no number in it, of a kind that is not read),
 *   `image_too_large`
 */
export function decodeImage(
  file: string,
  { mapping, maxPixels = MAX_PIXELS }: { mapping?: Mapping | undefined; maxPixels?: number } = {},
): Promise<Decoded> {
  return withPixels(file, async (source) => {
    assertSize(file, source.size, maxPixels)
    return readRgb(source, mapping ?? (await mappingFor(source)), wholeOf(source.size))
  })
}

/**
 * The mapping that is chosen for an image when nobody has chosen one. Where samples are no bytes all of them are looked at.
 * @throws DrydockError `image_broken`, `image_too_large`
 */
export async function mappingFor(source: PixelSource): Promise<Mapping> {
  const { bands } = chooseBands(source.bands, source.photometric)
  const surveyed = areBytes(source.bands, bands) ? null : await survey(source, bands)
  if (surveyed && !surveyed.numbers) throw withoutNumbers(source.file)
  return chooseMapping(source.bands, source.photometric, surveyed)
}

/** Looks at all samples of some bands. @param shown the first is 1 */
export async function survey(source: PixelSource, shown: readonly number[]): Promise<Surveyed> {
  assertSize(source.file, source.size, MAX_PIXELS)
  const alpha = source.bands.findIndex((band) => band.alpha !== null)
  const wanted = shown.map((band) => band - 1)
  if (alpha >= 0) wanted.push(alpha)
  const found = new Survey(source.size, shown.length, nodataOf(source.bands, shown))
  await source.readAll(wanted, (window, { data, unread }) => {
    // what cannot be read is 0 there, which is no sample
    if (unread.length === 0) found.add(data, window, alpha >= 0)
  })
  return found.end()
}

/**
 * A window of an image as 8-bit RGB: what the model sees.
 * @param window in px of the level
 * @throws DrydockError `image_broken`
 */
export function readRgb(
  source: PixelSource,
  mapping: Mapping,
  window: PixelWindow,
  level = 0,
): Promise<Decoded> {
  return readMapped(source, mapping, window, level, () => undefined)
}

/** A picture for a person, who is shown where there are no data too. */
export interface Seen extends Decoded {
  /** [height, width]: 255 where there are data, 0 where none of the bands shown has any; null: they are everywhere */
  opacity: Uint8Array | null
}

/** As {@link readRgb}, with where there are data. */
export async function readSeen(
  source: PixelSource,
  mapping: Mapping,
  window: PixelWindow,
  level: number,
): Promise<Seen> {
  let opacity: Uint8Array | null = null
  const decoded = await readMapped(source, mapping, window, level, (data, from, alpha) => {
    const found = opacityOf(data, mapping, alpha)
    if (!found) return
    opacity ??= new Uint8Array(window.width * window.height).fill(255)
    opacity.set(found, from)
  })
  return { ...decoded, opacity }
}

/** @param look is shown the samples of whole rows, and which pixel of the window they begin with */
async function readMapped(
  source: PixelSource,
  mapping: Mapping,
  window: PixelWindow,
  level: number,
  look: (data: SampleArray, from: number, alpha: boolean) => void,
): Promise<Decoded> {
  const alpha = alphaOf(source)
  const wanted = mapping.bands.map((band) => band - 1)
  if (alpha) wanted.push(alpha.band)
  const { width, height } = window
  const whole = width * height * wanted.length <= SAMPLES_AT_ONCE || !source.windowed
  if (whole) {
    const { data, unread } = await source.read(window, level, wanted)
    look(data, 0, alpha !== null)
    return { width, height, data: toRgb(data, mapping, alpha), unread }
  }
  const data = new Uint8Array(width * height * 3)
  const unread: PixelWindow[] = []
  for (const strip of stripsOf(window, wanted.length)) {
    const part = await source.read(strip, level, wanted)
    const top = strip.y - window.y
    look(part.data, top * width, alpha !== null)
    data.set(toRgb(part.data, mapping, alpha), top * width * 3)
    unread.push(...part.unread.map((hole) => ({ ...hole, y: hole.y + top })))
  }
  return { width, height, data, unread }
}

/** The band of transparency, and what it means; null: there is none. */
function alphaOf({ bands }: PixelSource): (Alpha & { band: number }) | null {
  const band = bands.findIndex(({ alpha }) => alpha !== null)
  const found = bands[band]
  if (!found?.alpha) return null
  const full = found.type.startsWith('float')
    ? 1
    : 2 ** (found.type.startsWith('u') ? found.bits : found.bits - 1) - 1
  return { band, full, kind: found.alpha }
}
