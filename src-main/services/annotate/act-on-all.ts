import { randomUUID } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { z } from 'zod'
import { DrydockError } from '../../contract/errors.ts'
import { imagesAct } from '../../contract/wire.ts'
import type { ImagesAct, ImagesOutcome, Split } from '../../contract/wire.ts'
import { tellImages } from '../images/rows.ts'
import { setSplits } from '../images/split.ts'
import type { JobContext, JobHandler } from '../machinery/job-handlers.ts'
import type { Project } from '../machinery/project.ts'
import { assertWritable, storedImage } from '../machinery/project.ts'
import { addGroupEdit } from './groups.ts'
import type { EditingAct, PlannedEdit } from './reads.ts'
import { splitsBefore } from './split-groups.ts'

/** Images whose split is set before others get a turn. */
const SLICE = 50

const actPayload = z.object({ group: z.uuid(), images: z.array(z.number().int()), act: imagesAct })
type ActPayload = z.infer<typeof actPayload>

/** What an act is called while it is done. */
function titleOf(act: ImagesAct): string {
  switch (act.kind) {
    case 'status':
      return `Setting "${act.status}"`
    case 'flag':
      return act.flagged ? 'Flagging' : 'Taking flags off'
    case 'leave out':
      return act.reason === null ? 'Taking back into the project' : 'Leaving out'
    case 'accept':
      return 'Accepting predictions'
    case 'split':
      return `Putting into ${act.split}`
  }
}

/**
 * Does the same to each of these images, one edit each, all of one group, which takes them back at once. Images that it cannot be
 * done to stay as they are.
 * @throws DrydockError `read_only`, `disk_full`, `cancelled`: what was done before stands
 */
export async function actOnAll(
  project: Project,
  images: readonly number[],
  act: ImagesAct,
): Promise<ImagesOutcome> {
  assertWritable(project)
  const payload = { group: randomUUID(), images: [...new Set(images)], act }
  const plan = { title: titleOf(act), unit: 'images', total: payload.images.length, lane: null }
  return project.jobs.complete(actOnAllJob, payload, plan)
}

/** Goes on where it was broken off: an image that has an edit of the group is done. */
export const actOnAllJob: JobHandler<ActPayload, ImagesOutcome> = {
  kind: 'act-on-all',
  version: 1,
  payload: actPayload,
  async run(context, { group, images, act }) {
    const result: ImagesOutcome = { group, images: 0, kept: 0, why: null }
    context.progress(0, images.length)
    if (act.kind === 'split') await putInto(context, images, act.split, result)
    else await editAll(context, images, act, result)
    if (result.images > 0) context.project.events.emit({ type: 'score' })
    return { summary: null, result }
  },
  resumable: () => true,
}

async function editAll(
  { project, signal, progress }: JobContext,
  images: readonly number[],
  act: EditingAct,
  result: ImagesOutcome,
): Promise<void> {
  const { store, reads } = project
  const done = new Set(store.edits.imagesOfGroup(result.group))
  result.images = done.size
  const take = async (part: PlannedEdit[]): Promise<void> => {
    const changed: number[] = []
    const doOne = ({ image, revision, plan }: PlannedEdit): void => {
      if ('refusal' in plan) return keep(result, plan.refusal)
      const stored = storedImage(project, image)
      if (stored.revision !== revision) return keep(result, 'The image was changed meanwhile.')
      addGroupEdit(project, stored, plan, result.group)
      changed.push(image)
    }
    await store.inBatches(part, doOne, signal)
    await tellImages(project, changed, 'truth')
    result.images += changed.length
    progress(result.images + result.kept)
  }
  const rest = images.filter((id) => !done.has(id))
  await reads.run('annotate.plans', { images: rest, act }, { signal, take })
}

function keep(result: ImagesOutcome, why: string): void {
  result.kept++
  result.why ??= why
}

/** Splits belong to no edit: what they were before is kept with the project while it is open. */
async function putInto(
  { project, signal, progress }: JobContext,
  images: readonly number[],
  split: Split,
  result: ImagesOutcome,
): Promise<void> {
  const before = splitsBefore(project, result.group)
  const put = async (ids: readonly number[]): Promise<void> => {
    const members = ids.flatMap((id) => project.store.similar.membersWith(id))
    const known = members.flatMap((id) => project.store.images.get(id) ?? [])
    await setSplits(project, ids, split, 'person')
    for (const image of known) if (!before.has(image.id)) before.set(image.id, image)
    result.images += ids.length
  }
  for (let from = 0; from < images.length; from += SLICE) {
    signal.throwIfAborted()
    const slice = images.slice(from, from + SLICE)
    try {
      await put(slice)
    } catch (error) {
      if (!isRefusal(error)) throw error
      for (const id of slice) {
        await put([id]).catch((reason: unknown) => {
          if (!isRefusal(reason)) throw reason
          keep(result, reason.message)
        })
      }
    }
    progress(result.images + result.kept)
    await setImmediate()
  }
}

function isRefusal(error: unknown): error is DrydockError {
  return error instanceof DrydockError && error.code === 'bad_input'
}
