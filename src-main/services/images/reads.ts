import type {
  ImageFacets,
  ImageFilter,
  ImageRow,
  ImageSort,
  PackedOrder,
  ThumbMarks,
} from '../../contract/wire.ts'
import { parseRle } from '../../core/mask/rle.ts'
import { smallMasks } from '../../core/mask/small.ts'
import { packOrder } from '../../core/list/packing.ts'
import type { Store } from '../../store/store.ts'
import { similarReads } from './similar-reads.ts'
import type { Emit } from '../machinery/readers.ts'
import { compareFolder } from './comparing.ts'
import type { FolderPart } from './comparing.ts'
import { walkImages } from './folder-listing.ts'
import { movesAfter, movesToAsk } from './moves.ts'
import type { Move } from './moves.ts'
import { orderOf } from './order.ts'
import { rowOfImage } from './rows.ts'

/** What the reader threads do for the list of images. */
export const imageReads = {
  ...similarReads,

  /** a list in its order, with what counts are made of */
  'images.order': (store: Store, wanted: { sort: ImageSort; filter: ImageFilter }): PackedOrder =>
    store.read(() => packOrder(orderOf(store, wanted))),

  /** what images can be filtered by in this project */
  'images.facets': (store: Store, _none: null): ImageFacets => store.read(() => store.lists.facets()),

  /** the truth of images as small pictures; those without are left out */
  'images.marks': (store: Store, { images }: { images: readonly number[] }): ThumbMarks[] =>
    store.read(() => images.flatMap((id) => thumbMarksOf(store, id) ?? [])),

  /** rows of the list by their images, in any order; images that are not there are left out */
  'images.rows': (store: Store, { ids }: { ids: readonly number[] }): ImageRow[] =>
    store.read(() => ids.flatMap((id) => rowOfImage({ store }, id) ?? [])),

  /** how a folder and the project differ, in parts while the folder is listed */
  'images.compare': async (
    store: Store,
    { root }: { root: string },
    emit: Emit<FolderPart>,
  ): Promise<void> => {
    for (const part of compareFolder(root, store.images)) await emit(part)
  },

  /** whether any image of the project lies in this folder, by its path there */
  'images.holdsAny': (store: Store, { root }: { root: string }): boolean => {
    for (const { path } of walkImages(root)) if (store.images.byPath(path) !== null) return true
    return false
  },

  /** images whose files are of one kind; see `ImageFacts`; and how many of them a person has chosen the mapping of */
  'images.ofKind': (store: Store, { kind }: { kind: string }): { all: number[]; byHand: number } =>
    store.read(() => ({ all: store.pixels.ofKind(kind), byHand: store.pixels.byHand(kind) })),

  /** which images became which of the files that came */
  'images.movesAfter': (
    store: Store,
    { added }: { added: readonly number[] },
  ): ReturnType<typeof movesAfter> => store.read(() => movesAfter(store, added)),

  /** the moves that a person is to be asked about */
  'images.movesToAsk': (store: Store, _none: null): Move[] => store.read(() => movesToAsk(store)),
}

/** The longer side of a small picture, px: that of a thumbnail. */
const SMALL = 96

function thumbMarksOf(store: Store, id: number): ThumbMarks | null {
  const image = store.images.get(id)
  if (!image || image.width === null || image.height === null) return null
  const truth = store.truth.of(id).filter(({ ignore }) => !ignore)
  if (truth.length === 0) return null
  const size = { width: image.width, height: image.height }
  const masks = truth.map(({ rle, colour }) => ({ rle: parseRle(rle), colour }))
  const { width, height, data } = smallMasks(size, SMALL, masks)
  return { image: id, revision: image.revision, width, height, data: Buffer.from(data).toString('base64') }
}

type ImageReads = typeof imageReads

declare module '../machinery/readers.ts' {
  interface Reads extends ImageReads {}
}
