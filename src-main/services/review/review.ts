import { DrydockError } from '../../contract/errors.ts'
import type {
  GalleryPage,
  ReviewedImage,
  ReviewPage,
  SuspectVerdict,
  SuspectVerdicts,
} from '../../contract/wire.ts'
import { joinPacked, unpackReviews } from '../../core/metric/review-page.ts'
import type { Project } from '../machinery/project.ts'
import { assertWritable, currentRun, storedImage } from '../machinery/project.ts'
import { PAGE } from './reads.ts'

/** Errors, fixes and suspects of the next scored images of a run, by their ids. @param run null: the current one @throws DrydockError `not_found` */
export async function reviewPage(
  project: Project,
  { run, limit, ...rest }: ReviewWanted,
  signal?: AbortSignal,
): Promise<ReviewPage> {
  const wanted = { ...rest, run: existingRun(project, run), folder: project.folder }
  const page = (after: number, limit: number): Promise<ReviewPage> =>
    project.reads.run('review.page', { ...wanted, after, limit }, signal ? { signal } : {})
  const half = Math.floor((limit ?? PAGE) / 2)
  const middle = half === 0 ? null : project.store.reviews.nth(wanted.run, rest.after, half - 1)
  if (middle === null) return page(rest.after, limit ?? PAGE)
  // two threads look at a half each
  const [first, second] = await Promise.all([page(rest.after, half), page(middle, (limit ?? PAGE) - half)])
  return { ...second, images: joinPacked(first.images, second.images) }
}

/** Which images of a run, and how they are looked at. */
interface ReviewWanted {
  /** null: the current one */
  run: number | null
  /** the images after this one */
  after: number
  limit?: number | undefined
  /** without predictions that lie in areas to ignore */
  ignoring: boolean
}

/** Instances of the next scored images of a run, by their ids: all, or those in which something is wrong. @param run null: the current one @throws DrydockError `not_found` */
export async function galleryPage(
  project: Project,
  { run, ...wanted }: ReviewWanted & { of: 'errors' | 'instances' },
  signal?: AbortSignal,
): Promise<GalleryPage> {
  const { limit, ...rest } = { run: existingRun(project, run), ...wanted }
  return project.reads.run('review.gallery', { ...rest, ...(limit && { limit }) }, signal ? { signal } : {})
}

/** All pages of {@link reviewPage}, for the command line. */
export async function reviewAll(
  project: Project,
  run: number | null,
  ignoring = false,
): Promise<ReviewedImage[]> {
  const images: ReviewedImage[] = []
  for (let after: number | null = 0; after !== null;) {
    const page: ReviewPage = await reviewPage(project, { run, after, ignoring })
    images.push(...unpackReviews(page.images))
    after = page.next
  }
  return images
}

/**
 * Keeps what a person says of a suspect; it does not come back then.
 * @param id of the truth instance or the prediction that is doubted
 * @param verdict null: takes it back
 * @throws DrydockError `not_found`, `read_only`
 */
export async function answerSuspect(
  project: Project,
  image: number,
  id: string,
  verdict: SuspectVerdict | null,
): Promise<SuspectVerdicts> {
  assertWritable(project)
  const { store } = project
  storedImage(project, image)
  await store.write(() => {
    const rle = (store.truth.get(image, id) ?? store.predictions.get(image, id))?.rle
    if (rle !== undefined || verdict === null)
      store.reviews.answer(image, id, rle ?? '', verdict, new Date().toISOString())
  })
  return verdictsOf(project)
}

/** How many suspects have got each verdict. */
export function verdictsOf({ store }: Project): SuspectVerdicts {
  const counts = store.reviews.verdicts()
  const of = (verdict: SuspectVerdict): number => counts.get(verdict) ?? 0
  return {
    'label wrong': of('label wrong'),
    'model wrong': of('model wrong'),
    'cannot tell': of('cannot tell'),
  }
}

function existingRun(project: Project, wanted: number | null): number {
  const run = wanted ?? currentRun(project)
  if (run !== null && project.store.runs.get(run)) return run
  throw new DrydockError(
    'not_found',
    wanted === null
      ? 'This project has no run yet, so there is nothing to review. Predict its images first.'
      : 'This project has no such run.',
  )
}
