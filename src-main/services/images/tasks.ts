import type { RgbImage } from '../../contract/engine.ts'
import { decodeImage, readSize } from '../../imaging/decode.ts'
import { assertSize, MAX_PIXELS } from '../../imaging/failures.ts'
import { contentHash } from '../../imaging/hash.ts'
import { makeThumbnail } from '../../imaging/thumbnail.ts'
import { makeTile } from '../../imaging/tiles.ts'
import type { TileAddress } from '../../imaging/tiles.ts'
import type { ListedFile } from '../../store/images.ts'
import { listImages } from './folder-listing.ts'

/** What the worker threads do with image files. */
export const imageTasks = {
  listImages: ({ root }: { root: string }): ListedFile[] => listImages(root),

  /** hash and size of an image file; one that is too large to decode fails here already */
  readContent: async ({ file }: { file: string }): Promise<ImageContent> => {
    const size = await readSize(file)
    assertSize(file, size, MAX_PIXELS)
    return { ...size, sha256: await contentHash(file) }
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
