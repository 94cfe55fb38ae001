import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { toWireError } from '../../contract/errors.ts'
import type { WireError } from '../../contract/errors.ts'
import type { RgbImage } from '../../contract/engine.ts'
import type { Histogram, ImageFacts, ImageMapping, Mapping } from '../../contract/wire.ts'
import { histogramOf } from '../../core/mapping/histogram.ts'
import { rangeOf } from '../../core/mapping/survey.ts'
import { decodeImage, mappingFor, survey } from '../../imaging/decode.ts'
import { assertSize, MAX_PIXELS } from '../../imaging/failures.ts'
import { factsOf } from '../../imaging/facts.ts'
import { contentHash } from '../../imaging/hash.ts'
import { withPixels } from '../../imaging/open.ts'
import { makeCrop } from '../../imaging/crop.ts'
import type { PixelWindow } from '../../imaging/pixel-source.ts'
import { makeThumbnail } from '../../imaging/thumbnail.ts'
import { makeTile } from '../../imaging/tiles.ts'
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

  decode: ({ file, mapping }: { file: string; mapping: Mapping | null }): Promise<RgbImage> =>
    decodeImage(file, { mapping: mapping ?? undefined }),

  thumbnail: ({ source, mapping, to, name }: WantedThumbnail): Promise<void> =>
    madeOf(source, to, (folder) => makeThumbnail(source.file, mapping, join(folder, name))),

  crop: ({ source, mapping, to, name, window }: WantedThumbnail & { window: PixelWindow }): Promise<void> =>
    madeOf(source, to, (folder) => makeCrop(source.file, mapping, window, join(folder, name))),

  /** all that is needed to choose a mapping, of the bands shown by `mapping` */
  surveyBands: ({ file, mapping }: { file: string; mapping: Mapping }): Promise<SurveyedBands> =>
    withPixels(file, async (source) => {
      const { taken } = await survey(source, mapping.bands)
      return {
        chosen: await mappingFor(source),
        histograms: taken.map((values) => histogramOf(values)),
        ranges: taken.map((values) => rangeOf(values)),
      }
    }),

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
  /** the mapping that is chosen where nobody has chosen */
  chosen: Mapping
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

async function readContent(file: string): Promise<ReadContent> {
  const found = await stat(file).catch(() => null)
  const seen = found && { size: found.size, mtime: found.mtimeMs }
  try {
    const about = await withPixels(file, async (source) => {
      assertSize(file, source.size, MAX_PIXELS)
      return { ...source.size, facts: await factsOf(source), mapping: await mappingFor(source) }
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
