import { randomUUID } from 'node:crypto'
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { DrydockError } from '../../contract/errors.ts'
import type { StoredImage } from '../../store/images.ts'

/** An image's file, as pixels are made of it. */
export interface Source {
  file: string
  /** as {@link fileKnown}; null: whatever it is now */
  known: string | null
}

/** Where pixels go. */
export interface Destination {
  /** folder of the files that are being made */
  making: string
  /** folder of those that are made */
  into: string
}

/**
 * Makes files of the cache, whose names say for good which pixels are in them. The image's file may be replaced at any moment: it is
 * looked at before and after, and what was made of another picture goes. For a worker thread: it is some steps one after the other,
 * between which the thread that saves gestures would have to be waited for.
 * @param make writes into a folder, under the files' names
 * @returns what `make` says
 * @throws DrydockError `not_found` where it is another picture, else as `make`
 */
export async function madeOf<T>(
  { file, known }: Source,
  { making, into }: Destination,
  make: (folder: string) => Promise<T>,
): Promise<T> {
  const before = await fileNow(file)
  if (before !== null && known !== null && before !== known) throw noSuchPixels()
  const folder = join(making, randomUUID())
  await mkdir(folder, { recursive: true })
  try {
    const answer = await make(folder)
    if ((await fileNow(file)) !== before) throw noSuchPixels()
    await mkdir(into, { recursive: true })
    for (const name of await readdir(folder)) await rename(join(folder, name), join(into, name))
    return answer
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** What a file is known by: it has changed where this is another. */
export function fileKnown({ size, mtime }: Pick<StoredImage, 'size' | 'mtime'>): string {
  return `${size} ${Math.round(mtime)}`
}

export function noSuchPixels(): DrydockError {
  return new DrydockError(
    'not_found',
    'There are no pixels at this address, or the picture has changed since.',
  )
}

async function fileNow(file: string): Promise<string | null> {
  const found = await stat(file).catch(() => null)
  return found && fileKnown({ size: found.size, mtime: found.mtimeMs })
}
