import type { LabelFormatId } from '../../contract/label-formats.ts'
import type { ExportPreview } from '../../contract/wire.ts'
import type { Store } from '../../store/store.ts'
import { imageFile } from '../machinery/project.ts'
import { exportLabels, previewExport } from './export.ts'
import type { Exported, ExportWanted } from './export.ts'
import { storedGeoreference } from './ground.ts'
import { matchLabels } from './label-reading.ts'
import type { ReadLabels } from './label-reading.ts'

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
      store.images.all().map((image) => ({
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
