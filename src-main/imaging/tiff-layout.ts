import { endianness } from 'node:os'
import type { GeoTIFFImage } from 'geotiff'
import type { Band } from '../contract/wire.ts'
import type { SampleArray } from '../core/mapping/sample-array.ts'
import { notRead } from './failures.ts'

/** A block of samples (tile or strip) beyond this many bytes is not decoded. */
const MOST_BLOCK_BYTES = 1 << 29

/** How one picture of a TIFF lies in the file. */
export interface TiffLayout {
  width: number
  height: number
  /** of a pixel */
  samples: number
  type: Band['type']
  bits: number
  /** of a block in px; a strip is as wide as the picture */
  blockWidth: number
  blockHeight: number
  /** the last strip ends with the picture, the last tile does not */
  tiled: boolean
  /** each band has blocks of its own */
  planar: boolean
  compression: number
  predictor: number
  offsets: ArrayLike<number | bigint>
  byteCounts: ArrayLike<number | bigint>
  /** whether bytes of a sample have to be turned round */
  swapped: boolean
}

/** Compressions that are decoded, by ourselves or with the library. */
const COMPRESSIONS = new Set([1, 5, 7, 8, 32946, 32773, 34887, 50000])

/** Names of those that are known and not decoded. */
const NAMES: Readonly<Record<number, string>> = {
  9: 'JBIG',
  10: 'JBIG',
  34661: 'JBIG',
  33003: 'JPEG 2000',
  33004: 'JPEG 2000',
  33005: 'JPEG 2000',
  34712: 'JPEG 2000',
  34925: 'LZMA',
  50001: 'WebP',
  50002: 'JPEG XL',
  52546: 'JPEG XL',
}

const CONVERT = 'Make a copy that is read: gdal_translate -co COMPRESS=DEFLATE -co TILED=YES IN.tif OUT.tif'

/**
 * Reads how a picture lies in its file.
 * @throws DrydockError `image_broken` with the reason where it is of a kind that is not read
 */
export async function layoutOf(
  file: string,
  image: GeoTIFFImage,
  littleEndian: boolean,
): Promise<TiffLayout> {
  const tags = image.getFileDirectory()
  const [width, height] = [image.getWidth(), image.getHeight()]
  const samples = image.getSamplesPerPixel()
  const tiled = !tags.hasTag('StripOffsets')
  const blockWidth = tiled ? image.getTileWidth() : width
  const blockHeight = image.getTileHeight()
  const whole = [width, height, samples, blockWidth, blockHeight]
  if (!whole.every((value) => Number.isInteger(value) && value > 0) || samples > 10_000) {
    throw notRead(
      file,
      'its header says sizes that cannot be, so it is damaged. Put a whole copy in its place.',
    )
  }
  const compression = tagNumber(tags.getValue('Compression')) ?? 1
  if (!COMPRESSIONS.has(compression)) {
    const name = NAMES[compression] ?? `of the unknown kind ${compression}`
    throw notRead(file, `its compression is ${name}. ${CONVERT}`)
  }
  const { type, bits } = sampleKind(file, image, samples)
  const planar = image.planarConfiguration === 2 && samples > 1
  const bytes = blockWidth * blockHeight * (planar ? 1 : samples) * bytesOf(type)
  if (compression !== 1 && bytes > MOST_BLOCK_BYTES) {
    throw notRead(file, `its pixels are packed in one piece of ${Math.round(bytes / 1e6)} MB. ${CONVERT}`)
  }
  return {
    ...{ width, height, samples, type, bits, blockWidth, blockHeight, tiled, planar, compression },
    predictor: tagNumber(await tags.loadValue('Predictor')) ?? 1,
    offsets: listOf(await tags.loadValue(tiled ? 'TileOffsets' : 'StripOffsets')),
    byteCounts: listOf(await tags.loadValue(tiled ? 'TileByteCounts' : 'StripByteCounts')),
    swapped: littleEndian !== (endianness() === 'LE'),
  }
}

function sampleKind(
  file: string,
  image: GeoTIFFImage,
  samples: number,
): { type: Band['type']; bits: number } {
  const kinds = Array.from({ length: samples }, (_, i) => {
    // some writers say it once for all bands
    const bits = tagNumber(image.getBitsPerSample(i)) ?? tagNumber(image.getBitsPerSample(0)) ?? 1
    const format = tagNumber(image.getSampleFormat(i)) ?? tagNumber(image.getSampleFormat(0)) ?? 1
    return `${format === 4 ? 1 : format}/${bits}`
  })
  const [first = '1/1'] = kinds
  if (kinds.some((kind) => kind !== first)) {
    throw notRead(
      file,
      'its bands are of different kinds. Make a copy of one kind: gdal_translate -ot Float32 IN.tif OUT.tif',
    )
  }
  const [format = 1, bits = 1] = first.split('/').map(Number)
  const type = sampleType(format, bits)
  if (type !== null) return { type, bits }
  const what =
    format === 5 || format === 6
      ? 'complex numbers. Make a copy of their amplitude, for example with gdal_calc.py --calc="abs(A)"'
      : `${bits}-bit ${format === 3 ? 'floats' : 'integers'}. Make a copy that is read: gdal_translate -ot Float64 IN.tif OUT.tif`
  throw notRead(file, `its samples are ${what}`)
}

function sampleType(format: number, bits: number): Band['type'] | null {
  if (format === 1 && bits >= 1 && bits <= 16) return bits <= 8 ? 'uint8' : 'uint16'
  if (format === 1 && bits === 32) return 'uint32'
  if (format === 2 && (bits === 8 || bits === 16 || bits === 32)) return `int${bits}`
  if (format === 3 && (bits === 16 || bits === 32 || bits === 64)) return `float${bits}`
  return null
}

/** Bytes of a sample once it is unpacked. */
export function bytesOf(type: Band['type']): number {
  return { uint8: 1, int8: 1, uint16: 2, int16: 2, float16: 2, uint32: 4, int32: 4, float32: 4, float64: 8 }[
    type
  ]
}

/** An array for samples of a type, all 0. */
export function arrayOf(type: Band['type'], length: number): SampleArray {
  switch (type) {
    case 'uint8':
      return new Uint8Array(length)
    case 'int8':
      return new Int8Array(length)
    case 'uint16':
      return new Uint16Array(length)
    case 'int16':
      return new Int16Array(length)
    case 'uint32':
      return new Uint32Array(length)
    case 'int32':
      return new Int32Array(length)
    case 'float16':
    case 'float32':
      return new Float32Array(length)
    case 'float64':
      return new Float64Array(length)
  }
}

/** A tag's value where it is one number; a damaged file may have anything there. */
export function tagNumber(value: unknown): number | null {
  if (typeof value === 'number') return value
  if (typeof value === 'bigint') return Number(value)
  return null
}

/** The values of a tag; none where a damaged file has something else there. */
export function listOf(value: unknown): ArrayLike<number | bigint> {
  if (typeof value === 'number') return [value]
  if (Array.isArray(value) || ArrayBuffer.isView(value)) return value as unknown as ArrayLike<number>
  return []
}
