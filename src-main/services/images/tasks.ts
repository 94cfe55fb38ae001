import { stat } from 'node:fs/promises'
import { toWireError } from '../../contract/errors.ts'
import type { WireError } from '../../contract/errors.ts'
import type { RgbImage } from '../../contract/engine.ts'
import { decodeImage, readSize } from '../../imaging/decode.ts'
import { assertSize, MAX_PIXELS } from '../../imaging/failures.ts'
import { contentHash } from '../../imaging/hash.ts'
import { makeThumbnail } from '../../imaging/thumbnail.ts'
import { makeTile } from '../../imaging/tiles.ts'
import type { TileAddress } from '../../imaging/tiles.ts'
import type { ListedFile } from '../../store/images.ts'
import { listImages, walkImages } from './folder-listing.ts'

/** What the worker threads do with image files. */
export const imageTasks = {
  listImages: ({ root }: { root: string }): ListedFile[] => listImages(root),

  holdsImage: ({ root }: { root: string }): boolean => !walkImages(root).next().done,

  /** hash and size of image files, in their order; one that is too large to decode fails here already */
  readContents: async ({ files }: { files: readonly string[] }): Promise<ReadContent[]> => {
    const read: ReadContent[] = []
    const left = files.entries()
    const readRest = async (): Promise<void> => {
      for (const [i, file] of left) read[i] = await readContent(file)
    }
    await Promise.all(Array.from({ length: AT_ONCE }, readRest))
    return read
  },

  decode: ({ file }: { file: string }): Promise<RgbImage> => decodeImage(file),

  thumbnail: ({ file, out }: { file: string; out: string }): Promise<void> => makeThumbnail(file, null, out),

  /** writes one tile, and others of its level where they come with it; see `makeTile` */
  tile: ({ file, address, prefix }: WantedTile): Promise<{ damaged: boolean }> =>
    makeTile(file, null, address, prefix),
}

interface WantedTile {
  file: string
  address: TileAddress
  /** of its file; see `tileFile` */
  prefix: string
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
    const size = await readSize(file)
    assertSize(file, size, MAX_PIXELS)
    return { file: seen, content: { ...size, sha256: await contentHash(file) }, failure: null }
  } catch (error) {
    return { file: seen, content: null, failure: toWireError(error) }
  }
}

export interface ImageContent {
  sha256: string
  /** in px, orientation applied */
  width: number
  height: number
}

type ImageTasks = typeof imageTasks

declare module '../machinery/workers.ts' {
  interface Tasks extends ImageTasks {}
}
