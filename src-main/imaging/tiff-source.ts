import type { GeoTIFFImage } from 'geotiff'
import { DrydockError } from '../contract/errors.ts'
import type { Band, Georeference } from '../contract/wire.ts'
import type { Photometric } from '../core/mapping/bands.ts'
import type { SampleArray } from '../core/mapping/sample-array.ts'
import { brokenImage, notAnImage } from './failures.ts'
import { georeferenceOf } from './geotiff-keys.ts'
import { oriented } from './orientation.ts'
import type { PixelSource, PixelWindow, Samples } from './pixel-source.ts'
import { readStrips, SAMPLES_AT_ONCE } from './pixel-source.ts'
import { openWithSharp } from './sharp-source.ts'
import { bandsOf, photometricOf } from './tiff-bands.ts'
import { blocksOf, readBlock, rowsOfBlock } from './tiff-blocks.ts'
import type { BlockPlace, BlockRows } from './tiff-blocks.ts'
import { openTiffFile } from './tiff-file.ts'
import type { TiffFile } from './tiff-file.ts'
import { arrayOf, bytesOf, layoutOf, tagNumber } from './tiff-layout.ts'
import type { TiffLayout } from './tiff-layout.ts'
import { Thinned } from './tiff-thinned.ts'

/** Blocks that are decoded at once. */
const AT_ONCE = 4

/** A picture of more pixels than this without smaller copies gets a level of its own making: one pixel of `THIN` x `THIN`. */
const MANY_PIXELS = 1 << 22
const THIN = 4

/** Blocks of fewer samples than this are read several at once. */
const ALONE_FROM = 1 << 14

/** Blocks on their way where all of an image is looked at: some are unpacked while others are looked at. */
const ON_THEIR_WAY = 8

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
    const [first, pages, overviews] = sortOut(tiff.images, tiff.within)
    const georeference = georeferenceOf(first)
    if (isForSharp(first)) {
      await tiff.close()
      return await openWithSharp(file, { georeference, pages })
    }
    const layout = await layoutOf(file, first, tiff.littleEndian)
    const levels = await levelsOf(tiff, file, layout, overviews)
    const source = new TiffSource(file, tiff, first, {
      ...{ levels, georeference, pages },
      bands: await bandsOf(first, layout),
    })
    return oriented(source, tagNumber(await first.getFileDirectory().loadValue('Orientation')) ?? 1)
  } catch (cause) {
    await tiff.close().catch(() => undefined)
    throw cause instanceof DrydockError ? cause : notAnImage(file, cause)
  }
}

/** The first picture, how many there are, and the smaller copies of the first. @param within directories inside the first one */
function sortOut(
  images: GeoTIFFImage[],
  within: GeoTIFFImage[],
): [first: GeoTIFFImage, pages: number, smaller: GeoTIFFImage[]] {
  const kind = (image: GeoTIFFImage): number =>
    tagNumber(image.getFileDirectory().getValue('NewSubfileType')) ?? 0
  const pictures = images.filter((image, i) => i === 0 || (kind(image) & 5) === 0)
  const first = images[0]!
  const next = images.indexOf(pictures[1] ?? first, 1)
  const behind = images.slice(1, next < 0 ? undefined : next).filter((image) => (kind(image) & 5) === 1)
  return [first, pictures.length, [...behind, ...within.filter((image) => (kind(image) & 4) === 0)]]
}

/** A level of a file: a picture of it, or one pixel in `every` of its columns and rows. */
interface Level {
  layout: TiffLayout
  every: number
}

/** The picture itself first, then smaller copies of it, largest first; those that are of another kind or damaged are left out. */
async function levelsOf(
  { littleEndian }: TiffFile,
  file: string,
  layout: TiffLayout,
  overviews: readonly GeoTIFFImage[],
): Promise<Level[]> {
  const smaller: TiffLayout[] = []
  for (const image of overviews) {
    const found = await layoutOf(file, image, littleEndian).catch(() => null)
    if (found && isSmallerCopy(found, layout)) smaller.push(found)
  }
  const levels = [layout, ...smaller.sort((a, b) => b.width - a.width)].map((of) => ({
    layout: of,
    every: 1,
  }))
  const many = layout.width * layout.height > MANY_PIXELS
  return many && levels.length === 1 ? [...levels, { layout, every: THIN }] : levels
}

