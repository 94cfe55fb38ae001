import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readdir, readFile, rm, rmdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { DrydockError } from '../../contract/errors.ts'
import { sweepResult } from '../../contract/wire.ts'
import type { SweepResult } from '../../contract/wire.ts'
import { sweepInWords } from '../../core/tune/sweep-words.ts'
import { writeWhole } from '../../whole-file.ts'
import { ensureContent } from '../images/content.ts'
import { seenPixels } from '../images/rows.ts'
import { isClosing } from '../machinery/jobs.ts'
import type { JobContext, JobHandler } from '../machinery/job-handlers.ts'
import type { Project } from '../machinery/project.ts'
import { assertWritable, imageFile } from '../machinery/project.ts'
import { ensureInference } from './infer.ts'
import { usableModel } from './models.ts'
import { modelRun } from './run-choice.ts'
import type { ModelRun } from './run-choice.ts'

/** More images tell nothing new, and each takes a second. They are taken in the order of their contents' hashes, which is none. */
const MOST_IMAGES = 400

const payload = z.object({
  run: z.number().int(),
  /** where what was computed lies until all of it is there */
  folder: z.uuid(),
})

/**
 * Tries settings of the clustering on the validation images of a run: all combinations on each, from inferences that are there or are made.
 * Nothing changes by it. What is done of an image is kept, so that it goes on where it was broken off; of one that a person cancels nothing is left.
 */
export const sweepJob: JobHandler<z.infer<typeof payload>, SweepResult> = {
  kind: 'sweep',
  version: 1,
  payload,
  run: async (context, payload) => {
    const { project, signal } = context
    await forgetOthers(project, payload.folder)
    try {
      return await sweep(context, payload)
    } catch (error) {
      if (signal.aborted && !isClosing(signal)) await forget(project, payload.folder)
      throw error
    }
  },
  resumable: (project, { run, folder }) =>
    project.store.runs.get(run) !== null && existsSync(join(sweepsOf(project), folder)),
}

/** @returns the job's id @throws DrydockError `not_found`, `bad_input` (imported labels), `nothing_to_do`, `read_only` */
export async function startSweep(project: Project, run: number): Promise<string> {
  assertWritable(project)
  sweptRun(project, run)
  const { images } = await project.reads.run('predict.validation', { most: MOST_IMAGES })
  if (images.length === 0) {
    throw new DrydockError(
      'nothing_to_do',
      'No validation image is finished: there is nothing to choose settings on. Finish more images.',
    )
  }
  return project.jobs.start(
    sweepJob,
    { run, folder: randomUUID() },
    {
      title: 'Trying settings',
      unit: 'images',
      total: images.length,
      lane: 'predict',
    },
  )
}

/** What the last sweep of a run found; null: there was none. */
export async function lastSweep(project: Project, run: number): Promise<SweepResult | null> {
  const text = await readFile(resultFile(project, run), 'utf8').catch(() => null)
  return text === null ? null : (sweepResult.safeParse(JSON.parse(text)).data ?? null)
}

const sweepsOf = ({ folder }: Pick<Project, 'folder'>): string => join(folder, 'sweeps')

const resultFile = (project: Project, run: number): string => join(sweepsOf(project), `${run}.json`)

/** Takes away what a sweep has computed, and the folder of all where nothing else is in it. */
async function forget(project: Project, folder: string): Promise<void> {
  const sweeps = sweepsOf(project)
  await rm(join(sweeps, folder), { recursive: true, force: true })
  const left = await readdir(sweeps).catch(() => null)
  if (left?.length === 0) await rmdir(sweeps)
}

/** What earlier sweeps left that were broken off goes when another one begins. */
async function forgetOthers(project: Project, own: string): Promise<void> {
  const entries = await readdir(sweepsOf(project), { withFileTypes: true }).catch(() => [])
  for (const { name } of entries.filter((entry) => entry.isDirectory()))
    if (name !== own) await forget(project, name)
}

/** @throws DrydockError `not_found`, `bad_input` (imported labels) */
function sweptRun(project: Project, run: number): ModelRun {
  const found = modelRun(project, run)
  if (found) return found
  throw new DrydockError('bad_input', 'This run holds labels that were read in: it has no settings.', { run })
}

async function sweep(
  { project, signal, progress }: JobContext,
  { run, folder }: z.infer<typeof payload>,
): Promise<{ summary: string; result: SweepResult }> {
  const { settings: own, flips, model: id } = sweptRun(project, run)
  const { shared, cache } = project
  const model = await usableModel(project, id)
  const calibration = model.model.calibration ?? null
  const { images, heldOut } = await project.reads.run('predict.validation', { most: MOST_IMAGES })
  progress(0, images.length)
  const out = join(sweepsOf(project), folder)
  const rows: { file: string; group: number }[] = []
  for (const { id: image, group, truthRevision, truth } of images) {
    signal.throwIfAborted()
    const file = join(out, `${image}-${truthRevision}.bin`)
    if (!(await isThere(file))) {
      const stored = await ensureContent(project, image)
      const wanted = {
        ...{ file: imageFile(project, stored), pixels: seenPixels(stored), mapping: stored.mapping },
        ...{ model, flips, cache },
      }
      const inference = await ensureInference(shared, wanted, signal)
      await shared.workers.run('sweepImage', { inference, truth, own, calibration, out: file }, signal)
    }
    rows.push({ file, group })
    progress(rows.length)
  }
  signal.throwIfAborted()
  const found = await shared.workers.run('chooseSettings', { rows, own }, signal)
  const result = { ...found, at: new Date().toISOString(), own, images: rows.length, heldOut }
  await writeWhole(resultFile(project, run), JSON.stringify(result))
  await forget(project, folder)
  return { summary: sweepInWords(result), result }
}

async function isThere(file: string): Promise<boolean> {
  return (await stat(file).catch(() => null)) !== null
}
