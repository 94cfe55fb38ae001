import { setImmediate } from 'node:timers/promises'
import { z } from 'zod'
import type { SimilarGroup } from '../../contract/wire.ts'
import { isOneScene, pairsToCompare } from '../../core/similar/crop-names.ts'
import type { JobContext, JobHandler } from '../machinery/job-handlers.ts'
import type { Project } from '../machinery/project.ts'
import { assertWritable, imageFile, storedImage } from '../machinery/project.ts'
import { tellManyRows } from './rows.ts'
import type { MappedFile } from './similar-tasks.ts'
import { isFrozen } from './split.ts'

/** Images that one task looks at. */
const CHUNK = 8

const PLAN = { title: 'Looking for similar images', unit: 'images', total: 0, lane: 'similar' }

/** Looks which finished images are of one scene, and deals groups into splits; as a job. */
export const similarJob: JobHandler<Record<string, never>> = {
  kind: 'similar',
  version: 1,
  payload: z.object({}),
  async run(context) {
    await lookAt(context)
    await lookIntoScenes(context)
    await deal(context)
    return { summary: null }
  },
}

/** Starts looking, unless somebody has; does nothing where nothing can be written. */
export async function lookForSimilar(project: Project): Promise<void> {
  if (project.readOnly || project.jobs.running().some(({ kind }) => kind === similarJob.kind)) return
  await project.jobs.start(similarJob, {}, PLAN)
}

/** Groups and splits are those of now. */
export async function settleGroups(project: Project): Promise<void> {
  await project.jobs.finished(await project.jobs.start(similarJob, {}, PLAN))
}

/** The groups of finished images. */
export function similarGroups(project: Project): Promise<{ groups: SimilarGroup[]; count: number }> {
  return project.reads.run('images.groups', null)
}

/**
 * Puts images into one group, or each into its own, or back to where they are found to belong. Splits follow.
 * @throws DrydockError `read_only`, `not_found`
 */
export async function regroup(
  project: Project,
  images: readonly number[],
  how: 'together' | 'apart' | 'as found',
): Promise<void> {
  assertWritable(project)
  const lowest = Math.min(...images)
  await project.store.inBatches(images, (id) => {
    storedImage(project, id)
    const group = how === 'together' ? lowest : id
    project.store.similar.putGroup(
      id,
      { group, why: how === 'as found' ? 'alone' : 'by hand' },
      how !== 'as found',
    )
  })
  await settleGroups(project)
}

async function lookAt({ project, signal, progress }: JobContext): Promise<void> {
  const ids = await project.reads.run('images.unlooked', null)
  progress(0, ids.length)
  for (let from = 0; from < ids.length; from += CHUNK) {
    const images = ids.slice(from, from + CHUNK).map((id) => storedImage(project, id))
    const files = images.map(({ id }) => mappedFile(project, id))
    const looks = await project.shared.workers.run('looksOf', { files }, signal)
    await project.store.write(() =>
      images.forEach(({ id, sha256 }, i) => {
        const look = looks[i] ?? { shape: null, sketch: new Uint32Array() }
        if (sha256 !== null) project.store.similar.putLook(id, sha256, look)
      }),
    )
    progress(from + images.length)
  }
}

async function lookIntoScenes({ project, signal }: JobContext): Promise<void> {
  for (const scene of await project.reads.run('images.scenes', null)) {
    const file = (at: number): MappedFile => mappedFile(project, scene.crops[at]!.id)
    const pairs = pairsToCompare(scene.crops).map(({ first, second, offsets }) => ({
      ...{ first: file(first), second: file(second), offsets },
    }))
    const agrees = isOneScene(await project.shared.workers.run('cropsAgree', { pairs }, signal))
    if (agrees === null) continue
    await project.store.write(() => project.store.similar.putScene(scene.name, agrees))
    await setImmediate()
  }
}

async function deal({ project, signal }: JobContext): Promise<void> {
  const { groups, splits } = await project.reads.run('images.dealing', null)
  const { store } = project
  const by = isFrozen(project) ? 'frozen' : 'chance'
  await store.inBatches(
    groups,
    ({ id, group, why }) => {
      // a person may have said otherwise meanwhile
      if (!store.similar.isByHand(id)) store.similar.putGroup(id, { group, why }, false)
    },
    signal,
  )
  await store.inBatches(
    splits,
    ({ id, split }) => {
      if (store.images.get(id)?.splitBy === 'chance') store.images.setSplit(id, split, by)
    },
    signal,
  )
  await tellManyRows(
    project,
    splits.map(({ id }) => id),
  )
}

function mappedFile(project: Project, id: number): MappedFile {
  const image = storedImage(project, id)
  return { file: imageFile(project, image), mapping: project.store.pixels.get(id)?.mapping ?? null }
}
