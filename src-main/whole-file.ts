import { randomUUID } from 'node:crypto'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { DrydockError, isDiskFull } from './contract/errors.ts'

/** What systems say that do not flush a folder: Windows opens none, some network drives refuse. */
const NO_FOLDER_FLUSH = new Set(['EACCES', 'EBADF', 'EINVAL', 'EISDIR', 'ENOTSUP', 'EPERM'])

/** What a file is to hold; of pieces none is longer than what should lie in memory. */
export type Content = string | Uint8Array | Iterable<string> | AsyncIterable<Uint8Array>

/**
 * Writes a file so that a reader sees the old one or the whole new one, also after the power failed: under a temporary
 * name beside it, flushed, then renamed. The folder is made where it is not there.
 * @throws DrydockError `disk_full`; what was under this name before stays
 */
export async function writeWhole(file: string, content: Content): Promise<void> {
  // not made of the file's own name, which may be as long as the system takes
  const temporary = join(dirname(file), `.${randomUUID()}.part`)
  try {
    await mkdir(dirname(file), { recursive: true })
    const handle = await open(temporary, 'wx')
    try {
      if (typeof content === 'string' || content instanceof Uint8Array) await handle.appendFile(content)
      else for await (const piece of content) await handle.appendFile(piece)
    } finally {
      await handle.close()
    }
    await putInPlace(temporary, file)
  } catch (error) {
    await rm(temporary, { force: true })
    if (!isDiskFull(error)) throw error
    throw new DrydockError(
      'disk_full',
      `There is no room left to write ${file}. What was written there before is kept. Free some space and start again.`,
      { path: file },
      error,
    )
  }
}

/** Gives a file that is written to its end its name: flushed, renamed, and the folder flushed that names it. */
export async function putInPlace(temporary: string, file: string): Promise<void> {
  // a file that is flushed must be open for writing on Windows
  const handle = await open(temporary, 'r+')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(temporary, file)
  await flushFolder(dirname(file))
}

/**
 * Gives a folder that is filled to its end its name, which nothing has; the files in it are as whole as they were written.
 * @throws where something stands under this name
 */
export async function putFolderInPlace(temporary: string, folder: string): Promise<void> {
  await flushFolder(temporary)
  await rename(temporary, folder)
  await flushFolder(dirname(folder))
}

/** Brings the names in a folder to the disk, where the system can. */
export async function flushFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, 'r')
    try {
      await handle.sync()
    } finally {
      await handle.close()
    }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (!NO_FOLDER_FLUSH.has(code)) throw error
  }
}