function isSmallerCopy(copy: TiffLayout, of: TiffLayout): boolean {
  const alike = copy.samples === of.samples && copy.type === of.type && copy.bits === of.bits
  const high = (of.height * copy.width) / of.width
  return alike && copy.width < of.width && Math.abs(copy.height - high) <= 2
}

function isForSharp(image: GeoTIFFImage): boolean {
  const tags = image.getFileDirectory()
  const photometric = tagNumber(tags.getValue('PhotometricInterpretation')) ?? 1
  const compression = tagNumber(tags.getValue('Compression')) ?? 1
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
  readonly #levels: readonly Level[]
  readonly #tables: unknown
  /** the level that is this picture thinned out, once all of it was read */
  #thinned: Thinned | null = null
  readonly #kept = new Map<string, { rows: Promise<BlockRows | null>; bytes: number }>()
  #keptBytes = 0

  constructor(
    file: string,
    tiff: TiffFile,
    image: GeoTIFFImage,
    about: { levels: Level[]; bands: Band[]; georeference: Georeference | null; pages: number },
  ) {
    this.file = file
    this.#tiff = tiff
    this.#levels = about.levels
    this.levels = about.levels.map(({ layout: { width, height }, every }) => ({
      width: Math.ceil(width / every),
      height: Math.ceil(height / every),
    }))
    this.size = this.levels[0]!
    this.bands = about.bands
    this.georeference = about.georeference
    this.pages = about.pages
    const tags = image.getFileDirectory()
    this.photometric = photometricOf(tagNumber(tags.getValue('PhotometricInterpretation')))
    this.#tables = tags.getValue('JPEGTables') ?? tags.getValue('LercParameters')
  }

  async read(window: PixelWindow, level = 0, bands?: readonly number[]): Promise<Samples> {
    const { layout, every } = this.#levels[level]!
    const wanted = bands ?? this.bands.map((_, i) => i)
    const { width, height } = window
    const kept = every > 1 ? this.#thinned?.read(window, wanted) : null
    if (kept) return kept
    const data = arrayOf(layout.type, width * height * wanted.length)
    const samples: Samples = { width, height, data, unread: [] }
    const places = placesIn(layout, window, every, wanted)
    let failure: unknown
    const queue = places.values()
    const lane = async (): Promise<void> => {
      for (const place of queue) {
        const target: Target = { window, part: overlap(layout, window, every, place), every, wanted, data }
        const { x, y, width: across, height: down } = target.part
        if (across <= 0 || down <= 0) continue
        try {
          const rows = await this.#block(level, place, target.part)
          if (rows) copy(layout, rows, place, target)
          else this.#fill(layout, place, target)
        } catch (cause) {
          failure ??= cause
          samples.unread.push({ x: x - window.x, y: y - window.y, width: across, height: down })
        }
      }
    }
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, places.length) }, lane))
    const all = width === this.levels[level]!.width && height === this.levels[level]!.height
    if (all && samples.unread.length === places.length) throw brokenImage(this.file, failure)
    return samples
  }

  async readAll(
    bands: readonly number[],
    look: (window: PixelWindow, samples: Samples) => void,
  ): Promise<void> {
    const thin = this.#levels.find(({ every }) => every > 1)
    const thinned = thin ? new Thinned(this.size, thin.every, bands) : null
    const note = (window: PixelWindow, samples: Samples): void => {
      thinned?.note(window, samples)
      look(window, samples)
    }
    const { layout } = this.#levels[0]!
    const samples = layout.blockWidth * layout.blockHeight * bands.length
    const alone = samples >= ALONE_FROM && samples <= SAMPLES_AT_ONCE
    if (alone && this.size.width * this.size.height > MANY_PIXELS) {
      const queue = windowsOfBlocks(layout).values()
      const lane = async (): Promise<void> => {
        for (const window of queue) {
          note(window, (await this.#asItIs(window, bands)) ?? (await this.read(window, 0, bands)))
        }
      }
      await Promise.all(Array.from({ length: ON_THEIR_WAY }, lane))
    } else await readStrips(this, bands, note)
    this.#thinned = thinned
  }

  async close(): Promise<void> {
    this.#thinned = null
    this.#kept.clear()
    await this.#tiff.close()
  }

  /** The samples of a window that is a block, not copied; null: it is none, or cannot be read. */
  async #asItIs(window: PixelWindow, bands: readonly number[]): Promise<Samples | null> {
    const { layout } = this.#levels[0]!
    const [place, second] = placesIn(layout, window, 1, bands)
    const { width, height } = window
    const whole = width === layout.blockWidth && !second && place && rowsOfBlock(layout, place.row) === height
    const all = bands.length === (layout.planar ? 1 : layout.samples)
    if (!whole || !all || (!layout.planar && bands.some((band, i) => band !== i))) return null
    const rows = await this.#block(0, place, window).catch(() => null)
    return rows && { width, height, data: rows.data, unread: [] }
  }

  #block(level: number, place: BlockPlace, part: PixelWindow): Promise<BlockRows | null> {
    const { layout, every } = this.#levels[level]!
    const rows = { first: part.y * every - place.row * layout.blockHeight, count: part.height, every }
    // what is not packed is read row by row, and not kept, nor is what was thinned out: nobody looks at that twice
    if (layout.compression === 1 || every > 1) return readBlock(this.#tiff, layout, place, rows, this.#tables)
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
  every: number
  /** bands, the first is 0 */
  wanted: readonly number[]
  data: SampleArray
}

function placesIn(
  layout: TiffLayout,
  window: PixelWindow,
  every: number,
  wanted: readonly number[],
): BlockPlace[] {
  const [across, down] = blocksOf(layout)
  const at = (pixel: number, block: number): number => Math.floor((pixel * every) / block)
  const lastColumn = Math.min(across - 1, at(window.x + window.width - 1, layout.blockWidth))
  const lastRow = Math.min(down - 1, at(window.y + window.height - 1, layout.blockHeight))
  const places: BlockPlace[] = []
  for (let row = at(window.y, layout.blockHeight); row <= lastRow; row++) {
    for (let column = at(window.x, layout.blockWidth); column <= lastColumn; column++) {
      for (const band of layout.planar ? new Set(wanted) : [0]) places.push({ column, row, band })
    }
  }
  return places
}

/** The windows of all blocks of a picture, a row of them after the other. */
function windowsOfBlocks(layout: TiffLayout): PixelWindow[] {
  const { width, height, blockWidth, blockHeight } = layout
  const [across, down] = blocksOf(layout)
  return Array.from({ length: across * down }, (_, i) => {
    const x = (i % across) * blockWidth
    const y = Math.floor(i / across) * blockHeight
    return { x, y, width: Math.min(blockWidth, width - x), height: Math.min(blockHeight, height - y) }
  })
}

/** The part of a window that a block covers, in px of the level. */
function overlap(layout: TiffLayout, window: PixelWindow, every: number, place: BlockPlace): PixelWindow {
  const from = (block: number, side: number): number => Math.ceil((block * side) / every)
  const x = Math.max(window.x, from(place.column, layout.blockWidth))
  const y = Math.max(window.y, from(place.row, layout.blockHeight))
  const right = Math.min(window.x + window.width, from(place.column + 1, layout.blockWidth))
  const bottom = Math.min(window.y + window.height, from(place.row + 1, layout.blockHeight))
  return { x, y, width: right - x, height: bottom - y }
}

function copy(layout: TiffLayout, rows: BlockRows, place: BlockPlace, target: Target): void {
  const { window, part, every, wanted, data } = target
  const channels = layout.planar ? 1 : layout.samples
  const asIs =
    every === 1 &&
    wanted.length === channels &&
    wanted.every((band, i) => (layout.planar ? true : band === i))
  const left = part.x * every - place.column * layout.blockWidth
  const top = part.y * every - place.row * layout.blockHeight - rows.first
  for (let row = 0; row < part.height; row++) {
    // where rows are left out, those that are left follow on each other
    const from = ((every > 1 ? row : top + row) * layout.blockWidth + left) * channels
    const to = ((part.y + row - window.y) * window.width + part.x - window.x) * wanted.length
    if (asIs) {
      data.set(rows.data.subarray(from, from + part.width * channels), to)
      continue
    }
    for (let i = 0; i < wanted.length; i++) {
      const band = wanted[i]!
      if (layout.planar && band !== place.band) continue
      const first = from + (layout.planar ? 0 : band)
      for (let x = 0; x < part.width; x++)
        data[to + x * wanted.length + i] = rows.data[first + x * every * channels]!
    }
  }
}
