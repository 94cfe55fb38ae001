import type { GeoTIFFImage } from 'geotiff'
import { DrydockError } from '../contract/errors.ts'
import type { Band, Georeference } from '../contract/wire.ts'
import type { Photometric } from '../core/mapping/bands.ts'
import type { SampleArray } from '../core/mapping/survey.ts'
import { brokenImage, notAnImage } from './failures.ts'
import { georeferenceOf } from './geotiff-keys.ts'
import { oriented } from './orientation.ts'
import type { PixelSource, PixelWindow, Samples } from './pixel-source.ts'
import { openWithSharp } from './sharp-source.ts'
import { bandsOf, photometricOf } from './tiff-bands.ts'
import { blocksOf, readBlock, rowsOfBlock } from './tiff-blocks.ts'
import type { BlockPlace, BlockRows } from './tiff-blocks.ts'
import { openTiffFile } from './tiff-file.ts'
import type { TiffFile } from './tiff-file.ts'
import { arrayOf, bytesOf, layoutOf, numberOf } from './tiff-layout.ts'
import type { TiffLayout } from './tiff-layout.ts'

/** Blocks that are decoded at once. */
const AT_ONCE = 4

/** Decoded blocks that are kept for the next window, in bytes. */
const KEPT_BYTES = 96 << 20

/** What libvips translates and the library does not: CMYK, Lab, palettes, YCbCr, and what faxes and old scanners wrote. */
const FOR_SHARP = { photometric: new Set([3, 5, 6, 8, 9, 10]), compression: new Set([2, 3, 4, 6, 50001]) }

/**
 * Opens a TIFF of any sample format: windows are read from its tiles and strips, without the rest.
 * @throws DrydockError `image_broken`, with the reason where the file is whole but of a kind that is not read
 */
export async function openTiff(file: string): Promise<PixelSource> {
  let tiff: TiffFile
  try {
    tiff = await openTiffFile(file)
  } catch (cause) {
    throw cause instanceof DrydockError ? cause : notAnImage(file, cause)
  }
  try {
    const [first, pages, overviews] = sortOut(tiff.images)
    const georeference = georeferenceOf(first)
    if (isForSharp(first)) {
      await tiff.close()
      return await openWithSharp(file, { georeference, pages })
    }
    const layouts: TiffLayout[] = []
    for (const image of [first, ...overviews]) layouts.push(await layoutOf(file, image, tiff.littleEndian))
    const source = new TiffSource(file, tiff, first, {
      ...{ layouts, georeference, pages },
      bands: await bandsOf(first, layouts[0]!),
    })
    return oriented(source, numberOf(await first.getFileDirectory().loadValue('Orientation')) ?? 1)
  } catch (cause) {
    await tiff.close().catch(() => undefined)
    throw cause instanceof DrydockError ? cause : notAnImage(file, cause)
  }
}

/** The first picture, how many there are, and the smaller copies of the first, largest first. */
function sortOut(images: GeoTIFFImage[]): [GeoTIFFImage, number, GeoTIFFImage[]] {
  const kind = (image: GeoTIFFImage): number =>
    numberOf(image.getFileDirectory().getValue('NewSubfileType')) ?? 0
  const pictures = images.filter((image, i) => i === 0 || (kind(image) & 5) === 0)
  const first = images[0]!
  const next = images.indexOf(pictures[1] ?? first, 1)
  const overviews = images
    .slice(1, next < 0 ? undefined : next)
    .filter((image) => (kind(image) & 5) === 1 && image.getSamplesPerPixel() === first.getSamplesPerPixel())
    .sort((a, b) => b.getWidth() - a.getWidth())
  return [first, pictures.length, overviews]
}

function isForSharp(image: GeoTIFFImage): boolean {
  const tags = image.getFileDirectory()
  const photometric = numberOf(tags.getValue('PhotometricInterpretation')) ?? 1
  const compression = numberOf(tags.getValue('Compression')) ?? 1
  const jpeg = compression === 7 && image.getSamplesPerPixel() <= 3
  return jpeg || FOR_SHARP.photometric.has(photometric) || FOR_SHARP.compression.has(compression)
}

class TiffSource implements PixelSource {
  readonly file: string
  readonly size: { width: number; height: number }
  readonly levels: { width: number; height: number }[]
  readonly bands: readonly Band[]
  readonly photometric: Photometric
  readonly pages: number
  readonly georeference: Georeference | null
  readonly windowed = true
  readonly #tiff: TiffFile
  readonly #layouts: TiffLayout[]
  readonly #tables: unknown
  readonly #kept = new Map<string, { rows: Promise<BlockRows | null>; bytes: number }>()
  #keptBytes = 0

  constructor(
    file: string,
    tiff: TiffFile,
    image: GeoTIFFImage,
    about: { layouts: TiffLayout[]; bands: Band[]; georeference: Georeference | null; pages: number },
  ) {
    this.file = file
    this.#tiff = tiff
    this.#layouts = about.layouts
    this.levels = about.layouts.map(({ width, height }) => ({ width, height }))
    this.size = this.levels[0]!
    this.bands = about.bands
    this.georeference = about.georeference
    this.pages = about.pages
    const tags = image.getFileDirectory()
    this.photometric = photometricOf(numberOf(tags.getValue('PhotometricInterpretation')))
    this.#tables = tags.getValue('JPEGTables') ?? tags.getValue('LercParameters')
  }

