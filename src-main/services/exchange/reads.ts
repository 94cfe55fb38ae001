import { basename } from 'node:path'
import type { LabelFormatId } from '../../contract/label-formats.ts'
import type { ExportPreview, MapShapes } from '../../contract/wire.ts'
import { readMapPieces } from '../../formats/geojson-map.ts'
import type { MapPiece } from '../../formats/geojson-map.ts'
import type { Store } from '../../store/store.ts'
import { imageFile } from '../machinery/project.ts'
import type { Emit } from '../machinery/readers.ts'
import { exportLabels, previewExport } from './export.ts'
import type { Exported, ExportWanted } from './export.ts'
import { storedGeoreference } from './ground.ts'
import { matchLabels } from './label-reading.ts'
import type { ReadLabels } from './label-reading.ts'
import { NO_IMAGES, openSource } from './label-source.ts'
import { readMapShapes } from './map-layers.ts'

/** Pieces of a map that are handed over together. */
const PIECES_AT_ONCE = 200

/** What a label file says of a project's images, and what of it is there already. */
export interface MatchedLabels extends ReadLabels {
  /** paths of images that have truth */
  withTruth: string[]
  /** masks that the truth of their image has, to the pixel */
  identical: number
}

/** What the reader threads do for labels that come in and go out. */
export const exchangeReads = {
  'exchange.match': async (
    store: Store,
    { file, format }: { file: string; format: LabelFormatId | null },
  ): Promise<MatchedLabels> => {
    const targets = store.read(() =>
      Array.from(store.images.all(), (image) => ({
        id: image.id,
        path: image.path,
        file: imageFile({ store }, image),
        size:
          image.width !== null && image.height !== null ? { width: image.width, height: image.height } : null,
      })),
    )
    const labels = await matchLabels(file, targets, format, (target) =>
      storedGeoreference({ store }, target.id, target.file),
    )
    return store.read(() => {
      const marked = labels.images.filter(({ id }) => store.truth.any(id))
      const identical = marked.reduce((sum, image) => sum + identicalIn(store, image), 0)
      return { ...labels, withTruth: marked.map(({ path }) => path), identical }
    })
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

/** Masks of the file that the image's truth has, to the pixel. */
function identicalIn(store: Store, { id, masks }: ReadLabels['images'][number]): number {
  const truth = new Set(store.truth.of(id).map(({ rle }) => rle))
  return masks.filter(({ rle }) => truth.has(rle)).length
}

type ExchangeReads = typeof exchangeReads

declare module '../machinery/readers.ts' {
  interface Reads extends ExchangeReads {}
}
