import { basename, join } from 'node:path'
import type { LabelFormatId } from '../../contract/label-formats.ts'
import type { ExportPreview, MapShapes } from '../../contract/wire.ts'
import type { Size } from '../../core/mask/rle.ts'
import { readMapPieces } from '../../formats/geojson-map.ts'
import type { MapPiece } from '../../formats/geojson-map.ts'
import type { StoredImage } from '../../store/images.ts'
import type { Store } from '../../store/store.ts'
import { isUnchanged } from '../images/content.ts'
import { imagesRoot } from '../machinery/project.ts'
import type { Emit } from '../machinery/readers.ts'
import { exportLabels, previewExport } from './export.ts'
import type { Exported, ExportWanted } from './export.ts'
import { storedGeoreference } from './ground.ts'
import { matchLabels } from './label-reading.ts'
import type { LabelTarget, MatchedLabels } from './label-reading.ts'
import type { ReadImage } from './read-image.ts'
import { ShelfFile, labelsOnShelf } from './label-shelf.ts'
import type { ShelfPlaces } from './label-shelf.ts'
import { NO_IMAGES, openSource } from './label-source.ts'
import { readMapShapes } from './map-layers.ts'

/** Pieces of a map that are handed over together. */
const PIECES_AT_ONCE = 200

/** Images whose labels are handed over together. */
const IMAGES_AT_ONCE = 500

/** Labels of an image, and whether its file is the one whose size they were checked against. */
export interface ShelvedImage extends ReadImage {
  unchanged: boolean
}

/** An image that labels may be meant for; where its file is is asked of few of them. */
class Target implements LabelTarget {
  readonly id: number
  readonly path: string
  readonly size: Size | null
  readonly #root: string

  constructor(
    root: string,
    { id, path, width, height }: Pick<StoredImage, 'id' | 'path' | 'width' | 'height'>,
  ) {
    this.#root = root
    this.id = id
    this.path = path
    this.size = width !== null && height !== null ? { width, height } : null
  }

  get file(): string {
    return join(this.#root, ...this.path.split('/'))
  }
}

/** What the reader threads do for labels that come in and go out. */
export const exchangeReads = {
  /** puts what a label file says on a shelf: a file at the path `shelf`, which is made */
  'exchange.match': async (
    store: Store,
    { file, format, shelf: path }: { file: string; format: LabelFormatId | null; shelf: string },
  ): Promise<MatchedLabels> => {
    const targets = store.read(() => {
      const root = imagesRoot({ store })
      return Array.from(store.images.sizes(), (image) => new Target(root, image))
    })
    const shelf = new ShelfFile(path)
    try {
      const labels = await matchLabels(file, targets, format, shelf, (target) =>
        storedGeoreference({ store }, target.id, target.file),
      )
      return { ...labels, ...store.read(() => thereAlready(store, shelf)), places: shelf.places() }
    } finally {
      shelf.close()
    }
  },

  /** labels on a shelf, in the order of their images, some at a time */
  'exchange.shelved': async (
    store: Store,
    { shelf, places }: { shelf: string; places: ShelfPlaces },
    emit: Emit<ShelvedImage[]>,
  ): Promise<void> => {
    let taken = Promise.resolve()
    let next: ShelvedImage[] = []
    const hand = async (): Promise<void> => {
      await taken
      taken = emit(next)
      // the next ones are read while these are taken; it is waited for before those are handed over
      taken.catch(() => undefined)
      next = []
    }
    for (const labels of labelsOnShelf(shelf, places)) {
      next.push({ ...labels, unchanged: isUnchanged({ store }, labels.id, labels.size) })
      if (next.length === IMAGES_AT_ONCE) await hand()
    }
    if (next.length > 0) await hand()
    await taken
  },

  'exchange.previewExport': (store: Store, wanted: ExportWanted): Promise<ExportPreview> =>
    store.readThroughout(() => previewExport({ store }, wanted)),

  /** the lines and points of a GeoJSON file, some at a time */
  'exchange.readMap': async (
    _store: Store,
    { file }: { file: string },
    emit: Emit<MapPiece[]>,
  ): Promise<void> => {
    const source = await openSource(file, NO_IMAGES)
    const opened = await source.open(basename(file))
    try {
      let pieces: MapPiece[] = []
      for await (const piece of readMapPieces(opened)) {
        pieces.push(piece)
        if (pieces.length < PIECES_AT_ONCE) continue
        await emit(pieces)
        pieces = []
      }
      if (pieces.length > 0) await emit(pieces)
    } finally {
      await opened.close()
    }
  },

  'exchange.mapShapes': (store: Store, { image }: { image: number }): Promise<MapShapes> =>
    store.readThroughout(() => readMapShapes(store, image)),

  'exchange.export': (
    store: Store,
    { out, wanted }: { out: string; wanted: ExportWanted },
  ): Promise<Exported> => store.readThroughout(() => exportLabels({ store }, out, wanted)),
}

/** What the truth of the images on a shelf has already. */
function thereAlready(store: Store, shelf: ShelfFile): Pick<MatchedLabels, 'withTruth' | 'identical'> {
  const withTruth: string[] = []
  let identical = 0
  for (const id of shelf.images()) {
    if (!store.truth.any(id)) continue
    const { path, masks } = shelf.get(id)!
    const truth = new Set(store.truth.of(id).map(({ rle }) => rle))
    withTruth.push(path)
    identical += masks.filter(({ rle }) => truth.has(rle)).length
  }
  return { withTruth, identical }
}

type ExchangeReads = typeof exchangeReads

declare module '../machinery/readers.ts' {
  interface Reads extends ExchangeReads {}
}
