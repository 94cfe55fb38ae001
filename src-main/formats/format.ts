import type { LabelFormatFace } from '../contract/label-formats.ts'
import type { Rle, Size } from '../core/mask/rle.ts'
import type { Places } from '../core/places/places.ts'

/** What every label format has in common. Start reading here; `registry.ts` lists them. */

/** What people note of an instance beside its category; left out: nothing. */
export interface Notes {
  /** where the bow points: degrees clockwise from the top of the image, 0 <= heading < 360 */
  heading?: number | undefined
  /** text by name */
  attributes?: Readonly<Record<string, string>> | undefined
}

/** One instance as a label file has it. */
export interface LabelledInstance extends Notes {
  rle: Rle
  /** 1-based line or record in its file */
  line: number
  /** name of its category; null: the file has none */
  category: string | null
  /** 0..1; null: the file has none */
  score: number | null
}

/** A part of a label file that cannot be used; the rest can. */
export interface BrokenRow {
  /** 1-based line or record; null where it concerns a whole file */
  line: number | null
  /** where it stands, where `line` alone would not say it: 'annotation 4', 'sub/b.txt, line 2' */
  place?: string
  /** as far as it could be read */
  image: string | null
  /** what is wrong, without a full stop: 'has 3 numbers, which are no start and length pairs' */
  reason: string
}

/** What a label file says of one image. */
export interface LabelledImage {
  /**
   * What the image may be called, the likeliest first: paths with '/', with or without ending. At least one.
   * A reader whose file holds only `b.png` puts the path with the label file's own folder first.
   */
  names: readonly string[]
  /** as the file says, or as the image is where the reader had to look; null: the file does not say */
  size: Size | null
  /** [] = the file says: no ship */
  instances: LabelledInstance[]
  /** areas of many objects (COCO's iscrowd): never truth */
  crowds: number
  /** their masks, as far as they can be read: areas where nobody can tell */
  ignored: Rle[]
  /** instances that cannot be used; they were reported */
  broken: number
  /** instances that cannot be read because nobody knows the size of their image */
  unsized: number
  /** ground resolution, where the file says it */
  metresPerPixel: number | null
}

/** An image of which nothing is known yet but its names. */
export function labelledImage(names: readonly string[], size: Size | null = null): LabelledImage {
  return { names, size, instances: [], crowds: 0, ignored: [], broken: 0, unsized: 0, metresPerPixel: null }
}

/** Whether a file leaves an image without an instance because it has none: not where those that it has cannot be used. */
export function isUsable({ instances, crowds, broken, unsized }: LabelledImage): boolean {
  return instances.length > 0 || crowds + broken + unsized === 0
}

/** Why an instance has no mask yet, though nothing is wrong with it. */
export const SIZE_UNKNOWN = 'belongs to an image whose size is not known'

/** Leaves out an instance of an image, for this reason. */
export function leaveOut(
  image: LabelledImage,
  report: (broken: BrokenRow) => void,
  { line, place, reason }: Pick<BrokenRow, 'line' | 'reason'> & { place: string },
): void {
  if (reason === SIZE_UNKNOWN) {
    image.unsized++
    return
  }
  image.broken++
  report({ line, place, image: image.names[0]!, reason })
}

/** An image that is to be written. */
export interface ImageToWrite {
  /** path with '/' */
  name: string
  size: Size
  instances: readonly Omit<LabelledInstance, 'line'>[]
  /** areas to ignore, for formats that hold them; default: none */
  ignored?: readonly Rle[]
  /** where it lies: asked only by formats that write it, since a file may have to be opened for it */
  ground(): Promise<Ground>
}

/** Where an image lies on the earth; nulls where that is not known. */
export interface Ground {
  places: Places | null
  /** sides of a pixel on the ground */
  pixelMetres: { x: number; y: number } | null
}

/** An image that lies nowhere. @tests and the bench write such images */
export const NO_GROUND: Ground = { places: null, pixelMetres: null }

/** One channel of whole numbers, row-major [height, width]. */
export interface LabelRaster extends Size {
  data: Uint8Array | Uint16Array
}

/** A file that is read in pieces. */
export interface RandomFile {
  readonly bytes: number
  /** @returns fewer bytes than asked for only at the end */
  read(at: number, length: number): Promise<Buffer>
  close(): Promise<void>
}

/** Where a reader reads from. Nothing in this folder opens a file by itself. */
export interface LabelSource {
  /** the files below the folder that was chosen, by path with '/', sorted; for a file: itself alone */
  readonly files: readonly { path: string; bytes: number }[]
  /** A whole file. @throws DrydockError `file_broken` where it is larger than `limit` bytes or cannot be read */
  read(path: string, limit: number): Promise<Buffer>
  open(path: string): Promise<RandomFile>
  /** Of the image that one of these names means; null where it is not known. */
  size(names: readonly string[]): Promise<Size | null>
  /** Where that image lies; null where it is not known, or lies nowhere. */
  places(names: readonly string[]): Promise<Places | null>
  /** A PNG of one channel; null where it has more. @throws DrydockError `image_broken`, `image_too_large` */
  raster(file: string | Buffer): Promise<LabelRaster | null>
}

/** Where a writer writes to. */
export interface LabelSink {
  /**
   * Appends to a file of the output, which is made where it is not there yet.
   * @param path below the folder; '' for formats of one file
   */
  append(path: string, piece: string): Promise<void>
  raster(path: string, raster: LabelRaster): Promise<void>
}

/** What a format can hold; what it cannot is said before an export. */
export interface CanHold {
  /** the mask itself; false: only a box around it */
  shapes: boolean
  /** boxes may be turned; for formats without shapes */
  turned: boolean
  holes: boolean
  parts: boolean
  /** masks that share pixels */
  overlap: boolean
  scores: boolean
  categories: boolean
  /** areas where nobody can tell; left out: none */
  ignored?: true
  /** headings and attributes, or the attribute `difficult` alone; left out: none */
  notes?: 'all' | 'difficult'
}

/** What formats can hold of a mask, by the way in which they write it. */
export const HOLDS = {
  /** every pixel, or outlines with those of the holes */
  pixels: { shapes: true, turned: true, holes: true, parts: true, overlap: true },
  outlines: { shapes: true, turned: true, holes: false, parts: true, overlap: true },
  turnedBoxes: { shapes: false, turned: true, holes: false, parts: false, overlap: true },
  boxes: { shapes: false, turned: false, holes: false, parts: false, overlap: true },
} as const

/** One format of label files: one object a format. */
export interface LabelFormat extends LabelFormatFace {
  readonly canHold: CanHold
  /** Whether this is such a file or folder: by what stands in it, by endings only where that leaves a doubt. */
  recognise(source: LabelSource): Promise<boolean>
  /**
   * What the labels say, image by image; an image may come more than once. Broken parts are reported, never thrown.
   * @throws DrydockError `file_broken` where it is no file of this format at all
   */
  read(source: LabelSource, report: (broken: BrokenRow) => void): AsyncGenerator<LabelledImage>
  /**
   * @param categories names in their order, as far as they are known before; others follow as they come
   * @throws DrydockError as the sink does, `bad_input` where an image is too large for the format
   */
  write(images: AsyncIterable<ImageToWrite>, sink: LabelSink, categories: readonly string[]): Promise<void>
}

export { DEFAULT_CATEGORY } from '../contract/words.ts'

/** 'line 4', or where the row says it stands. */
export function placeInFile({ line, place }: BrokenRow): string {
  return place ?? (line === null ? 'the file' : `line ${line}`)
}
