import { randomUUID } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { DrydockError } from '../../contract/errors.ts'
import type { ClusterSettings, HandChange } from '../../contract/wire.ts'
import { ensureContent } from '../images/content.ts'
import { seenPixels, tellImage } from '../images/rows.ts'
import type { JobHandler } from '../machinery/job-handlers.ts'
import type { Project } from '../machinery/project.ts'
import { assertWritable, currentRun, imageFile } from '../machinery/project.ts'
import { rescore } from '../score/score.ts'
import { inferenceKey, predictFile } from './infer.ts'
import { usableModel } from './models.ts'
import { tellCurrentRun } from './runs.ts'

/** A draft of one image, as a person wants it kept. */
export interface DraftWanted {
  image: number
  /** the run that it was made in */
  run: number
  settings: ClusterSettings
  changes: HandChange[]
}

/**
 * Keeps a draft: in its run where that is a draft run, else in a new one, whose parent it is. The predictions of all other images are
 * copied by a job, at whose end the draft run becomes the current one; what is kept of the parent goes into that run too, until another one is current. What the parent holds stays.
 * @returns `job`: what is still being done for it
 * @throws DrydockError `not_found`, `bad_input` (imported labels), `read_only`, and as the engine does
 */
export function keepDraft(project: Project, wanted: DraftWanted): Promise<KeptDraft> {
  const turns = project.belongings.of(newTurns)
  const kept = turns.last.then(() => keep(project, wanted))
  turns.last = kept.catch(() => undefined)
  return kept
}

interface KeptDraft {
  job: string | null
  run: number
}

/** Drafts are kept one after the other: whether there is a draft run to keep one in is known once the one before is in it. */
function newTurns(): { last: Promise<unknown> } {
  return { last: Promise.resolve() }
}

async function keep(
  project: Project,
  { image: id, run, settings, changes: wished }: DraftWanted,
): Promise<KeptDraft> {
  assertWritable(project)
  const { store, shared, cache } = project
  const from = store.runs.get(run)
  if (!from) throw new DrydockError('not_found', 'This project has no such run.', { run })
  if (from.model === null || from.settings === null) {
    throw new DrydockError(
      'bad_input',
      'This run holds labels that were read in: nothing of a model is in it.',
    )
  }
  const image = await ensureContent(project, id)
  const model = await usableModel(project, from.model)
  const pixels = seenPixels(image)
  const wanted = {
    ...{ file: imageFile(project, image), pixels, mapping: image.mapping, model, cache },
    flips: from.flips,
  }
  const calibration = model.model.calibration ?? null
  const copying = from.parent === null ? copyOf(project, from.id) : null
  const there = from.parent === null ? (copying?.into ?? currentDraftOf(project, from.id)) : from.id
  const earlier = there === from.id || there === null ? null : store.drafts.get(there, id)
  const changes = earlier ? afterThose(earlier.changes, wished) : wished
  const found = await predictFile(shared, wanted, { settings, calibration, changes })
  const kept = await store.write(() => {
    const into = there ?? addDraftRun(project, from.id)
    const now = new Date().toISOString()
    const inference = inferenceKey(wanted)
    store.runs.reach({ run: into, image: id, sha256: pixels, inference, doubt: found.doubt }, now)
    store.predictions.replace(into, id, found.predictions)
    store.drafts.put({ run: into, image: id, settings, changes }, now)
    rescore(project, into, id)
    return { into, made: there === null }
  })
  const { into } = kept
  if (!kept.made) {
    if (currentRun(project) === into) tellImage(project, id, 'predictions')
    project.events.emit({ type: 'score' })
    return { job: copying?.job ?? null, run: into }
  }
  const images = await project.reads.run('predict.copied', { from: from.id, into })
  const plan = { title: 'Copying the other predictions', unit: 'images', total: images.length, lane: null }
  return { job: await project.jobs.start(copyRunJob, { from: from.id, into }, plan), run: into }
}

/** What was changed in the parent after a draft of the same image had been kept: both, the earlier ones first, none twice. */
function afterThose(earlier: readonly HandChange[], changes: readonly HandChange[]): HandChange[] {
  const has = earlier.every((change, i) => isDeepStrictEqual(change, changes[i]))
  return has ? [...changes] : [...earlier, ...changes]
}

/** The draft run that predictions of a run are being copied into, and the job that does it; null: none. */
function copyOf({ jobs, store }: Project, from: number): { job: string; into: number } | null {
  for (const { id, kind } of jobs.running()) {
    if (kind !== copyRunJob.kind) continue
    const payload = copyPayload.parse(JSON.parse(store.jobs.get(id)!.payload))
    if (payload.from === from) return { job: id, into: payload.into }
  }
  return null
}

/** The current run, where it is a draft of this one: it became that after the draft was made that comes now. null: it is none */
function currentDraftOf(project: Project, parent: number): number | null {
  const current = currentRun(project)
  return current !== null && project.store.runs.get(current)?.parent === parent ? current : null
}

/** To be called in a transaction. @returns the new run's id */
function addDraftRun({ store }: Project, parent: number): number {
  const from = store.runs.get(parent)!
  const before = store.runs.all(null).filter((run) => run.parent === parent).length
  const name = `${from.name}, draft${before === 0 ? '' : ` (${before + 1})`}`
  return store.runs.add({ ...from, name, parent, createdAt: new Date().toISOString() })
}

/** Images in one transaction, which lets gestures through. */
const SLICE = 10

const copyPayload = z.object({ from: z.number().int(), into: z.number().int() })

/** Brings a draft run to all images of its parent that it has not reached, and makes it the current one. */
export const copyRunJob: JobHandler<z.infer<typeof copyPayload>> = {
  kind: 'copy-run',
  version: 1,
  payload: copyPayload,
  async run({ project, signal, progress }, { from, into }) {
    const { store } = project
    const images = await project.reads.run('predict.copied', { from, into })
    progress(0, images.length)
    for (let at = 0; at < images.length; at += SLICE) {
      signal.throwIfAborted()
      const slice = images.slice(at, at + SLICE)
      await store.write(() => {
        for (const image of slice) copyImage(project, { from, into, image })
      })
      progress(at + slice.length)
    }
    await store.write(() => store.meta.set('current_run', String(into)))
    tellCurrentRun(project)
    return { summary: null }
  },
  resumable: ({ store }, { into }) => store.runs.get(into) !== null,
}

function copyImage(
  { store }: Project,
  { from, into, image }: { from: number; into: number; image: number },
): void {
  const reached = store.runs.image(from, image)
  // a draft of it was kept meanwhile
  if (!reached || store.runs.image(into, image)) return
  const now = new Date().toISOString()
  store.runs.reach({ ...reached, run: into }, now)
  const found = store.predictions.of(from, image).map((one) => ({ ...one, id: randomUUID() }))
  store.predictions.replace(into, image, found)
  const score = store.scores.get(from, image)
  if (score) store.scores.put(into, score, now)
  const draft = store.drafts.get(from, image)
  if (draft) store.drafts.put({ ...draft, run: into }, now)
}
