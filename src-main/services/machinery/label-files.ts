import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { DrydockError } from '../../contract/errors.ts'
import type { Size } from '../../core/mask/rle.ts'
import { readAirbus } from '../../formats/airbus.ts'
import type { Labels } from '../../formats/airbus.ts'
import { placeInFile } from '../../formats/format.ts'
import type { BrokenRow } from '../../formats/format.ts'

const NAMED = 5

/**
 * Reads a label file; broken rows are listed in the result.
 * @param size where given, masks that reach beyond it are broken
 * @throws DrydockError `not_found`, `file_broken`
 */
export async function readLabels(file: string, size?: Size): Promise<Labels> {
  let bytes: Buffer
  try {
    bytes = await readFile(file)
  } catch (cause) {
    throw unreadable(file, cause)
  }
  try {
    return readAirbus(bytes, size)
  } catch (cause) {
    if (!(cause instanceof DrydockError)) throw cause
    throw new DrydockError(cause.code, `${basename(file)}: ${cause.message}`, { file }, cause)
  }
}

/**
 * As {@link readLabels}, for work that needs every row.
 * @throws DrydockError `file_broken` also where any row is broken, naming the first few
 */
export async function readWholeLabels(file: string, size?: Size): Promise<Labels> {
  const labels = await readLabels(file, size)
  if (labels.broken.length === 0) return labels
  const named = labels.broken.slice(0, NAMED).map(describeBroken).join('; ')
  const more = labels.broken.length > NAMED ? `; and ${labels.broken.length - NAMED} more` : ''
  const count = labels.broken.length === 1 ? 'a broken row' : `${labels.broken.length} broken rows`
  throw new DrydockError(
    'file_broken',
    `${basename(file)} has ${count}: ${named}${more}. Nothing was changed; mend the file and try again.`,
    { file, broken: labels.broken.slice(0, 100) },
  )
}

/** 'line 4 (b.jpg) has 3 numbers ...' */
export function describeBroken(broken: BrokenRow): string {
  const { image, reason } = broken
  return `${placeInFile(broken)}${image === null ? '' : ` (${image})`} ${reason}`
}

/** Why a file cannot be read, as a sentence. */
export function unreadable(file: string, cause: unknown): DrydockError {
  if (cause instanceof DrydockError) return cause
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  if (code === 'ENOENT') {
    return new DrydockError(
      'not_found',
      `There is no file ${file}. Check the path and try again.`,
      { file },
      cause,
    )
  }
  const why =
    code === 'EISDIR'
      ? 'is a folder, not a file'
      : code === 'EACCES'
        ? 'may not be read by you'
        : code === 'ERR_FS_FILE_TOO_LARGE'
          ? 'is larger than 2 GiB'
          : 'cannot be read'
  return new DrydockError(
    'file_broken',
    `${file} ${why}. Choose another file and try again.`,
    { file },
    cause,
  )
}
