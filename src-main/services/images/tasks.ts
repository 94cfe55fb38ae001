import { randomUUID } from 'node:crypto'
import { rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { toWireError } from '../../contract/errors.ts'
import type { WireError } from '../../contract/errors.ts'
import type { RgbImage } from '../../contract/engine.ts'
import type { Histogram, ImageFacts, ImageMapping, Mapping } from '../../contract/wire.ts'
import { histogramOf } from '../../core/mapping/histogram.ts'
import { rangesBy } from '../../core/mapping/ranges.ts'
import { decodeImage, mappingFor, survey } from '../../imaging/decode.ts'
import { assertSize, MAX_PIXELS } from '../../imaging/failures.ts'
import { factsOf } from '../../imaging/facts.ts'
import { contentHash } from '../../imaging/hash.ts'
import { withPixels } from '../../imaging/open.ts'
import { makeCrop } from '../../imaging/crop.ts'
import type { PixelSource, PixelWindow } from '../../imaging/pixel-source.ts'
import { makeThumbnail } from '../../imaging/thumbnail.ts'
import { makeFirstTile, makeTile } from '../../imaging/tiles.ts'
import type { TileAddress } from '../../imaging/tiles.ts'
import type { ListedFile } from '../../store/images.ts'
import { listImages, walkImages } from './folder-listing.ts'
import { madeOf } from './made-of.ts'
import type { Destination, Source } from './made-of.ts'
import { similarTasks } from './similar-tasks.ts'

/** What the worker threads do with image files. */
export const imageTasks = {
  ...similarTasks,

  listImages: ({ root }: { root: string }): ListedFile[] => listImages(root),

  holdsImage: ({ root }: { root: string }): boolean => !walkImages(root).next().done,

  /** hash, size and samples of image files, in their order; one that is too large to decode fails here already */
  readContents: async ({ files }: { files: readonly string[] }): Promise<ReadContent[]> => {
    const read: ReadContent[] = []
    const left = files.entries()
    const readRest = async (): Promise<void> => {
      for (const [i, file] of left) read[i] = await readContent(file)
    }
    await Promise.all(Array.from({ length: AT_ONCE }, readRest))
    return read
  },

  /** as `readContents`, of one file; and the first picture of it, where that comes with the look at its samples */
  readFirst: async ({ file, making }: { file: string; making: string }): Promise<FirstRead> => {
    const made: NonNullable<FirstRead['picture']>[] = []
    const out = join(making, `${randomUUID()}.png`)
    const read = await readContent(file, async (source, mapping) => {
      const address = await makeFirstTile(source, mapping, out)
      if (address) made.push({ file: out, address })
    })
    const after = await stat(file).catch(() => null)
    const same = after?.size === read.file?.size && after?.mtimeMs === read.file?.mtime
    const [picture] = made
    if (read.content && picture && same) return { ...read, picture }
    await rm(out, { force: true })
    return { ...read, picture: null }
  },

  decode: ({ file, mapping }: { file: string; mapping: Mapping | null }): Promise<RgbImage> =>
    decodeImage(file, { mapping: mapping ?? undefined }),

  thumbnail: ({ source, mapping, to, name }: WantedThumbnail): Promise<void> =>
    madeOf(source, to, (folder) => makeThumbnail(source.file, mapping, join(folder, name))),

  crop: ({ source, mapping, to, name, window }: WantedThumbnail & { window: PixelWindow }): Promise<void> =>
    madeOf(source, to, (folder) => makeCrop(source.file, mapping, window, join(folder, name))),

  /** all that is needed to choose a mapping by hand, of these bands */
  surveyBands: ({ file, bands }: { file: string; bands: readonly number[] }): Promise<SurveyedBands> =>
    withPixels(file, async (source) => {
      const { taken } = await survey(source, bands)
      return { histograms: taken.map((values) => histogramOf(values)), ranges: rangesBy(taken) }
    }),

  /** the mapping that is chosen where nobody has chosen */
  chooseMapping: ({ file }: { file: string }): Promise<Mapping> => withPixels(file, mappingFor),

  /** the samples of all bands of one pixel; null: no number */
  readSamples: ({ file, x, y }: { file: string; x: number; y: number }): Promise<(number | null)[]> =>
    withPixels(file, async (source) => {
      const { data } = await source.read({ x, y, width: 1, height: 1 })
      return Array.from(data, (value) => (Number.isFinite(value) ? value : null))
    }),

  /** writes one tile, and others of its level where they come with it; see `makeTile` */
  tile: ({ source, mapping, address, to, name }: WantedTile): Promise<{ damaged: boolean }> =>
    madeOf(source, to, (folder) => makeTile(source.file, mapping, address, join(folder, name))),
}

interface WantedThumbnail {
  source: Source
  /** null: the one that is chosen for it */
  mapping: Mapping | null
  to: Destination
  /** of the file */
  name: string
}

export interface SurveyedBands {
  /** of each band shown */
  histograms: Histogram[]
  ranges: ImageMapping['ranges']
}

interface WantedTile {
  source: Source
  /** null: the one that is chosen for it */
  mapping: Mapping | null
  address: TileAddress
  to: Destination
  /** with which the file's name begins; see `tileFile` */
  name: string
}

/**
 * Files that one task reads at the same time. Node reads for a whole process with four threads: one is left for the image on the
 * screen.
 */
const AT_ONCE = 3

/** What one look at a file found. */
export interface ReadContent {
  /** of the file; null where it is not there */
  file: { size: number; mtime: number } | null
  content: ImageContent | null
  /** why there is no content */
  failure: WireError | null
}

/** What the look at a file that somebody waits for found. */
export interface FirstRead extends ReadContent {
  /** where the picture lies for now, and which tile it is; null: there is none yet */
  picture: { file: string; address: TileAddress } | null
}

/** @param also is done before the file is closed */
async function readContent(
  file: string,
  also: (source: PixelSource, mapping: Mapping) => Promise<void> = () => Promise.resolve(),
): Promise<ReadContent> {
  const found = await stat(file).catch(() => null)
  const seen = found && { size: found.size, mtime: found.mtimeMs }
  try {
    const about = await withPixels(file, async (source) => {
      assertSize(file, source.size, MAX_PIXELS)
      const mapping = await mappingFor(source)
      await also(source, mapping)
      return { ...source.size, facts: await factsOf(source), mapping }
    })
    return { file: seen, content: { ...about, sha256: await contentHash(file) }, failure: null }
  } catch (error) {
    return { file: seen, content: null, failure: toWireError(error) }
  }
}

export interface ImageContent {
  sha256: string
  /** in px, orientation applied */
  width: number
  height: number
  facts: ImageFacts
  /** the one that is chosen where nobody has chosen */
  mapping: Mapping
}

type ImageTasks = typeof imageTasks

declare module '../machinery/workers.ts' {
  interface Tasks extends ImageTasks {}
}
