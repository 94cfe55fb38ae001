import type { Band, Georeference } from '../contract/wire.ts'
import type { Photometric } from '../core/mapping/bands.ts'
import type { SampleArray } from '../core/mapping/survey.ts'

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
  /** whether a window is read without the rest; else all of it is decoded once, and kept until the source is closed */
  readonly windowed: boolean
  /**
   * The samples of a window.
   * @param level which of `levels`
   * @param bands which of `bands`, in this order, the first is 0; default: all
   * @throws DrydockError `image_broken` where nothing of it can be read
   */
  read(window: PixelWindow, level?: number, bands?: readonly number[]): Promise<Samples>
  close(): Promise<void>
}

/** All of a level. */
export function wholeOf({ width, height }: { width: number; height: number }): PixelWindow {
  return { x: 0, y: 0, width, height }
}
