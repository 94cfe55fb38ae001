import { z } from 'zod'
import type { SetScore, Split } from '../../contract/wire.ts'
import { parseRle } from '../../core/mask/rle.ts'
import { scoreImage } from '../../core/metric/f2.ts'
import { scoreIgnoring } from '../../core/metric/ignoring.ts'
import { setResultOf, summarise } from '../../core/metric/sums.ts'
import type { JobContext, JobHandler } from '../machinery/job-handlers.ts'
import type { RunSums } from '../../store/sums.ts'
import type { Project } from '../machinery/project.ts'
import { currentRun, isFinished, storedImage } from '../machinery/project.ts'
import { tellRows } from '../images/rows.ts'
import { maskOf, tableOf } from './image-table.ts'
import { newScoreTables } from './score-tables.ts'

/** Images scored by one worker task. */
const CHUNK = 100

/**
 * Scores an image against a run, inside the transaction that changed its truth or predictions. Does nothing where the
 * image has no truth or the run has not reached it.
 */
export function rescore(project: Project, run: number | null, id: number): void {
  const { store } = project
  const image = storedImage(project, id)
  if (run === null || !isFinished(image) || !store.runs.image(run, id)) return
  const truth = store.truth.masks(id).map(parseRle)
  const predictions = store.predictions.masks(run, id).map(parseRle)
  const { f2, thresholds } = scoreImage(truth, predictions)
  const areas = store.truth.ignored(id).map(parseRle)
  const ignoringF2 = areas.length === 0 ? null : scoreIgnoring(truth, predictions, areas).f2
  const score = { image: id, f2, thresholds, ignoringF2, truthRevision: image.truthRevision }
  store.scores.put(run, score, new Date().toISOString())
}

/** What an edit was, as far as scores go. */
interface Scoring {
  gestureId: string
  /** gesture of the edit before it on the same image; null: it is the first */
  before: string | null
  /** ids of the truth instances that it changed */
  instances: readonly string[]
}

/**
 * Scores an image against the current run inside the transaction of an edit. Only the instances that the edit changed are compared anew, where
 * the edit before it was scored here too. The answer is that of {@link rescore}.
 */
export function rescoreEdited(project: Project, id: number, edit: Scoring): void {
  const { store, belongings } = project
  const run = currentRun(project)
  const reached = run === null ? null : store.runs.reached(run, id)
  if (run === null || reached === null) return
  const image = storedImage(project, id)
  const tables = belongings.of(newScoreTables)
  const state = { run, image: id, reached, epoch: store.categories.epoch() }
  const uncounted = store.categories.uncounted()
  const known = tables.of({ ...state, after: edit.before })
  const table = known
    ? known.with(
        edit.instances.map((instance) => [instance, maskOf(store.truth.get(id, instance), uncounted)]),
      )
    : isFinished(image)
      ? tableOf(project, run, id)
      : null
  tables.put({ ...state, after: edit.gestureId }, table)
  if (table === null || !isFinished(image)) return
  const areas = store.truth.ignored(id).map(parseRle)
  const ignoringF2 = areas.length === 0 ? null : table.f2Ignoring(areas)
  const score = { image: id, ...table.score(), ignoringF2, truthRevision: image.truthRevision }
  store.scores.put(run, score, new Date().toISOString())
}

/** The set's score against the current run, from the sums that are kept up. @param split null: all images */
export function setScore(project: Project, split: Split | null): SetScore {
  const { store } = project
  return store.read(() => {
    const run = currentRun(project)
    const { images: totalImages, leftOut: leftOutImages } = store.sums.counts(split)
    const sums = run === null ? null : store.sums.of(run, split)
    const { f2, f2WithShips, pooledF2, thresholds, images } = sums ? setResultOf(sums) : summarise([])
    return {
      run,
      f2,
      f2WithShips,
      pooledF2,
      thresholds: images === 0 ? [] : thresholds,
      overImages: images,
      ignoring: sums && ignoringOf(sums),
      totalImages,
      leftOutImages,
      staleImages: sums ? sums.scorable - sums.fresh : 0,
    }
  })
}

/** Beside the strict score, where a scored image has areas to ignore. */
function ignoringOf(sums: RunSums): SetScore['ignoring'] {
  const { withAreas, images, ignoringF2, withShips, ignoringF2WithShips } = sums
  if (withAreas === 0) return null
  return {
    f2: ignoringF2 / images,
    f2WithShips: withShips === 0 ? null : ignoringF2WithShips / withShips,
    images: withAreas,
  }
}

/**
 * Scores what is stale in the current run, in worker threads, as a job where there is anything to do.
 * @returns the set's score over all images afterwards
 */
export async function refreshScores(project: Project): Promise<SetScore> {
  const run = currentRun(project)
  const { staleImages } = setScore(project, null)
  if (run !== null && staleImages > 0) {
    const plan = { title: 'Scoring', unit: 'images', total: staleImages, lane: 'score' }
    await project.jobs.finished(await project.jobs.start(scoreJob, { run }, plan))
  }
  return setScore(project, null)
}

const scorePayload = z.object({ run: z.number().int() })

/** Scores what is stale in a run, as it is when its turn comes. */
export const scoreJob: JobHandler<z.infer<typeof scorePayload>> = {
  kind: 'score',
  version: 1,
  payload: scorePayload,
  run: async (context, { run }) =>
    scoreAll(run, await context.project.reads.run('score.stale', { run }), context),
  resumable: (project, { run }) => project.store.runs.get(run) !== null,
}

async function scoreAll(
  run: number,
  images: readonly number[],
  { project, signal, progress }: JobContext,
): Promise<{ summary: string }> {
  const { store, shared } = project
  progress(0, images.length)
  for (let from = 0; from < images.length; from += CHUNK) {
    const chunk = images.slice(from, from + CHUNK).map((id) => storedImage(project, id))
    const epoch = store.categories.epoch()
    const masks = chunk.map(({ id }) => ({
      truth: store.truth.masks(id),
      predictions: store.predictions.masks(run, id),
      areas: store.truth.ignored(id),
    }))
    const results = await shared.workers.run('scoreImages', { images: masks }, signal)
    const at = new Date().toISOString()
    await store.write(() => {
      // other categories count by now: all is stale again, and the job of that change scores it
      if (store.categories.epoch() !== epoch) return
      chunk.forEach((image, i) => {
        // a gesture that came in between has scored the image itself, or made it stale again
        if (storedImage(project, image.id).truthRevision !== image.truthRevision) return
        const { id, truthRevision } = image
        store.scores.put(run, { image: id, ...results[i]!, truthRevision }, at)
      })
    })
    tellRows(
      project,
      chunk.map(({ id }) => id),
    )
    progress(from + chunk.length)
  }
  project.events.emit({ type: 'score' })
  return { summary: `Scored ${images.length} ${images.length === 1 ? 'image' : 'images'}.` }
}
