import { promisify } from 'node:util'
import { inflate } from 'node:zlib'
import type { SampleArray } from '../core/mapping/sample-array.ts'
import { fromFloat16 } from '../core/float16.ts'
import { getDecoder } from './geotiff.ts'
import type { TiffFile } from './tiff-file.ts'
import type { TiffLayout } from './tiff-layout.ts'
import { arrayOf, bytesOf } from './tiff-layout.ts'

/** Rows of a block's samples: whole rows of the block's width. */
export interface BlockRows {
  data: SampleArray
  /** the block's row that `data` begins with */
  first: number
}

/** Which rows of a block are wanted: `count` of them from `first`, one of `every`. */
export interface WantedRows {
  first: number
  count: number
  every: number
}

/** Where a block lies: which one across and down, and of which band where bands have blocks of their own. */
export interface BlockPlace {
  column: number
  row: number
  band: number
}

const unzip = promisify(inflate)

/** A damaged header may say any size: no more memory than this is taken before there is something to put in it. */
const MOST_AT_ONCE = 1 << 22

/**
 * The samples of rows of a block: those wanted, or, of a packed block, all of them where every row is wanted.
 * @returns null where the file has left the block out: all of it is missing data
 * @throws where it cannot be read: whatever the decoder says
 */
export async function readBlock(
  tiff: TiffFile,
  layout: TiffLayout,
  place: BlockPlace,
  { first, count, every }: WantedRows,
  jpegTables: unknown,
): Promise<BlockRows | null> {
  const [across, down] = blocksOf(layout)
  const index = (layout.planar ? place.band * across * down : 0) + place.row * across + place.column
  const offset = Number(layout.offsets[index])
  const length = Number(layout.byteCounts[index])
  if (!Number.isSafeInteger(offset) || !Number.isSafeInteger(length))
    throw new RangeError(`no block ${index}`)
  if (length === 0 && offset === 0) return null
  const rowSamples = layout.blockWidth * (layout.planar ? 1 : layout.samples)
  const rowBytes = Math.ceil((rowSamples * layout.bits) / 8)
  if (layout.compression === 1) {
    const bytes = await tiff.block(offset + first * rowBytes, ((count - 1) * every + 1) * rowBytes)
    return {
      data: unpack(
        thinned(every === 1 ? bytes.slice() : bytes, rowBytes, { first: 0, count, every }),
        layout,
        count,
      ),
      first,
    }
  }
  const rows = rowsOfBlock(layout, place.row)
  const packed = await tiff.block(offset, length)
  const bytes = await decompress(packed, layout, rows * rowBytes, jpegTables)
  if (bytes.length < rows * rowBytes) throw new RangeError('the block ends before')
  if (every === 1) return { data: unpack(bytes.subarray(0, rows * rowBytes), layout, rows), first: 0 }
  return { data: unpack(thinned(bytes, rowBytes, { first, count, every }), layout, count), first }
}

/** The bytes of the rows wanted alone: each row is packed by itself. */
function thinned(
  bytes: Uint8Array<ArrayBuffer>,
  rowBytes: number,
  { first, count, every }: WantedRows,
): Uint8Array<ArrayBuffer> {
  if (every === 1) return bytes
  const some = new Uint8Array(count * rowBytes)
  for (let row = 0; row < count; row++) {
    const from = (first + row * every) * rowBytes
    some.set(bytes.subarray(from, from + rowBytes), row * rowBytes)
  }
  return some
}

/** How many blocks a picture has, across and down. */
export function blocksOf({ width, height, blockWidth, blockHeight }: TiffLayout): [number, number] {
  return [Math.ceil(width / blockWidth), Math.ceil(height / blockHeight)]
}

/** Rows that a block holds: the last strip has no more than are left. */
export function rowsOfBlock({ height, blockHeight, tiled }: TiffLayout, row: number): number {
  return tiled ? blockHeight : Math.min(blockHeight, height - row * blockHeight)
}

async function decompress(
  packed: Uint8Array<ArrayBuffer>,
  layout: TiffLayout,
  expected: number,
  jpegTables: unknown,
): Promise<Uint8Array<ArrayBuffer>> {
  if (layout.compression === 8 || layout.compression === 32946) {
    // in one piece of the size that it will have, which halves the work; some writers pad their blocks, but what unpacks to much
    // more is no picture
    const chunkSize = Math.min(MOST_AT_ONCE, expected + 64)
    const bytes = await unzip(packed, { chunkSize, maxOutputLength: 2 * expected + 65_536 })
    return bytes.buffer instanceof ArrayBuffer
      ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)
      : new Uint8Array(bytes)
  }
  const parameters = {
    tileWidth: layout.blockWidth,
    tileHeight: layout.blockHeight,
    predictor: 1,
    bitsPerSample: layout.bits,
    planarConfiguration: layout.planar ? 2 : 1,
    ...(layout.compression === 7 ? { JPEGTables: jpegTables } : {}),
    ...(layout.compression === 34887 ? { LercParameters: jpegTables } : {}),
  }
  const decoder = await getDecoder(layout.compression, parameters)
  return new Uint8Array((await decoder.decode(packed.slice().buffer)) as ArrayBuffer)
}

