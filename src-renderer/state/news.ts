import { DrydockError } from '../../src-main/contract/errors.ts'
import type { Job, ProjectEvent } from '../../src-main/contract/wire.ts'
import { isAway, type ProjectClient } from '../client/index.ts'
import type { Categories } from './categories.svelte.ts'
import type { Editing } from './editing.svelte.ts'
import type { Engine } from './engine.svelte.ts'
import type { Facts } from './facts.svelte.ts'
import { follow } from './follow.ts'
import type { Images } from './images.svelte.ts'
import { isActive, type Jobs } from './jobs.svelte.ts'
import type { LabelForm } from './label-form.svelte.ts'
import type { MapLayers } from './map-layers.svelte.ts'
import type { Moved } from './moved.svelte.ts'
import type { Review } from './review.svelte.ts'
import type { Toasts } from './toasts.svelte.ts'
import type { Training } from './training.svelte.ts'

/** What the news of an open project concern. */
export interface Concerned {
  readonly client: ProjectClient
  readonly toasts: Toasts
  readonly engine: Engine
  readonly facts: Facts
  readonly categories: Categories
  readonly labelForm: LabelForm
  readonly images: Images
  readonly moved: Moved
  readonly mapLayers: MapLayers
  readonly editing: Editing
  readonly jobs: Jobs
  readonly review: Review
  readonly training: Training
  fetchImages(): Promise<void>
  /** Everything that is shown of the project, anew. */
  fetchAll(): Promise<void>
  /** Opens the project again in a backend that has not got it open. */
  reopen(): Promise<void>
}

/** Follows an open project's news until `signal` aborts. */
export async function followProject(project: Concerned, signal: AbortSignal): Promise<void> {
  await follow(
    async (until) => {
      // first the subscription, then what is there: what happens in between would be missed the other way round
      const events = await project.client.project.watch({}, { signal: until })
      await project.fetchAll()
      return events
    },
    (event) => hear(project, event),
    signal,
    async (error) => {
      // where it cannot be opened it has said so, and the next subscription tries again
      if (isAway(error)) await project.reopen().catch(() => undefined)
      const gone = error instanceof DrydockError && error.code === 'not_found'
      if (gone) project.toasts.error(error)
      return gone
    },
  )
}

function hear(project: Concerned, event: ProjectEvent): void {
  const { editing, facts, images, jobs, training } = project
  switch (event.type) {
    case 'images':
      // what is not known came in meanwhile, and has no place yet
      if (!images.update(event.rows)) void listsChanged(project)
      void editing.shown?.lookAtFile()
      if (event.rows.some(({ status }) => status === 'done')) project.labelForm.shown.changed()
      break
    case 'list':
      void listsChanged(project)
      void project.review.refresh()
      break
    case 'moved':
      void project.moved.refresh()
      break
    case 'image-changed':
      editing.ahead.forget(event.image)
      project.review.changed(event.image)
      if (event.image === editing.image)
        void editing.shown?.changed(event.what === 'predictions' ? Infinity : event.revision)
      break
    case 'many-changed':
      editing.ahead.forgetAll()
      void listsChanged(project)
      project.labelForm.shown.changed()
      project.review.manyChanged()
      void editing.shown?.changed(Infinity)
      break
    case 'job':
      jobs.update(event.job)
      if (event.job.kind === 'similar' && !isActive(event.job)) training.shown.changed()
      if (isToBeShown(project, event.job)) void training.follow(event.job.id)
      break
    case 'curve':
      training.add(event.job, event.points)
      break
    case 'map-layers':
      void project.mapLayers.refresh()
      void editing.shown?.raster.fetchMapShapes()
      break
    case 'runs':
      editing.ahead.forgetAll()
      void runsChanged(project)
      break
    case 'run-grew':
      facts.grew(event.run, event.images)
      break
    case 'categories':
      void project.categories.refresh()
      // which of its marks count stands with the image
      void editing.shown?.changed(Infinity)
      break
    case 'label-form':
      void project.labelForm.refresh()
      break
    case 'models':
      training.shown.changed()
      void Promise.all([facts.refreshModels(), facts.refreshSummary()])
      break
    case 'score':
      facts.refreshScoreSoon()
      break
    case 'engine':
      project.engine.changed(event.engine)
  }
}

/** Whether this is a training that runs, while none that runs is on show. */
function isToBeShown({ jobs, training }: Concerned, job: Job): boolean {
  if (job.kind !== 'train' || job.state !== 'running' || job.id === training.job) return false
  const shown = jobs.items.find(({ id }) => id === training.job)
  return !shown || !isActive(shown)
}

/** Images came or went, or all of them may have changed. */
async function listsChanged(project: Concerned): Promise<void> {
  await project.toasts.guard(() => project.fetchImages())
}

/** Where another run has become the current one, every score and count in the list is of that run. */
async function runsChanged(project: Concerned): Promise<void> {
  const { facts, editing } = project
  const before = facts.run?.id
  const summary = facts.refreshSummary()
  await facts.refreshRuns()
  const changed = facts.run?.id !== before
  // at once: what is known of the run before is not this one's
  if (changed) void project.review.refresh()
  await summary
  if (!changed) return
  await editing.shown?.refetch()
  await listsChanged(project)
}
