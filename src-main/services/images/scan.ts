import { stat } from 'node:fs/promises'
import { z } from 'zod'
import { DrydockError } from '../../contract/errors.ts'
import type { ListedFile, StoredImage } from '../../store/images.ts'
import { lookAt, noteContent } from './content.ts'
import type { Looked } from './content.ts'
import type { JobContext, JobHandler } from '../machinery/job-handlers.ts'
import type { Project } from '../machinery/project.ts'
import { assertWritable, imagesRoot, storedImage } from '../machinery/project.ts'
import { tellRows } from './rows.ts'

/** Hashes that are written in one transaction: each costs the disk one wait. */
const CHUNK = 32

const MISSING =
  'The file is not in the images folder any more. Put it back, or point the project to the folder where it is now.'

/** How the folder and the project differ. */
interface Difference {
  added: ListedFile[]
  missing: StoredImage[]
  /** never read, changed since, or here again */
  unread: StoredImage[]
}

/**
 * Looks again at the images folder as a job: new, missing and changed files; then hashes and sizes of what was not read.
 * @returns the job's id
 */
export async function rescan(project: Project): Promise<string> {
  assertWritable(project)
  const plan = { title: 'Looking at the images', unit: 'images', total: 0, lane: 'scan' }
  return project.jobs.start(scanJob, { unread: null }, plan)
}

/**
 * As {@link rescan}, for when a project is opened: new and missing files are known when it returns; a job follows only
 * where there is something to read.
 * @returns its id, or null
 */
export async function scanOnOpening(project: Project): Promise<string | null> {
  const { unread } = await compareAndNote(project)
  if (unread.length === 0) return null
  const plan = { title: 'Reading the images', unit: 'images', total: unread.length, lane: 'scan' }
  return project.jobs.start(scanJob, { unread: unread.map(({ id }) => id) }, plan)
}

const scanPayload = z.object({
  /** ids of what is to be read; null: the folder is looked at first */
  unread: z.array(z.number().int()).nullable(),
})

/** Looks at the folder, and reads hashes and sizes. It is not resumed: each opening looks anew. */
export const scanJob: JobHandler<z.infer<typeof scanPayload>> = {
  kind: 'scan',
  version: 1,
  payload: scanPayload,
  run: (context, { unread }) => (unread === null ? scan(context) : readAll(unread, context)),
}

/**
 * Points the project to the folder where its images are now.
 * @throws DrydockError `not_found` where none of the images is in that folder; nothing is changed then
 */
export async function relocate(project: Project, folder: string): Promise<string> {
  assertWritable(project)
  const found = await stat(folder).catch(() => null)
  const listed = found?.isDirectory() ? await list(project, folder) : []
  const known = new Set(project.store.images.all().map(({ path }) => path))
  if (!listed.some(({ path }) => known.has(path))) {
    throw new DrydockError(
      'not_found',
      'None of the images of this project is in that folder, so nothing was changed. Choose the folder that holds them now, the same one that the project was made from.',
    )
  }
  await project.store.write(() => project.store.meta.set('images_root', folder))
  return rescan(project)
}

async function scan(context: JobContext): Promise<{ summary: string }> {
  const { added, missing, unread } = await compareAndNote(context.project)
  const ids = unread.map(({ id }) => id)
  const read = await readAll(ids, context)
  const parts = [`${added.length} new`, `${missing.length} missing`]
  return { summary: `Looked at the images: ${parts.join(', ')}. ${read.summary}` }
}

/** Compares folder and project, and writes down what is new and what is missing. */
async function compareAndNote(project: Project): Promise<Difference> {
  const { store } = project
  const listed = new Map((await list(project, imagesRoot(project))).map((file) => [file.path, file]))
  const known = store.images.all()
  const knownPaths = new Set(known.map(({ path }) => path))
  const added = [...listed.values()].filter(({ path }) => !knownPaths.has(path))
  const missing = known.filter(({ path, fileState }) => !listed.has(path) && fileState !== 'missing')
  const ids: number[] = missing.map(({ id }) => id)
  await store.inBatches(added, (file) => ids.push(store.images.add(file)))
  await store.inBatches(missing, (image) => store.images.setFile(image.id, image, 'missing', MISSING))
  tellRows(project, ids)
  const unread = store.images.all().filter((image) => {
    const file = listed.get(image.path)
    if (!file) return false
    const touched = file.size !== image.size || file.mtime !== image.mtime
    return touched || image.sha256 === null || image.fileState === 'missing' || image.fileState === 'pending'
  })
  // what could not be read before is tried again only once the file has changed
  return { added, missing, unread: unread.filter((image) => !stillUnreadable(image, listed.get(image.path))) }
}

function stillUnreadable(image: StoredImage, file: ListedFile | undefined): boolean {
  return image.fileState === 'unreadable' && file?.size === image.size && file.mtime === image.mtime
}

async function readAll(
  images: readonly number[],
  { project, signal, progress }: JobContext,
): Promise<{ summary: string }> {
  const { store } = project
  let failed = 0
  progress(0, images.length)
  for (let from = 0; from < images.length; from += CHUNK) {
    const chunk = images.slice(from, from + CHUNK)
    const looked: Looked[] = []
    // one after the other: a worker thread stays free for the image on the screen
    for (const id of chunk) {
      signal.throwIfAborted()
      looked.push(await lookAt(project, storedImage(project, id)))
      progress(from + looked.length)
    }
    await store.write(() => looked.forEach((one) => noteContent(project, one)))
    failed += looked.filter(({ content }) => content === null).length
    tellRows(project, chunk)
  }
  const unreadable = failed === 0 ? '' : ` ${failed} could not be read: the list says why.`
  return {
    summary: `Read ${images.length - failed} ${images.length - failed === 1 ? 'image' : 'images'}.${unreadable}`,
  }
}

function list(project: Project, root: string): Promise<ListedFile[]> {
  return project.shared.workers.run('listImages', { root })
}
