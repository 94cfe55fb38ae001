import { basename, join } from 'node:path'
import type { Engine } from '../../contract/engine.ts'
import { DrydockError } from '../../contract/errors.ts'
import type { ProjectSummary } from '../../contract/wire.ts'
import type { StoredImage } from '../../store/images.ts'
import type { Store } from '../../store/store.ts'
import type { Trimming } from './cache.ts'
import type { Belongings } from './belongings.ts'
import type { EventHub } from './events.ts'
import type { Jobs } from './jobs.ts'
import type { Making } from './making.ts'
import type { ProjectReads, Readers } from './readers.ts'
import type { People } from './people.ts'
import type { QuietWork } from './quiet-work.ts'
import type { Workers } from './workers.ts'

/** What all projects of a process share. */
export interface Shared {
  engine: Engine
  workers: Workers
  readers: Readers
  /** who waits in front of the screen */
  people: People
  /** settings, recent list, projects of folders that cannot be written */
  userData: string
  /** folder of the model version that ships with Drydock */
  baseModel: string
  /** folder of the sample: images/, truth.csv, sample.json */
  sample: string
  /** one line for the log */
  log(line: string): void
}

/** An open project. */
export interface Project {
  /** stored in the project: it stays where the folder is moved, and is made anew for a copy */
  readonly id: string
  /** `name.drydock` */
  readonly folder: string
  /** what can be made again at any time; elsewhere than in `folder` where that cannot be written */
  readonly cache: string
  /** true: look, but nothing is saved */
  readonly readOnly: boolean
  readonly store: Store
  /** id of this process's session in it; '' where nothing can be written */
  readonly session: string
  /** what grows with the number of images is read in threads of its own */
  readonly reads: ProjectReads
  /** files of the cache that are being made */
  readonly making: Making
  readonly events: EventHub
  readonly jobs: Jobs
  /** the images that are predicted before anyone asks */
  readonly ahead: QuietWork
  /** of the cache */
  readonly trimming: Trimming
  /** what rooms keep in memory for it */
  readonly belongings: Belongings
  readonly shared: Shared
}

/** Name of the database inside a project's folder. */
export const DATABASE = 'project.sqlite'

/** Absolute path of the images folder. */
export function imagesRoot(project: Pick<Project, 'store'>): string {
  const root = project.store.meta.get('images_root')
  if (root === null)
    throw new DrydockError('project_damaged', 'The project does not say where its images are.')
  return root
}

/** Absolute path of an image's file. */
export function imageFile(project: Pick<Project, 'store'>, image: Pick<StoredImage, 'path'>): string {
  return join(imagesRoot(project), ...image.path.split('/'))
}

/** @throws DrydockError `not_found` */
export function storedImage(project: Pick<Project, 'store'>, id: number): StoredImage {
  const image = project.store.images.get(id)
  if (image) return image
  throw new DrydockError('not_found', 'This image is not in the project.', { image: id })
}

/** Id of the run that list, sorting and live F2 refer to; null before the first. */
export function currentRun(project: Pick<Project, 'store'>): number | null {
  const value = project.store.meta.get('current_run')
  return value === null ? null : Number(value)
}

/** Whether predictions from now on average over the four flips. */
export function flipsChosen(project: Project): boolean {
  return project.store.meta.get('flips') !== null
}

/** Whether an image has truth: only finished ones do, unless they are left out. */
export function isFinished({ status, leftOut }: Pick<StoredImage, 'status' | 'leftOut'>): boolean {
  return leftOut === null && (status === 'done' || status === 'no ship')
}

/** @throws DrydockError `read_only` */
export function assertWritable(project: Project): void {
  if (!project.readOnly) return
  throw new DrydockError(
    'read_only',
    'This project can only be looked at: its folder cannot be written. Copy the project to a folder of your own to work on it.',
  )
}

/** What the window shows of a project as a whole. */
export function summaryOf(project: Project): ProjectSummary {
  const { images, finished } = project.store.sums.counts(null)
  return {
    id: project.id,
    name: project.store.meta.get('name') ?? basename(project.folder, '.drydock'),
    location: project.folder,
    imagesLocation: imagesRoot(project),
    sample: project.store.meta.get('sample') !== null,
    readOnly: project.readOnly,
    images,
    finished,
    currentRun: currentRun(project),
    currentModel: project.store.meta.get('current_model'),
    flips: flipsChosen(project),
  }
}
