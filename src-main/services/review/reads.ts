import { join } from 'node:path'
import type {
  Crop,
  CropOutlines,
  GalleryPage,
  ReviewedImage,
  ReviewPage,
  RunComparison,
} from '../../contract/wire.ts'
import { parseRle } from '../../core/mask/rle.ts'
import { Comparing } from '../../core/metric/compare.ts'
import type { ImageToReview } from '../../store/reviews.ts'
import type { Store } from '../../store/store.ts'
import { writeWhole } from '../../whole-file.ts'
import { trainedOnIn } from '../predict/model-files.ts'
import { exportResult } from './export-result.ts'
import type { ResultWanted } from './export-result.ts'
import { packReviews } from '../../core/metric/review-page.ts'
import { itemsOf, lookAt, withoutIgnored } from './look.ts'
import { outlinesIn } from './outlines.ts'
import { gatherReport } from './report.ts'
import { reportCsv } from './report-csv.ts'
import type { Gathered } from './report.ts'
import type { ResultFile } from './result-form.ts'

/** Images of one page: so many are looked at in some tenths of a second. */
export const PAGE = 2000

interface PageWanted {
  run: number
  /** the images after this one */
  after: number
  limit?: number
  /** without predictions that lie in areas to ignore */
  ignoring: boolean
  /** of the project, where its model versions lie */
  folder: string
}

interface ReportWanted extends Omit<PageWanted, 'after' | 'limit'> {
  /** it is written to this file as CSV too, with the comparison where there is one; null: not */
  csv: { file: string; comparison: (RunComparison & { against: string }) | null } | null
  /** key of a category: only images with truth of it; null: all */
  category: string | null
}

/** What the reader threads do for reviews. */
export const reviewReads = {
  /** errors, fixes and suspects of the next scored images of a run */
  'review.page': async (
    store: Store,
    { run, after, limit = PAGE, ignoring, folder }: PageWanted,
  ): Promise<ReviewPage> => {
    const trainedOn = await trainedOnBy(folder, store.runs.get(run)?.model ?? null)
    const found = imagesToReview(store, { run, after, limit, ignoring })
    const images = packReviews(found.map((image) => lookAt(image, trainedOn)))
    return { run, images, next: nextOf(found, limit) }
  },

  /** the instances of the next scored images of a run, or those in which something is wrong */
  'review.gallery': (
    store: Store,
    { run, after, limit = PAGE, ignoring, of }: Omit<PageWanted, 'folder'> & { of: 'errors' | 'instances' },
  ): GalleryPage => {
    const found = imagesToReview(store, { run, after, limit, ignoring })
    const items = JSON.stringify(found.flatMap((image) => itemsOf(image, of)))
    return { run, items, next: nextOf(found, limit) }
  },

  /** outlines of truth and of a run's predictions in crops */
  'review.outlines': (
    store: Store,
    { run, crops }: { run: number; crops: readonly Crop[] },
  ): CropOutlines[] => store.read(() => outlinesIn(store, run, crops)),

  /** what a report on a run is made of, or null where it has no scored image */
  'review.report': async (
    store: Store,
    { run, folder, csv, ignoring, category }: ReportWanted,
  ): Promise<Gathered | null> => {
    const trainedOn = await trainedOnBy(folder, store.runs.get(run)?.model ?? null)
    return store.readThroughout(async () => {
      const images: ReviewedImage[] = []
      const holding = category === null ? null : store.lists.holding(category)
      for (let after: number | null = 0; after !== null;) {
        const found: ImageToReview[] = store.reviews.images(run, after, PAGE)
        for (const image of found) {
          if (holding?.has(image.id) === false) continue
          images.push(lookAt(ignoring ? withoutIgnored(image) : image, trainedOn))
        }
        after = found.length < PAGE ? null : found.at(-1)!.id
      }
      if (images.length === 0) return null
      const gathered = gatherReport(store, run, images, { ignoring, category })
      if (csv !== null) {
        const costliest = images.toSorted((a, b) => a.f2 - b.f2 || a.image - b.image)
        const settings = store.runs.get(run)?.settings ?? null
        const { file, comparison } = csv
        await writeWhole(file, reportCsv({ gathered, images: costliest, settings, comparison }))
      }
      return gathered
    })
  },

  'review.result': (store: Store, wanted: ResultWanted): Promise<ResultFile> =>
    store.readThroughout(() => exportResult(store, wanted)),

  /** two runs against the same truth; null where there is no image that both have reached */
  'review.compare': (
    store: Store,
    { first, second }: { first: number; second: number },
  ): Omit<RunComparison, 'runs'> | null =>
    store.read(() => {
      const comparing = new Comparing()
      for (const { id, path, height, truth, predictions, others } of store.reviews.pairs(first, second)) {
        comparing.add({
          ...{ image: id, path, height },
          truth: truth.map(({ rle, category }) => ({ rle: parseRle(rle), category })),
          first: predictions.map(({ rle }) => parseRle(rle)),
          second: others.map(({ rle }) => parseRle(rle)),
        })
      }
      return comparing.result()
    }),
}

function imagesToReview(
  store: Store,
  { run, after, limit, ignoring }: Omit<PageWanted, 'folder' | 'limit'> & { limit: number },
): ImageToReview[] {
  const found = store.read(() => store.reviews.images(run, after, limit))
  return ignoring ? found.map(withoutIgnored) : found
}

/** The image after which the next page begins; null: this was the last. */
function nextOf(found: readonly ImageToReview[], limit: number): number | null {
  return found.length < limit ? null : found.at(-1)!.id
}

/** Content of the images that a model version and its ancestors were trained on. @param model null: what no model made */
async function trainedOnBy(folder: string, model: string | null): Promise<Set<string>> {
  return new Set(model === null ? [] : await trainedOnIn(join(folder, 'models', model)))
}

type ReviewReads = typeof reviewReads

declare module '../machinery/readers.ts' {
  interface Reads extends ReviewReads {}
}