/** Bytes of whole rows become samples: predictor undone, bytes in this machine's order, bits apart. */
function unpack(bytes: Uint8Array<ArrayBuffer>, layout: TiffLayout, rows: number): SampleArray {
  const { type, bits, predictor, swapped } = layout
  const channels = layout.planar ? 1 : layout.samples
  const rowSamples = layout.blockWidth * channels
  if (bits % 8 !== 0) return unpackBits(bytes, layout, rows, rowSamples)
  const size = bytesOf(type)
  // a view on several-byte samples has to begin at their multiple
  const own = bytes.byteOffset % size === 0 ? bytes : bytes.slice()
  const compressedWithoutOrder = layout.compression === 7 || layout.compression === 34887
  if (predictor === 3) undoFloatPredictor(own, rows, rowSamples, channels, size)
  else if (swapped && !compressedWithoutOrder) turnRound(own, size)
  if (predictor === 2) undoDifferences(wordsOf(own, size), rows, rowSamples, channels)
  if (type === 'float16') {
    const halves = new Uint16Array(own.buffer, own.byteOffset, own.byteLength / 2)
    return Float32Array.from(halves, fromFloat16)
  }
  const Kind = arrayOf(type, 0).constructor as new (
    buffer: ArrayBuffer,
    offset: number,
    length: number,
  ) => SampleArray
  return new Kind(own.buffer, own.byteOffset, own.byteLength / size)
}

/** Each sample is stored as the difference from the one before it of the same band. */
function undoDifferences(words: SampleArray, rows: number, rowSamples: number, channels: number): void {
  if (channels === 1 && words instanceof Uint16Array) return undoDifferencesOfOne(words, rows, rowSamples)
  for (let row = 0; row < rows; row++) {
    const end = (row + 1) * rowSamples
    for (let channel = 0; channel < channels; channel++) {
      let sum = 0
      for (let i = row * rowSamples + channel; i < end; i += channels) {
        sum = (sum + words[i]!) | 0
        words[i] = sum
      }
    }
  }
}

/** The most common case of large rasters: compiled for one kind of array alone, it takes half the time. */
function undoDifferencesOfOne(words: Uint16Array, rows: number, rowSamples: number): void {
  for (let row = 0; row < rows; row++) {
    let sum = 0
    for (let i = row * rowSamples; i < (row + 1) * rowSamples; i++) {
      sum = (sum + words[i]!) | 0
      words[i] = sum
    }
  }
}

/** Integers of so many bytes, to add up differences in: what overflows is cut off. */
function wordsOf({ buffer, byteOffset, byteLength }: Uint8Array<ArrayBuffer>, size: number): SampleArray {
  if (size === 1) return new Uint8Array(buffer, byteOffset, byteLength)
  if (size === 2) return new Uint16Array(buffer, byteOffset, byteLength / 2)
  if (size === 4) return new Uint32Array(buffer, byteOffset, byteLength / 4)
  throw new RangeError('differences of 64 bits are not read')
}

function turnRound({ buffer, byteOffset, byteLength }: Uint8Array<ArrayBuffer>, size: number): void {
  const bytes = Buffer.from(buffer, byteOffset, byteLength - (byteLength % size))
  if (size === 2) bytes.swap16()
  else if (size === 4) bytes.swap32()
  else if (size === 8) bytes.swap64()
}

/** Differences of bytes, the highest bytes of a row's samples first: what TIFF calls predictor 3. */
function undoFloatPredictor(
  bytes: Uint8Array,
  rows: number,
  rowSamples: number,
  channels: number,
  size: number,
): void {
  for (let row = 0; row < rows; row++) {
    const line = bytes.subarray(row * rowSamples * size, (row + 1) * rowSamples * size)
    for (let i = channels; i < line.length; i++) line[i] = line[i]! + line[i - channels]!
    const apart = line.slice()
    for (let i = 0; i < rowSamples; i++) {
      // little-endian, as every machine is that Drydock runs on
      for (let b = 0; b < size; b++) line[i * size + b] = apart[(size - 1 - b) * rowSamples + i]!
    }
  }
}

/** Samples of 1 to 16 bits that do not fill bytes, the highest bit first; each row begins with a byte. */
function unpackBits(
  bytes: Uint8Array,
  { type, bits }: TiffLayout,
  rows: number,
  rowSamples: number,
): SampleArray {
  const samples = arrayOf(type, rows * rowSamples)
  const rowBytes = Math.ceil((rowSamples * bits) / 8)
  for (let row = 0; row < rows; row++) {
    let at = row * rowBytes
    let held = 0
    let filled = 0
    for (let i = 0; i < rowSamples; i++) {
      while (filled < bits) {
        held = ((held << 8) | bytes[at++]!) & 0xffffff
        filled += 8
      }
      samples[row * rowSamples + i] = (held >> (filled - bits)) & ((1 << bits) - 1)
      filled -= bits
    }
  }
  return samples
}
