import { z } from 'zod'
import { DrydockError, toWireError } from '../../contract/errors.ts'
import type { ClusterSettings } from '../../contract/wire.ts'
import { ensureContent, isFilesFault } from '../images/content.ts'
import { inferenceKey, predictFile } from './infer.ts'
import type { JobContext, JobHandler, JobOutcome } from '../machinery/job-handlers.ts'
import { usableModel } from './models.ts'
import type { UsableModel } from './models.ts'
import type { Project } from '../machinery/project.ts'
import { assertWritable, currentRun, flipsChosen, imageFile, storedImage } from '../machinery/project.ts'
import { seenPixels, tellImage, tellRows } from '../images/rows.ts'
import { tellCurrentRun } from './runs.ts'
import { rescore } from '../score/score.ts'

/** What is to be predicted. */
export interface PredictionWanted {
  /** 'todo': the images that the run has not reached; those that it has reached are skipped in any case */
  images: readonly number[] | 'all' | 'todo'
  /** default: those of the current run where its model is the current one, else the model's own */
  settings?: ClusterSettings | undefined
  /** the image on the screen: before all others */
  first?: number | undefined
}

/** A run that is extended, with its model. */
export interface Extending {
  run: number
  model: UsableModel
  settings: ClusterSettings
  /** its inferences are averages over the four flips */
  flips: boolean
}

/** What became of the images of one job. */
interface Counts {
  predicted: number
  skipped: number
  failed: number
}

/** So many images are under way at once: one is read and clustered while the engine looks at the other. */
const UNDER_WAY = 2

/** Jobs of up to this many images do not queue behind longer ones: someone is looking at them. */
const AT_ONCE = 4

/**
 * Starts a prediction as a job, with flips where the project has chosen them. Model, settings and flips that a run had
 * before extend that run, others make a new one; either becomes the current run.
 * @throws DrydockError `nothing_to_do`, `not_found` (no model), `read_only`
 */
export async function startPrediction(
  project: Project,
  { images, settings, first }: PredictionWanted,
): Promise<{ job: string; run: number }> {
  assertWritable(project)
  const { images: there, leftOut } = project.store.sums.counts(null)
  if (there === 0) {
    throw new DrydockError(
      'nothing_to_do',
      leftOut > 0
        ? 'All images of this project are left out. Take some of them back into the project first.'
        : 'There are no images in this project. Add images to its folder and look at the folder again.',
    )
  }
  const extending = await runToExtend(project, settings)
  const chosen = typeof images === 'string' ? images : [...images]
  const ids = await imagesOf(project, extending, chosen)
  if (ids.length === 0) {
    throw new DrydockError(
      'nothing_to_do',
      'All images are predicted already, with this model and these settings.',
    )
  }
  const payload = { run: extending.run, images: chosen, first: first ?? null, quiet: false }
  const job = await project.jobs.start(predictJob, payload, {
    title: ids.length === 1 ? `Predicting ${storedImage(project, ids[0]!).path}` : 'Predicting',
    ...{ unit: 'images', total: ids.length, lane: ids.length <= AT_ONCE ? null : 'predict' },
  })
  return { job, run: extending.run }
}

const predictPayload = z.object({
  run: z.number().int(),
  /** 'todo': those that the run has not reached; 'seen': of those, what another run of its version, with the same flips, has */
  images: z.union([z.array(z.number().int()), z.enum(['all', 'todo', 'seen'])]),
  /** before all others */
  first: z.number().int().nullable(),
  /** it ends without a sentence */
  quiet: z.boolean(),
})
export type PredictPayload = z.infer<typeof predictPayload>

/** Brings a run to images; those that it has reached are skipped, so that it goes on where it was broken off. */
export const predictJob: JobHandler<PredictPayload> = {
  kind: 'predict',
  version: 1,
  payload: predictPayload,
  async run(context, { run, images, first, quiet }) {
    const { project, progress } = context
    project.ahead.giveWay()
    const extending = await extendingOf(project, run)
    const ids = firstOf(await imagesOf(project, extending, images), first)
    progress(0, ids.length)
    const outcome = await predictAll(extending, ids, context)
    return quiet ? { ...outcome, summary: null } : outcome
  },
  resumable: (project, { run }) => project.store.runs.get(run) !== null,
}

/** @throws DrydockError `not_found` (run, model), `bad_input` (a run of imported labels) */
async function extendingOf(project: Project, run: number): Promise<Extending> {
  const found = project.store.runs.get(run)
  if (!found) throw new DrydockError('not_found', 'This project has no such run.', { run })
  const { model, settings, flips } = found
  if (model === null || settings === null) {
    throw new DrydockError('bad_input', 'This run holds labels that were read in: no model can extend it.', {
      run,
    })
  }
  return { run, model: await usableModel(project, model), settings, flips }
}

/** The images that a choice of them means now. */
export async function imagesOf(
  project: Project,
  { run, model, flips }: Pick<Extending, 'run' | 'model' | 'flips'>,
  images: PredictPayload['images'],
): Promise<number[]> {
  if (typeof images !== 'string') return images.map((id) => storedImage(project, id).id)
  return project.reads.run('predict.images', { run, model: model.id, flips, images })
}

function firstOf(ids: number[], first: number | null): number[] {
  if (first === null || !ids.includes(first)) return ids
  return [first, ...ids.filter((id) => id !== first)]
}

