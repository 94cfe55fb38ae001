import { DrydockError } from '../contract/errors.ts'
import type { LabelFormatFace } from '../contract/label-formats.ts'
import type { LabelSource } from './format.ts'

/** Finding one's way in what was chosen: one file, or a folder of them. */

const HEAD = 1 << 16

/** The first bytes of the only file; null where there are more, or fewer. */
export async function headOf(source: LabelSource, path?: string): Promise<Buffer | null> {
  const name = path ?? (source.files.length === 1 ? source.files[0]!.path : undefined)
  if (name === undefined) return null
  const file = await source.open(name)
  try {
    return await file.read(0, HEAD)
  } finally {
    await file.close()
  }
}

/** As {@link headOf}, of the last bytes. */
export async function tailOf(source: LabelSource, path: string): Promise<Buffer> {
  const file = await source.open(path)
  try {
    return await file.read(Math.max(0, file.bytes - HEAD), HEAD)
  } finally {
    await file.close()
  }
}

/** The files with this ending (without a dot). */
export function withEnding(source: LabelSource, ...endings: string[]): string[] {
  return source.files
    .map(({ path }) => path)
    .filter((path) => endings.some((ending) => path.toLowerCase().endsWith(`.${ending}`)))
}

/** The file of a format that has one. @throws DrydockError `file_broken` where the folder has none, or several */
export function onlyFile(source: LabelSource, format: LabelFormatFace): string {
  if (source.files.length === 1) return source.files[0]!.path
  const fitting = withEnding(source, ...format.endings)
  if (fitting.length === 1) return fitting[0]!
  throw new DrydockError(
    'file_broken',
    fitting.length === 0
      ? `There is no file of the format ${format.name} in this folder (.${format.endings.join(', .')}). Choose the file itself.`
      : `There are ${fitting.length} files that may be meant: ${fitting.slice(0, 3).join(', ')}. Choose one of them.`,
  )
}

/** Path without its ending. */
export function stemOf(path: string): string {
  return path.replace(/\.[^./]*$/, '')
}

/** The folder of a path, with a '/' at its end; '' at the top. */
export function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1)
}

/** A text file. @throws DrydockError `file_broken` where it is larger than 64 MiB or cannot be read */
export async function textOf(source: LabelSource, path: string): Promise<string> {
  return (await source.read(path, 64 << 20)).toString('utf8').replace(/^\ufeff/, '')
}

/** Whether any of the first few of these files passes the test; files that cannot be read do not. */
export async function someLooksLike(
  source: LabelSource,
  paths: readonly string[],
  test: (head: string) => boolean,
): Promise<boolean> {
  for (const path of paths.slice(0, 20)) {
    const head = await headOf(source, path).catch(() => null)
    if (head !== null && test(head.toString('utf8').replace(/^\ufeff/, ''))) return true
  }
  return false
}
