import type { ErrorCounts, GalleryItem, ReviewedImage, RunComparison } from '../../contract/wire.ts'
import { DrydockError } from '../../contract/errors.ts'
import { categoryOf } from '../../core/categories.ts'
import { parseRle } from '../../core/mask/rle.ts'
import { countedOf } from '../../core/metric/ignoring.ts'
import { reportOn } from '../../core/metric/report.ts'
import type { Report } from '../../core/metric/report.ts'
import { rankFixes, totalErrors } from '../../core/metric/review.ts'
import type { RankedFix } from '../../core/metric/review.ts'
import type { Store } from '../../store/store.ts'
import { writeWhole } from '../../whole-file.ts'
import type { Project } from '../machinery/project.ts'
import { imageFile, storedImage, summaryOf } from '../machinery/project.ts'
import { namedTruth } from '../score/score-report.ts'
import { itemsOf } from './look.ts'
import { reportHtml } from './report-html.ts'
import type { ReportContent } from './report-html.ts'

/** Images whose pictures are in a report: those that cost most. */
const PICTURES = 12

/** Fixes that are in a report. */
const FIXES = 40

/** What a report is made of, without the pictures. */
export interface Gathered {
  report: Report
  /** without predictions that lie in areas to ignore */
  ignoring: boolean
  /** name of a category: only images that hold it are in the report; null: all */
  category: string | null
  /** images whose stored score was older than their truth: the report's figures are computed anew */
  stale: number
  errors: ErrorCounts
  fixes: RankedFix[]
  /** the images that cost most, with what is wrong in them */
  worst: (ReviewedImage & { wrong: GalleryItem[] })[]
}

/** Goes through images of a run: for a reader thread. @param category key of the one that they hold; null: they are all */
export function gatherReport(
  store: Store,
  run: number,
  images: readonly ReviewedImage[],
  { ignoring, category }: { ignoring: boolean; category: string | null },
): Gathered {
  return {
    ...{ ignoring, report: reportOf(store, run, images, ignoring) },
    category: category && (categoryOf(store.categories.all(), category)?.name ?? category),
    stale: staleOf(store, run),
    errors: totalErrors(images.map(({ counts }) => counts)),
    fixes: rankFixes(images).slice(0, FIXES),
    worst: images
      .toSorted((a, b) => a.f2 - b.f2)
      .slice(0, PICTURES)
      .map((one) => ({
        ...one,
        wrong: store.reviews.images(run, one.image - 1, 1).flatMap((image) => itemsOf(image, 'errors')),
      })),
  }
}

/**
 * Writes a report on a run as one HTML file with its pictures inside.
 * @param comparison with another run; null: none
 */
export async function writeHtml(
  project: Project,
  run: number,
  gathered: Gathered,
  comparison: RunComparison | null,
  out: string,
): Promise<void> {
  const names = new Map(project.store.runs.all(null).map((one) => [one.id, one]))
  const stored = names.get(run)!
  const pictures = []
  for (const image of gathered.worst)
    pictures.push({ ...image, picture: await pictureOf(project, run, image) })
  const content: ReportContent = {
    project: summaryOf(project).name,
    run: { name: stored.name, createdAt: stored.createdAt, model: stored.modelName, flips: stored.flips },
    settings: stored.settings,
    ...gathered,
    pictures,
    comparison: comparison && { ...comparison, against: names.get(comparison.runs.first)?.name ?? '' },
    createdAt: new Date().toISOString(),
  }
  await writeWhole(out, reportHtml(content))
}

/** How many scores of a run are stored for another truth than the one that is reported on. */
function staleOf(store: Store, run: number): number {
  const { images, fresh } = store.sums.of(run, null)
  return images - fresh
}

function reportOf(store: Store, run: number, images: readonly ReviewedImage[], ignoring: boolean): Report {
  return reportOn(
    images.map(({ image }) => {
      const { truth, ...named } = namedTruth(store, image)
      const found = store.predictions.masks(run, image).map(parseRle)
      const counts = countedOf(truth, found, ignoring ? store.truth.ignored(image).map(parseRle) : [])
      const height = store.images.get(image)?.height ?? 1
      return { truth, ...named, prediction: found.filter((_, i) => counts[i]), height }
    }),
  )
}

/** The image with its hits, misses and false alarms, as a data URL; null where it cannot be read. */
async function pictureOf(
  project: Project,
  run: number,
  { image, wrong: items }: Gathered['worst'][number],
): Promise<string | null> {
  const { store, shared } = project
  const wrong = new Map(items.map(({ id, kind, side }) => [id, kind === 'sloppy' ? 'hit' : side]))
  const outlines = [
    ...store.truth
      .of(image)
      .filter(({ ignore }) => ignore !== true)
      .map(({ id, rle }) => ({ rle, kind: wrong.has(id) ? ('missed' as const) : ('truth' as const) })),
    ...store.predictions.of(run, image).map(({ id, rle }) => ({
      rle,
      kind: wrong.get(id) === 'prediction' ? ('false' as const) : ('hit' as const),
    })),
  ]
  const mapping = store.pixels.get(image)?.mapping ?? null
  try {
    const file = imageFile(project, storedImage(project, image))
    return `data:image/jpeg;base64,${await shared.workers.run('reviewPicture', { file, mapping, outlines })}`
  } catch (error) {
    if (error instanceof DrydockError) return null
    throw error
  }
}
