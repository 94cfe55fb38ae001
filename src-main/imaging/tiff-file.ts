import { open } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import type { GeoTIFF as OpenGeoTiff, GeoTIFFImage as Image } from 'geotiff'
import { notRead } from './failures.ts'
import { GeoTIFF, GeoTIFFImage } from './geotiff.ts'
import { listOf } from './tiff-layout.ts'

/** A part of a file longer than this is asked for only where it lies in the file. */
const HEADER_BYTES = 4096

/** Whoever reads on where the last read ended gets so much of the file at once. */
const AHEAD_BYTES = 1 << 20

/** Bytes that some writers put between blocks. */
const BETWEEN_BLOCKS = 64

/** Directories that a file may have; more are no pictures that anybody looks through. */
const MOST_DIRECTORIES = 10_000

/** Directories inside one that are looked at: more halvings there are not. */
const MOST_WITHIN = 32

/** A TIFF file of which the directories have been read. */
export interface TiffFile {
  littleEndian: boolean
  /** at least one, in the order of the file */
  images: Image[]
  /** in directories inside the first one: some writers keep smaller copies there */
  within: Image[]
  /**
   * Bytes of a block; not to be changed, they may be a part of a larger buffer.
   * @throws RangeError where that lies outside the file
   */
  block(offset: number, length: number): Promise<Uint8Array<ArrayBuffer>>
  close(): Promise<void>
}

/** Bytes of a file for the library, and for us. A damaged file may ask for any place and size: it gets none but its own. */
class FileBytes {
  readonly #handle: FileHandle
  readonly fileSize: number
  /** where the last block ended */
  #next = 0
  #ahead: { offset: number; end: number; bytes: Promise<Uint8Array<ArrayBuffer>> } | null = null

  constructor(handle: FileHandle, size: number) {
    this.#handle = handle
    this.fileSize = size
  }

  async fetch(slices: { offset: number; length: number }[]): Promise<ArrayBuffer[]> {
    const parts: ArrayBuffer[] = []
    for (const slice of slices) parts.push((await this.fetchSlice(slice)).data)
    return parts
  }

  async fetchSlice({ offset, length }: { offset: number; length: number }) {
    const there = Math.max(0, Math.min(length, this.fileSize - offset))
    if (!(offset >= 0) || (there < length && length > HEADER_BYTES)) {
      throw new RangeError(`${length} bytes at ${offset} are not in the file`)
    }
    const bytes = new Uint8Array(there)
    let done = 0
    while (done < there) {
      const { bytesRead } = await this.#handle.read(bytes, done, there - done, offset + done)
      if (bytesRead === 0) throw new RangeError('the file became shorter')
      done += bytesRead
    }
    return { data: bytes.buffer, offset, length: there }
  }

  /**
   * A block of samples: blocks that lie one after the other are read some at once.
   * @returns what may be a part of a larger buffer, to be left as it is
   */
  async block(offset: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
    const follows = offset >= this.#next && offset <= this.#next + BETWEEN_BLOCKS
    this.#next = offset + length
    let ahead = this.#ahead
    if (!ahead || offset < ahead.offset || offset + length > ahead.end) {
      const end = Math.min(this.fileSize, offset + AHEAD_BYTES)
      if (!follows || offset + length > end) return this.#bytes(offset, length)
      ahead = this.#ahead = { offset, end, bytes: this.#bytes(offset, end - offset) }
    }
    const bytes = await ahead.bytes
    return bytes.subarray(offset - ahead.offset, offset - ahead.offset + length)
  }

  async #bytes(offset: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
    const { data } = await this.fetchSlice({ offset, length })
    if (data.byteLength < length) throw new RangeError('the file ends before')
    return new Uint8Array(data)
  }

  close(): Promise<void> {
    return this.#handle.close()
  }
}

/**
 * Opens a TIFF and reads its directories.
 * @throws DrydockError `image_broken` (directories in a circle, or too many), and whatever the library says of a damaged file
 */
export async function openTiffFile(file: string): Promise<TiffFile> {
  const handle = await open(file)
  try {
    const bytes = new FileBytes(handle, (await handle.stat()).size)
    const tiff = await GeoTIFF.fromSource(bytes)
    const images: Image[] = []
    const seen = new Set([tiff.firstIFDOffset])
    for (;;) {
      const image = await tiff.getImage(images.length)
      images.push(image)
      const next = image.getFileDirectory().nextIFDByteOffset
      if (next === 0) break
      if (seen.has(next) || images.length >= MOST_DIRECTORIES) {
        throw notRead(
          file,
          'its list of pictures never ends, so the file is damaged. A whole copy can often be made of its first picture: gdal_translate IN.tif OUT.tif',
        )
      }
      seen.add(next)
    }
    return {
      littleEndian: tiff.littleEndian,
      images,
      within: await imagesWithin(tiff, images[0]!),
      block: (offset, length) => bytes.block(offset, length),
      close: () => bytes.close(),
    }
  } catch (cause) {
    await handle.close()
    throw cause
  }
}

/** The pictures in the directories inside one; what is damaged is left out. */
async function imagesWithin(tiff: OpenGeoTiff, image: Image): Promise<Image[]> {
  const found: Image[] = []
  const offsets = listOf(
    await image
      .getFileDirectory()
      .loadValue('SubIFDs')
      .catch(() => null),
  )
  for (const offset of Array.from(offsets).slice(0, MOST_WITHIN)) {
    const directory = await tiff.parser.parseFileDirectoryAt(Number(offset)).catch(() => null)
    if (directory) found.push(new GeoTIFFImage(directory, tiff.littleEndian, tiff.cache, tiff.source))
  }
  return found
}
