import type { Metadata, Sharp } from 'sharp'
import type { Band, Georeference } from '../contract/wire.ts'
import { brokenImage, notAnImage } from './failures.ts'
import type { PixelSource, PixelWindow, Samples } from './pixel-source.ts'
import { readStrips } from './pixel-source.ts'
import { cut } from './samples.ts'
import { loadSharp } from './sharp.ts'

/** What is read as an image. SVG and PDF are left out: they are programs, not rasters. */
const FORMATS = new Set(['jpeg', 'png', 'tiff', 'webp', 'gif', 'heif'])

/** Halvings that are worth offering: a thumbnail needs no more. */
const SMALLEST = 96

/** What is known of a file before its picture is looked at. */
interface Known {
  /** all of the file, where that was read already: then it is not opened again */
  bytes?: Uint8Array | null
  /** what a TIFF's directory says beside its pixels */
  georeference?: Georeference | null
  pages?: number
}

/**
 * Everything but the TIFF files that `tiff-source.ts` reads: JPEG, PNG, WebP, and TIFF of colours that libvips translates.
 * EXIF orientation applied; the first page or frame; CMYK, palettes and colour profiles become sRGB. Bytes that are
 * transparent come blended onto black; 16 bits keep their transparency as a band.
 * @throws DrydockError `image_broken` (not an image)
 */
export async function openWithSharp(file: string, known: Known = {}): Promise<PixelSource> {
  const sharp = await loadSharp()
  let metadata: Metadata
  try {
    metadata = await sharp(known.bytes ?? file, { limitInputPixels: false }).metadata()
  } catch (cause) {
    throw notAnImage(file, cause)
  }
  const { width, height } = metadata.autoOrient
  if (!FORMATS.has(metadata.format) || !width || !height) throw notAnImage(file)
  return new SharpSource(file, metadata, known)
}

class SharpSource implements PixelSource {
  readonly file: string
  readonly size: { width: number; height: number }
  readonly bands: readonly Band[]
  readonly photometric: 'rgb' | 'grey'
  readonly pages: number
  readonly levels: { width: number; height: number }[]
  readonly georeference: Georeference | null
  readonly windowed: boolean
  readonly #deep: boolean
  readonly #input: string | Uint8Array
  readonly #metadata: Metadata
  /** all samples of level 0, once a second part of them was asked for */
  #whole: Promise<{ data: Uint8Array | Uint16Array; channels: number }> | null = null
  #looked = false

  constructor(file: string, metadata: Metadata, { bytes, georeference = null, pages = 1 }: Known) {
    this.file = file
    this.#input = bytes ?? file
    this.#metadata = metadata
    const { width, height } = metadata.autoOrient
    this.size = { width, height }
    this.georeference = georeference
    this.pages = metadata.format === 'tiff' ? pages : (metadata.pages ?? 1)
    this.#deep = metadata.depth === 'ushort'
    // libvips reads tiles and strips of a TIFF by themselves
    this.windowed = metadata.format === 'tiff' && (metadata.orientation ?? 1) === 1
    this.photometric = ['b-w', 'grey16'].includes(metadata.space) ? 'grey' : 'rgb'
    const [type, bits] = this.#deep ? (['uint16', 16] as const) : (['uint8', 8] as const)
    const names = this.photometric === 'grey' ? ['Grey'] : ['Red', 'Green', 'Blue']
    const bands: Band[] = names.map((name) => ({ name, type, bits, nodata: null, alpha: null }))
    if (this.#deep && metadata.hasAlpha)
      bands.push({ name: 'Alpha', type, bits, nodata: null, alpha: 'straight' })
    this.bands = bands
    this.levels = this.#deep ? [this.size] : halvings(this.size)
  }

  async read(window: PixelWindow, level = 0, bands?: readonly number[]): Promise<Samples> {
    const size = this.levels[level]!
    const whole = window.width === size.width && window.height === size.height
    let pixels: { data: Uint8Array | Uint16Array; channels: number }
    let from = { ...window, stride: size.width }
    if (level > 0) {
      pixels = await this.#decode((image) => image.resize(size.width, size.height, { fit: 'fill' }))
    } else if (!whole && (this.windowed || this.#comesAlone())) {
      const { x: left, y: top, width, height } = window
      pixels = await this.#decode((image) => image.extract({ left, top, width, height }), !this.windowed)
      from = { ...window, x: 0, y: 0, stride: window.width }
    } else {
      this.#whole ??= this.#decode((image) => image)
      pixels = await this.#whole
    }
    const data = cut(pixels.data, pixels.channels, from, bands ?? this.bands.map((_, i) => i))
    return { width: window.width, height: window.height, data, unread: [] }
  }

  /** Whether it is the first window, which is often the only one: only what lies above it is decoded then, and nothing is kept. */
  #comesAlone(): boolean {
    const first = !this.#looked && this.#whole === null
    this.#looked = true
    return first && (this.#metadata.orientation ?? 1) === 1
  }

  readAll(bands: readonly number[], look: (window: PixelWindow, samples: Samples) => void): Promise<void> {
    return readStrips(this, bands, look)
  }

  close(): Promise<void> {
    this.#whole = null
    return Promise.resolve()
  }

  async #decode(
    part: (image: Sharp) => Sharp,
    sequentialRead = true,
  ): Promise<{ data: Uint8Array | Uint16Array; channels: number }> {
    const sharp = await loadSharp()
    const { orientation = 1, hasAlpha } = this.#metadata
    const stored = sharp(this.#input, { failOn: 'truncated', limitInputPixels: false, sequentialRead })
    const image = part(orientation === 1 ? stored : stored.autoOrient())
    const space = this.photometric === 'grey' ? 'grey16' : 'rgb16'
    try {
      const { data, info } = await (
        this.#deep
          ? image.pipelineColourspace(space).toColourspace(space).raw({ depth: 'ushort' })
          : (hasAlpha ? image.flatten({ background: '#000' }) : image)
              .toColourspace(this.photometric === 'grey' ? 'b-w' : 'srgb')
              .raw({ depth: 'uchar' })
      ).toBuffer({ resolveWithObject: true })
      const samples = this.#deep
        ? new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2)
        : new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
      return { data: samples, channels: info.channels }
    } catch (cause) {
      throw brokenImage(this.file, cause)
    }
  }
}

function halvings(size: { width: number; height: number }): { width: number; height: number }[] {
  const levels = [size]
  for (let scale = 2; Math.max(size.width, size.height) / scale >= SMALLEST; scale *= 2) {
    levels.push({ width: Math.ceil(size.width / scale), height: Math.ceil(size.height / scale) })
  }
  return levels
}