async function runToExtend(project: Project, settings: ClusterSettings | undefined): Promise<Extending> {
  const { store } = project
  const model = await usableModel(project, null)
  const current = currentRun(project)
  const before = current === null ? null : store.runs.get(current)
  const kept = before?.kind === 'model' && before.model === model.id ? before.settings : null
  const chosen = { model, settings: settings ?? kept ?? model.model.cluster, flips: flipsChosen(project) }
  // what a person changed in a draft run stays, and images that come are predicted as its parent's
  const draft =
    kept && !settings && before?.parent !== null && before?.flips === chosen.flips ? before.id : null
  const run = await store.write(() => {
    const id = draft ?? runWith(project, chosen)
    store.meta.set('current_run', String(id))
    return id
  })
  if (run !== current) tellCurrentRun(project)
  return { ...chosen, run }
}

/**
 * The run of a version with these settings and flips, made where there is none. To be called in a transaction.
 * @param name of a new one; default: {@link plainName}, numbered
 * @returns its id
 */
export function runWith(project: Project, wanted: Omit<Extending, 'run'>, name?: string): number {
  const { runs } = project.store
  const { model, settings, flips } = wanted
  const known = runs.find(model.id, settings, flips)
  if (known !== null) return known
  const before = runs.all(null).filter((run) => run.model === model.id && run.flips === flips).length
  const numbered = before === 0 ? plainName(wanted) : `${plainName(wanted)} (${before + 1})`
  const createdAt = new Date().toISOString()
  return runs.add({ name: name ?? numbered, kind: 'model', model: model.id, settings, flips, createdAt })
}

/** What a run is called: after its version, and that it used flips. */
export function plainName({ model, flips }: Pick<Extending, 'model' | 'flips'>): string {
  return flips ? `${model.name}, flips` : model.name
}

async function predictAll(
  extending: Extending,
  ids: readonly number[],
  { project, signal, progress }: JobContext,
): Promise<JobOutcome> {
  const counts: Counts = { predicted: 0, skipped: 0, failed: 0 }
  const queue = ids.values()
  const failing = new AbortController()
  const either = AbortSignal.any([signal, failing.signal])
  const lane = async (): Promise<void> => {
    for (const id of queue) {
      either.throwIfAborted()
      counts[await predictOne(project, extending, id, either)]++
      progress(counts.predicted + counts.skipped + counts.failed)
    }
  }
  const lanes = Array.from({ length: Math.min(UNDER_WAY, ids.length) }, () =>
    lane().catch((error: unknown) => {
      failing.abort(error)
      throw error
    }),
  )
  // both have come to rest before the job ends, whatever became of them
  const ends = await Promise.allSettled(lanes)
  project.events.emit({ type: 'runs' })
  project.events.emit({ type: 'score' })
  project.trimming.soon()
  if (ends.some(({ status }) => status === 'rejected')) throw failing.signal.reason
  return { summary: summaryOfCounts(counts) }
}

/**
 * One image, in one transaction. A file that cannot be read is noted in the list, and the others go on.
 * @param quiet nobody waits for it
 */
export async function predictOne(
  project: Project,
  extending: Extending,
  id: number,
  signal: AbortSignal,
  quiet = false,
): Promise<keyof Counts> {
  const { store, shared, cache } = project
  const { run, model, settings, flips } = extending
  try {
    const image = await ensureContent(project, id)
    const pixels = seenPixels(image)
    if (store.runs.image(run, id)?.sha256 === pixels) return 'skipped'
    const file = imageFile(project, image)
    const wanted = { file, pixels, mapping: image.mapping, model, flips, cache, quiet }
    const calibration = model.model.calibration ?? null
    const found = await predictFile(shared, wanted, { settings, calibration }, signal)
    const others = await store.write(() => {
      // another job, or a draft that a person kept: what it brought may have been decided on by now
      if (store.runs.image(run, id)?.sha256 === pixels) return true
      const reached = { run, image: id, sha256: pixels, inference: inferenceKey(wanted), doubt: found.doubt }
      store.runs.reach(reached, new Date().toISOString())
      store.predictions.replace(run, id, found.predictions)
      store.drafts.drop(run, id)
      rescore(project, run, id)
      return false
    })
    if (others) return 'skipped'
    if (currentRun(project) === run) tellImage(project, id, 'predictions')
    return 'predicted'
  } catch (error) {
    if (!isFilesFault(error)) throw error
    await noteFailure(project, id, error)
    return 'failed'
  }
}

async function noteFailure(project: Project, id: number, error: unknown): Promise<void> {
  const { code, message } = toWireError(error)
  const image = storedImage(project, id)
  const state = code === 'image_missing' ? 'missing' : 'unreadable'
  await project.store.write(() => project.store.images.setFile(id, image, state, message))
  tellRows(project, [id])
}

function summaryOfCounts({ predicted, skipped, failed }: Counts): string {
  const images = (n: number): string => `${n} ${n === 1 ? 'image' : 'images'}`
  const parts = [`Predicted ${images(predicted)}`]
  if (skipped > 0) parts.push(`${skipped} ${skipped === 1 ? 'was' : 'were'} done before`)
  if (failed > 0) parts.push(`${failed} could not be read: the list says why`)
  return `${parts.join(', ')}.`
}
