import { DrydockError, ERROR_CODES } from '../contract/errors.ts'
import type { ErrorCode } from '../contract/errors.ts'
import type { Job } from '../contract/wire.ts'
import type { Project } from '../services/machinery/project.ts'
import type { BackendOption } from './engine.ts'
import type { Terminal } from './terminal.ts'

/** Help of `--project`. */
export const PROJECT_HELP =
  'a .drydock folder, a folder of images (its project is made where there is none), or "sample"'

/** Does work with an open project whose images have been looked at, and closes it in any case. The engine starts when the work first needs it. */
export async function withProject<T>(
  path: string,
  { backend }: BackendOption,
  terminal: Terminal,
  work: (project: Project) => Promise<T>,
): Promise<T> {
  const { createHost } = await import('../services/projects/host.ts')
  const { startEngine } = await import('../services/machinery/engine-client.ts')
  const engine = startEngine(backend ? { backend } : {})
  const host = createHost({ engine, log: (line) => terminal.note(line) })
  try {
    const project = await (path === 'sample' ? host.openSample() : host.openProject(path))
    // the images that are in the folder now are those that the work is about
    for (const { id } of project.jobs.running()) await followJob(terminal, project, id)
    return await work(project)
  } finally {
    await host.close()
  }
}

/**
 * Shows a job's progress until it ends; Ctrl+C cancels it. A cancelled job is returned like a finished one: what it did
 * is kept.
 * @throws DrydockError the job's own failure
 */
export async function followJob(terminal: Terminal, project: Project, id: string): Promise<Job> {
  const stop = project.events.listen((event) => {
    if (event.type === 'job' && event.job.id === id) terminal.progress(progressLine(event.job))
  })
  const cancel = (): void => project.jobs.cancel(id)
  terminal.signal.addEventListener('abort', cancel)
  try {
    if (terminal.signal.aborted) cancel()
    const job = await project.jobs.finished(id)
    if (job.error) throw new DrydockError(errorCode(job.error.code), job.error.message)
    return job
  } finally {
    stop()
    terminal.signal.removeEventListener('abort', cancel)
  }
}

/**
 * A version that the project can use; one from elsewhere is copied into it first.
 * @param wanted id of a version, or a model's folder
 * @returns its id
 * @throws DrydockError `not_found`, `file_broken`, `model_incompatible`
 */
export async function takeModel(project: Project, wanted: string): Promise<string> {
  const { addModel, listModels } = await import('../services/predict/models.ts')
  if (listModels(project).some(({ id }) => id === wanted)) return wanted
  const { findModel } = await import('../services/projects/find-model.ts')
  const { folder } = await findModel(wanted)
  return addModel(project, folder, { kind: 'trained', copy: true, note: '' })
}

function progressLine({ title, done, total, unit, secondsLeft }: Job): string {
  const left = secondsLeft === null ? '' : `, ${roughDuration(secondsLeft)} left`
  return `${title}: ${Math.floor(done)} of ${Math.floor(total)} ${unit}${left}`
}

/** '45 s', '3 min', '2 h 10 min' */
export function roughDuration(seconds: number): string {
  if (seconds < 100) return `${Math.round(seconds)} s`
  const minutes = Math.round(seconds / 60)
  return minutes < 100 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

function errorCode(code: string): ErrorCode {
  return ERROR_CODES.find((known) => known === code) ?? 'internal'
}