  async read(window: PixelWindow, level = 0, bands?: readonly number[]): Promise<Samples> {
    const layout = this.#layouts[level]!
    const wanted = bands ?? this.bands.map((_, i) => i)
    const { width, height } = window
    const data = arrayOf(layout.type, width * height * wanted.length)
    const samples: Samples = { width, height, data, unread: [] }
    const places = placesIn(layout, window, wanted)
    let failure: unknown
    const queue = places.values()
    const lane = async (): Promise<void> => {
      for (const place of queue) {
        const part = overlap(layout, window, place)
        try {
          const rows = await this.#block(level, place, part)
          if (rows) copy(layout, rows, place, { window, part, wanted, data })
          else this.#fill(layout, place, { window, part, wanted, data })
        } catch (cause) {
          failure ??= cause
          const { x, y } = part
          samples.unread.push({ ...part, x: x - window.x, y: y - window.y })
        }
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, lane))
    const all = window.width === layout.width && window.height === layout.height
    if (all && samples.unread.length === places.length) throw brokenImage(this.file, failure)
    return samples
  }

  async close(): Promise<void> {
    this.#kept.clear()
    await this.#tiff.close()
  }

  #block(level: number, place: BlockPlace, part: PixelWindow): Promise<BlockRows | null> {
    const layout = this.#layouts[level]!
    const top = part.y - place.row * layout.blockHeight
    const rows = [top, top + part.height] as const
    // what is not packed is read row by row, and not kept
    if (layout.compression === 1) return readBlock(this.#tiff, layout, place, rows, null)
    const key = `${level} ${place.band} ${place.row} ${place.column}`
    const known = this.#kept.get(key)
    if (known) return known.rows
    const rowSamples = layout.blockWidth * (layout.planar ? 1 : layout.samples)
    const bytes = rowsOfBlock(layout, place.row) * rowSamples * bytesOf(layout.type)
    for (const [oldest, kept] of this.#kept) {
      if (this.#keptBytes + bytes <= KEPT_BYTES) break
      this.#kept.delete(oldest)
      this.#keptBytes -= kept.bytes
    }
    const read = readBlock(this.#tiff, layout, place, rows, this.#tables)
    this.#kept.set(key, { rows: read, bytes })
    this.#keptBytes += bytes
    return read
  }

  /** A block that the file leaves out is missing data. */
  #fill(layout: TiffLayout, place: BlockPlace, target: Target): void {
    const { window, part, wanted, data } = target
    wanted.forEach((band, i) => {
      const value = this.bands[band]?.nodata ?? 0
      if (value === 0 || (layout.planar && band !== place.band)) return
      for (let y = part.y - window.y; y < part.y - window.y + part.height; y++) {
        for (let x = part.x - window.x; x < part.x - window.x + part.width; x++)
          data[(y * window.width + x) * wanted.length + i] = value
      }
    })
  }
}

/** Where samples go: the window that is read, and the part of it that a block covers, both in px of the level. */
interface Target {
  window: PixelWindow
  part: PixelWindow
  /** bands, the first is 0 */
  wanted: readonly number[]
  data: SampleArray
}

function placesIn(layout: TiffLayout, window: PixelWindow, wanted: readonly number[]): BlockPlace[] {
  const [across, down] = blocksOf(layout)
  const lastColumn = Math.min(across - 1, Math.floor((window.x + window.width - 1) / layout.blockWidth))
  const lastRow = Math.min(down - 1, Math.floor((window.y + window.height - 1) / layout.blockHeight))
  const places: BlockPlace[] = []
  for (let row = Math.floor(window.y / layout.blockHeight); row <= lastRow; row++) {
    for (let column = Math.floor(window.x / layout.blockWidth); column <= lastColumn; column++) {
      for (const band of layout.planar ? new Set(wanted) : [0]) places.push({ column, row, band })
    }
  }
  return places
}

/** The part of a window that a block covers, in px of the level. */
function overlap(layout: TiffLayout, window: PixelWindow, place: BlockPlace): PixelWindow {
  const x = Math.max(window.x, place.column * layout.blockWidth)
  const y = Math.max(window.y, place.row * layout.blockHeight)
  const right = Math.min(window.x + window.width, (place.column + 1) * layout.blockWidth)
  const bottom = Math.min(window.y + window.height, (place.row + 1) * layout.blockHeight)
  return { x, y, width: right - x, height: bottom - y }
}

function copy(layout: TiffLayout, rows: BlockRows, place: BlockPlace, target: Target): void {
  const { window, part, wanted, data } = target
  const channels = layout.planar ? 1 : layout.samples
  const asIs = wanted.length === channels && wanted.every((band, i) => (layout.planar ? true : band === i))
  for (let y = part.y; y < part.y + part.height; y++) {
    const inBlock = y - place.row * layout.blockHeight - rows.first
    const from = (inBlock * layout.blockWidth + part.x - place.column * layout.blockWidth) * channels
    const to = ((y - window.y) * window.width + part.x - window.x) * wanted.length
    if (asIs) {
      data.set(rows.data.subarray(from, from + part.width * channels), to)
      continue
    }
    for (let i = 0; i < wanted.length; i++) {
      const band = wanted[i]!
      if (layout.planar && band !== place.band) continue
      const first = from + (layout.planar ? 0 : band)
      for (let x = 0; x < part.width; x++) data[to + x * wanted.length + i] = rows.data[first + x * channels]!
    }
  }
}
