import { deflateSync } from 'node:zlib'

/** Tags of a TIFF directory: numbers, or text. */
export type TiffTags = Readonly<Record<number, number | readonly number[] | string>>

export interface TiffPicture {
  width: number
  height: number
  /** samples of a pixel */
  bands: number
  /** bits and SampleFormat of a sample: 1 unsigned, 2 signed, 3 float */
  bits: number
  format: 1 | 2 | 3
  /** [height, width, bands] */
  sample: (x: number, y: number, band: number) => number
  photometric?: number
  /** tiles of this side, else one strip of `stripRows` rows */
  tile?: number
  stripRows?: number
  deflate?: boolean
  /** a block is written only where this says so; else the file says that it is left out */
  has?: (index: number) => boolean
  /** each band has blocks of its own */
  planar?: boolean
  /** 2: differences of integers */
  predictor?: 2
  tags?: TiffTags
  /** in directories inside this one */
  within?: readonly TiffPicture[]
}

/** Writes TIFF files as sensors and tools do, by the specification alone: to test readers with, so it shares no code with them. */
export function writeTiff(pictures: readonly TiffPicture[], { big = false } = {}): Buffer {
  const parts: Buffer[] = [Buffer.alloc(8)]
  let size = 8
  const put = (bytes: Buffer): number => {
    const at = size + (size % 2)
    parts.push(Buffer.alloc(size % 2), bytes)
    size = at + bytes.length
    return at
  }
  const u16 = (value: number): Buffer => number(value, 2, big)
  const u32 = (value: number): Buffer => number(value, 4, big)
  const directory = (picture: TiffPicture): { at: number; link: number } => {
    const within = (picture.within ?? []).map((one) => directory(one).at)
    const blocks = blocksOf(picture, big).map((bytes, i) =>
      picture.has?.(i) === false ? [0, 0] : [put(bytes), bytes.length],
    )
    const tags: Record<number, number | readonly number[] | string> = {
      256: picture.width,
      257: picture.height,
      258: Array.from({ length: picture.bands }, () => picture.bits),
      259: picture.deflate ? 8 : 1,
      262: picture.photometric ?? 1,
      277: picture.bands,
      284: picture.planar ? 2 : 1,
      339: Array.from({ length: picture.bands }, () => picture.format),
      ...(picture.predictor ? { 317: picture.predictor } : {}),
      ...(picture.tile
        ? {
            322: picture.tile,
            323: picture.tile,
            324: blocks.map(([at]) => at!),
            325: blocks.map(([, length]) => length!),
          }
        : {
            273: blocks.map(([at]) => at!),
            278: picture.stripRows ?? picture.height,
            279: blocks.map(([, length]) => length!),
          }),
      ...(within.length > 0 ? { 330: within } : {}),
      ...picture.tags,
    }
    const entries = Object.entries(tags).map(([tag, value]) => {
      const [type, count, bytes] = valueBytes(value, u16, u32, big)
      const field =
        bytes.length <= 4 ? Buffer.concat([bytes, Buffer.alloc(4 - bytes.length)]) : u32(put(bytes))
      return Buffer.concat([u16(Number(tag)), u16(type), u32(count), field])
    })
    const at = put(Buffer.concat([u16(entries.length), ...entries, u32(0)]))
    return { at, link: at + 2 + 12 * entries.length }
  }
  const links: { at: number; value: number }[] = []
  let link = 4
  for (const picture of pictures) {
    const written = directory(picture)
    links.push({ at: link, value: written.at })
    link = written.link
  }
  const file = Buffer.concat(parts)
  file.write(big ? 'MM' : 'II', 'latin1')
  u16(42).copy(file, 2)
  for (const { at, value } of links) u32(value).copy(file, at)
  return file
}

function valueBytes(
  value: number | readonly number[] | string,
  u16: (value: number) => Buffer,
  u32: (value: number) => Buffer,
  big: boolean,
): [type: number, count: number, bytes: Buffer] {
  if (typeof value === 'string') return [2, value.length + 1, Buffer.from(`${value}\0`, 'latin1')]
  const values = typeof value === 'number' ? [value] : value
  if (values.some((one) => !Number.isInteger(one) || one < 0)) {
    const bytes = Buffer.alloc(8 * values.length)
    values.forEach((one, i) => (big ? bytes.writeDoubleBE(one, 8 * i) : bytes.writeDoubleLE(one, 8 * i)))
    return [12, values.length, bytes]
  }
  const long = values.some((one) => one > 65_535)
  return [long ? 4 : 3, values.length, Buffer.concat(values.map(long ? u32 : u16))]
}

function number(value: number, bytes: 2 | 4, big: boolean): Buffer {
  const buffer = Buffer.alloc(bytes)
  if (big) buffer.writeUIntBE(value, 0, bytes)
  else buffer.writeUIntLE(value, 0, bytes)
  return buffer
}

/** All blocks of a picture; tiles that stick out are filled with 0. */
function blocksOf(picture: TiffPicture, big: boolean): Buffer[] {
  const { width, height, bands, tile, planar, deflate } = picture
  const blockWidth = tile ?? width
  const blockHeight = tile ?? picture.stripRows ?? height
  const blocks: Buffer[] = []
  for (const own of planar
    ? Array.from({ length: bands }, (_, band) => [band])
    : [[...Array(bands).keys()]]) {
    for (let y = 0; y < height; y += blockHeight) {
      for (let x = 0; x < width; x += blockWidth) {
        const rows = tile ? blockHeight : Math.min(blockHeight, height - y)
        const bytes = blockBytes(picture, own, { x, y, width: blockWidth, height: rows }, big)
        blocks.push(deflate ? deflateSync(bytes) : bytes)
      }
    }
  }
  return blocks
}

function blockBytes(
  { width, height, bits, format, sample, predictor }: TiffPicture,
  bands: readonly number[],
  place: { x: number; y: number; width: number; height: number },
  big: boolean,
): Buffer {
  const size = bits / 8
  const bytes = Buffer.alloc(place.width * place.height * bands.length * size)
  let at = 0
  for (let row = place.y; row < place.y + place.height; row++) {
    for (let column = place.x; column < place.x + place.width; column++) {
      for (const band of bands) {
        const inside = column < width && row < height
        const left = predictor && column > place.x && column - 1 < width && row < height
        const value = (inside ? sample(column, row, band) : 0) - (left ? sample(column - 1, row, band) : 0)
        writeSample(bytes, at, value, { bits, format, big })
        at += size
      }
    }
  }
  return bytes
}

function writeSample(
  bytes: Buffer,
  at: number,
  value: number,
  { bits, format, big }: { bits: number; format: 1 | 2 | 3; big: boolean },
): void {
  const size = bits / 8
  if (format === 3 && bits === 32) void (big ? bytes.writeFloatBE(value, at) : bytes.writeFloatLE(value, at))
  else if (format === 3) void (big ? bytes.writeDoubleBE(value, at) : bytes.writeDoubleLE(value, at))
  else {
    const whole = ((value % 2 ** bits) + 2 ** bits) % 2 ** bits
    if (big) bytes.writeUIntBE(whole, at, size)
    else bytes.writeUIntLE(whole, at, size)
  }
}
