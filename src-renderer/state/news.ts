import { DrydockError } from '../../src-main/contract/errors.ts'
import type { Job, ProjectEvent } from '../../src-main/contract/wire.ts'
import type { App } from './app.svelte.ts'
import { follow } from './follow.ts'
import { isActive } from './jobs.svelte.ts'

/** Follows an open project's news until `signal` aborts. */
export async function followProject(app: App, project: string, signal: AbortSignal): Promise<void> {
  await follow(
    async (until) => {
      await reopen(app, project)
      // first the subscription, then the lists: what happens in between would be missed the other way round
      const events = await app.client.backend.project.watch({ project }, { signal: until })
      await Promise.all([app.fetchImages(project), app.fetchJobs(project)])
      return events
    },
    (event) => hear(app, project, event),
    signal,
    (error) => {
      const gone = error instanceof DrydockError && error.code === 'not_found'
      if (gone) app.toasts.error(error)
      return gone
    },
  )
}

/** The project on show is open here; a backend that was started anew opens it, one that has it open goes on with it. */
async function reopen(app: App, project: string): Promise<void> {
  await app.client.backend.project.openRecent({ key: project })
}

function hear(app: App, project: string, event: ProjectEvent): void {
  const { editing, images, jobs, training } = app
  switch (event.type) {
    case 'images':
      images.update(event.rows)
      void editing.lookAtFile()
      if (editing.image === null) editing.openFirst()
      break
    case 'image-changed':
      void editing.changed(event.image, event.what, event.revision)
      break
    case 'job':
      jobs.update(event.job)
      if (isToBeShown(app, event.job)) void training.follow(project, event.job.id)
      else if (event.job.id === training.job && !isActive(event.job)) void training.lookForCheckpoint(project)
      break
    case 'curve':
      training.add(event.job, event.points)
      break
    case 'runs':
      void runsChanged(app, project)
      break
    case 'models':
      void Promise.all([app.project.refreshModels(), app.project.refreshSummary(), training.refresh(project)])
      break
    case 'score':
      app.project.refreshScoreSoon()
      break
    case 'engine':
      app.project.engine = event.engine
      app.project.engineAsked = true
      void app.project.refreshBackend()
  }
}

/** Whether this is a training that runs, while none that runs is on show. */
function isToBeShown({ jobs, training }: App, job: Job): boolean {
  if (job.kind !== 'train' || job.state !== 'running' || job.id === training.job) return false
  const shown = jobs.items.find(({ id }) => id === training.job)
  return !shown || !isActive(shown)
}

/** Where another run has become the current one, every score and count in the list is of that run. */
async function runsChanged(app: App, project: string): Promise<void> {
  const before = app.project.run?.id
  await Promise.all([app.project.refreshRuns(), app.project.refreshSummary()])
  if (app.project.run?.id === before) return
  await app.editing.refetch()
  try {
    await app.fetchImages(project)
  } catch (error) {
    app.toasts.error(error)
  }
}

/** Everything anew, after the backend was replaced. What is not saved yet is sent again first. */
export async function afterRestart(app: App): Promise<void> {
  const project = app.project.id
  if (project !== null) await reopen(app, project).catch((error: unknown) => app.toasts.error(error))
  app.editing.resend()
  void app.project.refreshEngine()
  void app.project.refreshBackend()
  if (project === null) return app.refreshRecent()
  app.toasts.note('The background process was restarted. Everything that was saved is there.')
  try {
    await app.editing.refetch()
    await app.project.refreshSummary()
    await app.fetchRest(project)
  } catch (error) {
    app.toasts.error(error)
  }
}
