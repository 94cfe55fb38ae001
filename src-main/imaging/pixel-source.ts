import type { Band, Georeference } from '../contract/wire.ts'
import type { Photometric } from '../core/mapping/bands.ts'
import type { SampleArray } from '../core/mapping/sample-array.ts'

/** A rectangle of pixels of one level; whole numbers, within the level. */
export interface PixelWindow {
  x: number
  y: number
  width: number
  height: number
}

/** The samples of a window. */
export interface Samples {
  width: number
  height: number
  /** [height, width, bands asked for] */
  data: SampleArray
  /** parts of the window, in px of the level, that could not be read: their samples are 0 */
  unread: PixelWindow[]
}

/**
 * The one port to the pixels of a file, orientation applied. Whoever needs pixels asks for windows of samples; what they look
 * like is a matter of the mapping. To be closed by whoever opened it.
 */
export interface PixelSource {
  readonly file: string
  /** in px */
  readonly size: { width: number; height: number }
  readonly bands: readonly Band[]
  readonly photometric: Photometric
  /** pictures in the file; the first is the one that is read */
  readonly pages: number
  /** sizes in px: the image itself first, then smaller pictures of all of it that are cheaper to read */
  readonly levels: readonly { width: number; height: number }[]
  readonly georeference: Georeference | null
  /** whether a window is read without the rest; else all of it is decoded once, and kept until the source is closed, but for a first window that needs what lies above it alone */
  readonly windowed: boolean
  /**
   * The samples of a window.
   * @param level which of `levels`
   * @param bands which of `bands`, in this order, the first is 0; default: all
   * @throws DrydockError `image_broken` where nothing of it can be read
   */
  read(window: PixelWindow, level?: number, bands?: readonly number[]): Promise<Samples>
  /**
   * Reads all of the image once, in windows that cost least, each pixel in one of them, in any order.
   * @param bands as for `read`
   * @param look is shown each; the samples may be kept by the source, so they are not to be changed
   */
  readAll(bands: readonly number[], look: (window: PixelWindow, samples: Samples) => void): Promise<void>
  close(): Promise<void>
}

/** So many samples are read at once where all of a large image is looked at. */
export const SAMPLES_AT_ONCE = 1 << 22

/** A window in strips of whole rows, top first. */
export function stripsOf({ x, y, width, height }: PixelWindow, bands: number): PixelWindow[] {
  const rows = Math.max(1, Math.floor(SAMPLES_AT_ONCE / (width * bands)))
  return Array.from({ length: Math.ceil(height / rows) }, (_, i) => {
    const top = i * rows
    return { x, y: y + top, width, height: Math.min(rows, height - top) }
  })
}

/** All of an image, strip by strip: what `readAll` does where nothing is better. */
export async function readStrips(
  source: Pick<PixelSource, 'read' | 'size'>,
  bands: readonly number[],
  look: (window: PixelWindow, samples: Samples) => void,
): Promise<void> {
  for (const strip of stripsOf(wholeOf(source.size), bands.length))
    look(strip, await source.read(strip, 0, bands))
}

/** All of a level. */
export function wholeOf({ width, height }: { width: number; height: number }): PixelWindow {
  return { x: 0, y: 0, width, height }
}
