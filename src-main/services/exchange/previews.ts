import { randomUUID } from 'node:crypto'
import { mkdir, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { LabelFormatId } from '../../contract/label-formats.ts'
import type { Project } from '../machinery/project.ts'
import { listFiles } from './label-source.ts'
import type { MatchedLabels } from './label-reading.ts'

/** What tells a file from one of the same name that was written later; of a folder, bytes and newest time of all in it. */
export const fileStamp = z.object({ size: z.number(), mtime: z.number() })
export type FileStamp = z.infer<typeof fileStamp>

/** What was previewed and waits for a yes. */
export interface Previewed {
  /** or a folder */
  file: string
  /** null: what it looks like */
  format: LabelFormatId | null
  stamp: FileStamp
  /** the file that holds the labels themselves */
  shelf: string
  labels: MatchedLabels
  /** the import of it that was begun last */
  job: string | null
}

/** The last few previews of a project, by token: one of its belongings. */
const newPreviews = (): Map<string, Previewed> => new Map()
const KEPT_PREVIEWS = 4

/** Nobody leaves a preview open for so long, in ms. */
const SHELVES_LAST = 3 * 86_400_000

/** Reads a label file and keeps what it says for a while. @throws DrydockError `file_broken` */
export async function previewLabels(
  project: Project,
  file: string,
  format: LabelFormatId | null,
): Promise<{ token: string; labels: MatchedLabels }> {
  const stamp = await stampOf(file)
  const { shelf, labels } = await readOntoShelf(project, file, format)
  const token = randomUUID()
  const previews = project.belongings.of(newPreviews)
  previews.set(token, {
    ...{ file, format, shelf, labels, job: null },
    stamp: stamp ?? { size: 0, mtime: 0 },
  })
  for (const old of [...previews.keys()].slice(0, -KEPT_PREVIEWS)) forgetPreview(project, old)
  return { token, labels }
}

/** A preview of this project that is still kept. */
export function previewOf(project: Project, token: string): Previewed | null {
  return project.belongings.of(newPreviews).get(token) ?? null
}

export function forgetPreview(project: Project, token: string): void {
  const previews = project.belongings.of(newPreviews)
  const shelf = previews.get(token)?.shelf
  previews.delete(token)
  if (shelf !== undefined) void removeShelf(shelf)
}

/** Puts what a label file says of the images of a project on a shelf of its own. @throws DrydockError `file_broken` */
export async function readOntoShelf(
  project: Project,
  file: string,
  format: LabelFormatId | null,
): Promise<Pick<Previewed, 'shelf' | 'labels'>> {
  const folder = join(project.cache, 'labels')
  await mkdir(folder, { recursive: true })
  await removeOldShelves(folder)
  const shelf = join(folder, randomUUID())
  try {
    return { shelf, labels: await project.reads.run('exchange.match', { file, format, shelf }) }
  } catch (error) {
    await removeShelf(shelf)
    throw error
  }
}

/** What lies in the cache may stay there until it is trimmed. */
export async function removeShelf(shelf: string): Promise<void> {
  await rm(shelf, { force: true }).catch(() => undefined)
}

/** Those of processes that ended without removing them. */
async function removeOldShelves(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const found = await stat(join(folder, name)).catch(() => null)
    if (found && Date.now() - found.mtimeMs > SHELVES_LAST) await removeShelf(join(folder, name))
  }
}

/** null where there is no such file */
export async function stampOf(file: string): Promise<FileStamp | null> {
  const found = await stat(file).catch(() => null)
  if (!found?.isDirectory()) return found && { size: found.size, mtime: found.mtimeMs }
  const files = await listFiles(file)
  return files.reduce(
    ({ size, mtime }, one) => ({ size: size + one.bytes, mtime: Math.max(mtime, one.mtime) }),
    { size: 0, mtime: 0 },
  )
}
