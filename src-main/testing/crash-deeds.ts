import { randomUUID } from 'node:crypto'
import type { ImagesAct } from '../contract/wire.ts'
import type { Random } from '../core/random.ts'
import type { TestBackend } from './backend.ts'

/** What must be stored, for good, once a deed was acknowledged. */
export interface Kept {
  project: string
  /** for whoever reads that it is not there */
  what: string
  /** counts what is stored of it */
  sql: string
  least: number
}

/** Where a window does a deed, and with what. */
export interface Place {
  backend: TestBackend
  client: TestBackend['client']
  project: string
  /** ids of all its images */
  images: readonly number[]
  /** an Airbus CSV with masks on all of them */
  labels: string
  random: Random
}

/** Something other than a gesture that is written, also of many images. Whoever is killed meanwhile does not do it again. @returns null: there was nothing to do */
type Deed = (place: Place) => Promise<Omit<Kept, 'project'> | null>

const addCategory: Deed = async ({ client, project }) => {
  const name = `kind ${randomUUID()}`
  const { key } = await client.categories.add({ project, name, counts: false })
  const renamed = `${name}, renamed`
  await client.categories.change({ project, key, name: renamed })
  return stored('a category', `from categories where name = '${renamed}'`, 1)
}

/** To all images; the group is as large as was said. */
const actOnAll: Deed = async ({ client, project, images, random }) => {
  const acts: ImagesAct[] = [
    { kind: 'flag', flagged: random() < 0.5, comment: randomUUID() },
    { kind: 'leave out', reason: random() < 0.5 ? 'cloud' : null },
    { kind: 'status', status: random() < 0.5 ? 'done' : 'to do' },
    { kind: 'accept', least: 0 },
  ]
  const act = pick(acts, random)
  const outcome = await client.annotate.actOnAll({ project, images: [...images], act })
  if (random() < 0.3) {
    const { group } = outcome
    const undone = await client.annotate.undoGroup({ project, group, gestureId: randomUUID() })
    return ofGroup(`undo of "${act.kind}"`, group, 'undo', undone.images)
  }
  return ofGroup(`"${act.kind}" of all`, outcome.group, 'do', outcome.images)
}

const importTruth: Deed = async ({ backend, client, project, labels, random }) => {
  const { token } = await client.exchange.previewImport({ project, grant: backend.grant(labels) })
  const existing = pick(['add', 'replace', 'skip'] as const, random)
  const { group, images } = await client.exchange.import({ project, token, what: 'truth', existing })
  return group === null ? null : ofGroup(`an import (${existing})`, group, 'do', images)
}

const importRun: Deed = async ({ backend, client, project, labels }) => {
  const { token } = await client.exchange.previewImport({ project, grant: backend.grant(labels) })
  const wanted = { project, token, what: 'predictions', existing: 'add' } as const
  const { run, images } = await client.exchange.import({ ...wanted, runName: 'colleague' })
  return run === null ? null : stored('an imported run', `from run_images where run_id = ${run}`, images)
}

/** As a window that opens the project offers it. */
const resumeJobs: Deed = async ({ client, project }) => {
  const broken = (await client.jobs.list({ project })).filter(({ resumable }) => resumable)
  for (const { id } of broken) await client.jobs.resume({ project, job: id })
  return null
}

const chooseMapping: Deed = async ({ client, project, images, random }) => {
  const image = pick(images, random)
  const { bands, low, nodata } = (await client.images.mapping({ project, image })).mapping
  const high = bands.map(() => 100 + Math.floor(random() * 100))
  const wanted = { bands, low, high, nodata }
  const changed = await client.images.setMapping({ project, image, wanted, of: 'kind' })
  // whoever chooses after it chooses another, and nobody takes it back
  return changed.images === 0
    ? null
    : stored('a mapping', `from images where mapping_id <> ''`, images.length)
}

const keepDraft: Deed = async ({ client, project, images, random }) => {
  const run = (await client.runs.list({ project })).find(
    ({ kind, images: reached }) => kind === 'model' && reached > 0,
  )
  if (!run?.settings) return null
  const image = pick(images, random)
  const wanted = { project, image, run: run.id, settings: run.settings, changes: [] }
  const kept = await client.drafts.keep(wanted)
  return stored('a draft', `from drafts where run_id = ${kept.run} and image_id = ${image}`, 1)
}

const DEEDS: readonly Deed[] = [
  addCategory,
  actOnAll,
  actOnAll,
  importTruth,
  importTruth,
  importRun,
  resumeJobs,
  chooseMapping,
  keepDraft,
]

/** Does any of them. @param begun hears which @returns what must be stored from then on; null: nothing was done */
export async function doSomething(place: Place, begun: (deed: string) => void): Promise<Kept | null> {
  const deed = pick(DEEDS, place.random)
  begun(deed.name)
  const kept = await deed(place)
  return kept && { project: place.project, ...kept }
}

function stored(what: string, from: string, least: number): Omit<Kept, 'project'> {
  return { what, sql: `select count(*) as count ${from}`, least }
}

function ofGroup(what: string, group: string, kind: 'do' | 'undo', images: number): Omit<Kept, 'project'> {
  return stored(what, `from edits where group_id = '${group}' and kind = '${kind}'`, images)
}

function pick<T>(choices: readonly T[], random: Random): T {
  return choices[Math.floor(random() * choices.length)]!
}
