import { stat } from 'node:fs/promises'
import { z } from 'zod'
import { DrydockError } from '../../contract/errors.ts'
import type { StoredImage } from '../../store/images.ts'
import type { FolderPart } from './comparing.ts'
import { lookAtAll, noteContent } from './content.ts'
import type { JobContext, JobHandler } from '../machinery/job-handlers.ts'
import type { Project } from '../machinery/project.ts'
import { assertWritable, imagesRoot, storedImage } from '../machinery/project.ts'
import { followMoved } from './moved.ts'
import { tellList, tellRows } from './rows.ts'

/** Images that are read by one task and written down in one transaction: each costs the disk one wait. */
const CHUNK = 32

/** Files of so many bytes together are as much as {@link CHUNK} small ones. */
const CHUNK_BYTES = 64 * 1024 * 1024

const MISSING =
  'The file is not in the images folder any more. Put it back, or point the project to the folder where it is now.'

/** How the folder and the project differed. */
interface Difference {
  /** ids of the images that came */
  added: number[]
  missing: number
  /** ids of the images whose content is to be read */
  unread: number[]
}

/**
 * Looks again at the images folder as a job: new, missing and changed files; then hashes and sizes of what was not read.
 * @returns the job's id
 */
export async function rescan(project: Project): Promise<string> {
  assertWritable(project)
  return project.jobs.start(scanJob, { asked: true }, PLAN)
}

/**
 * As {@link rescan}, when a project is opened: of what is as it was nobody need be told.
 * @throws DrydockError `project_damaged` where the project does not say where its images are
 */
export async function scanOnOpening(project: Project): Promise<void> {
  imagesRoot(project)
  await project.jobs.start(scanJob, { asked: false }, PLAN)
}

const PLAN = { title: 'Looking at the images', unit: 'images', total: 0, lane: 'scan' }

const scanPayload = z.object({
  /** somebody has asked for it, and is told what came out in any case */
  asked: z.boolean(),
})

/** Looks at the folder, and reads hashes and sizes. It is not resumed: each opening looks anew. */
export const scanJob: JobHandler<z.infer<typeof scanPayload>> = {
  kind: 'scan',
  version: 1,
  payload: scanPayload,
  async run(context, { asked }) {
    const { changed, summary } = await scan(context)
    return { summary: asked || changed ? summary : null }
  },
}

/**
 * Points the project to the folder where its images are now.
 * @throws DrydockError `not_found` where none of the images is in that folder; nothing is changed then
 */
export async function relocate(project: Project, folder: string): Promise<string> {
  assertWritable(project)
  const found = await stat(folder).catch(() => null)
  if (!found?.isDirectory() || !(await project.reads.run('images.holdsAny', { root: folder }))) {
    throw new DrydockError(
      'not_found',
      'None of the images of this project is in that folder, so nothing was changed. Choose the folder that holds them now, the same one that the project was made from.',
    )
  }
  await project.store.write(() => project.store.meta.set('images_root', folder))
  return rescan(project)
}

/** Ends a look at the folder that is under way: the next opening looks anew. */
export async function endScans({ jobs }: Pick<Project, 'jobs'>): Promise<void> {
  const scans = jobs.running().filter(({ kind }) => kind === scanJob.kind)
  for (const { id } of scans) jobs.cancel(id)
  await Promise.all(scans.map(({ id }) => jobs.finished(id)))
}

async function scan(context: JobContext): Promise<{ summary: string; changed: boolean }> {
  const { added, missing, unread } = await compareAndNote(context)
  const read = await readAll(unread, context)
  const moved = await followMoved(context.project, added)
  const parts = [
    { images: added.length - moved, what: 'new' },
    { images: missing - moved, what: 'missing' },
    { images: moved, what: 'renamed or moved, with their marks' },
  ].filter(({ images }) => images > 0)
  const found = parts.map(({ images, what }) => `${images} ${what}`).join(', ')
  // that images were read for the first time is seen in the list
  const changed = parts.length > 0 || read.failed > 0
  const summary =
    parts.length > 0 ? `Looked at the images: ${found}.` : 'No image is new, and none is missing.'
  return { summary: `${summary} ${read.text}`.trimEnd(), changed }
}

/** Compares folder and project, and writes down what is new and what is missing while the listing goes on. */
async function compareAndNote({ project, signal, progress }: JobContext): Promise<Difference> {
  const difference: Difference = { added: [], missing: 0, unread: [] }
  const take = async (part: FolderPart): Promise<void> => {
    const { added, missing } = await note(project, part, signal)
    difference.added.push(...added)
    difference.missing += missing.length
    difference.unread.push(...part.unread, ...added)
    progress(part.listed, 0)
  }
  await project.reads.run('images.compare', { root: imagesRoot(project) }, { signal, take })
  return difference
}

/** Writes down one part of the comparison. @returns ids of what came and what went */
async function note(
  project: Project,
  part: FolderPart,
  signal: AbortSignal,
): Promise<{ added: number[]; missing: number[] }> {
  const { store } = project
  const { people } = project.shared
  const added: number[] = []
  const missing: number[] = []
  await store.inBatches(
    part.added,
    (file) => {
      // another process may have been faster
      if (store.images.byPath(file.path) === null) added.push(store.images.add(file))
    },
    signal,
    () => people.gone(),
  )
  await store.inBatches(
    part.missing,
    (id) => {
      store.images.setFile(id, storedImage(project, id), 'missing', MISSING)
      missing.push(id)
    },
    signal,
    () => people.gone(),
  )
  if (added.length > 0 || missing.length > 0) tellList(project)
  return { added, missing }
}

/** Reads hash and size of these images, some at once; what is on the screen goes ahead. @returns a sentence for what came out */
async function readAll(
  ids: readonly number[],
  { project, signal, progress }: JobContext,
): Promise<{ text: string; failed: number }> {
  const { people } = project.shared
  let failed = 0
  let done = 0
  progress(0, ids.length)
  const chunks = chunksOf(project, ids)
  const next = (): Promise<Awaited<ReturnType<typeof lookAtAll>>> | null => {
    const { value: chunk } = chunks.next()
    if (!chunk) return null
    signal.throwIfAborted()
    const looking = lookAtAll(project, chunk, signal)
    // it is awaited later, and may have failed by then
    looking.catch(() => undefined)
    return looking
  }
  // while one chunk is written down the next is being read
  for (let looking = next(); looking;) {
    const looked = await looking
    await people.gone()
    looking = next()
    await project.store.inBatches(
      looked,
      (one) => noteContent(project, one),
      signal,
      () => people.gone(),
    )
    tellRows(
      project,
      looked.map(({ image }) => image),
    )
    failed += looked.filter(({ content }) => content === null).length
    done += looked.length
    progress(done)
  }
  if (ids.length === 0) return { text: '', failed }
  const read = ids.length - failed
  const unreadable = failed === 0 ? '' : ` ${failed} could not be read: the list says why.`
  return { text: `Read ${read} ${read === 1 ? 'image' : 'images'}.${unreadable}`, failed }
}

/** The images in lots that take about equally long. */
function* chunksOf(project: Project, ids: readonly number[]): Generator<StoredImage[], undefined> {
  let chunk: StoredImage[] = []
  let bytes = 0
  for (const id of ids) {
    const image = storedImage(project, id)
    chunk.push(image)
    bytes += image.size
    if (chunk.length < CHUNK && bytes < CHUNK_BYTES) continue
    yield chunk
    chunk = []
    bytes = 0
  }
  if (chunk.length > 0) yield chunk
}
