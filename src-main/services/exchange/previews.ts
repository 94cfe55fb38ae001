import { randomUUID } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { z } from 'zod'
import type { LabelFormatId } from '../../contract/label-formats.ts'
import type { Project } from '../machinery/project.ts'
import { listFiles } from './label-source.ts'
import type { MatchedLabels } from './reads.ts'

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
  labels: MatchedLabels
  /** the import of it that was begun last */
  job: string | null
}

/** The last few previews of a project, by token: one of its belongings. */
const newPreviews = (): Map<string, Previewed> => new Map()
const KEPT_PREVIEWS = 4

/** Reads a label file and keeps what it says for a while. @throws DrydockError `file_broken` */
export async function previewLabels(
  project: Project,
  file: string,
  format: LabelFormatId | null,
): Promise<{ token: string; labels: MatchedLabels }> {
  const stamp = await stampOf(file)
  const labels = await readFor(project, file, format)
  const token = randomUUID()
  const previews = project.belongings.of(newPreviews)
  previews.set(token, {
    ...{ file, format, labels, job: null },
    stamp: stamp ?? { size: 0, mtime: 0 },
  })
  for (const old of [...previews.keys()].slice(0, -KEPT_PREVIEWS)) previews.delete(old)
  return { token, labels }
}

/** A preview of this project that is still kept. */
export function previewOf(project: Project, token: string): Previewed | null {
  return project.belongings.of(newPreviews).get(token) ?? null
}

export function forgetPreview(project: Project, token: string): void {
  project.belongings.of(newPreviews).delete(token)
}

/** What a label file says of the images of a project. @throws DrydockError `file_broken` */
export function readFor(
  project: Project,
  file: string,
  format: LabelFormatId | null,
): Promise<MatchedLabels> {
  return project.reads.run('exchange.match', { file, format })
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
