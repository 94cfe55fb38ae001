import { readFile } from 'node:fs/promises'
import { DrydockError } from '../../contract/errors.ts'

/** The text of a file that a person named. @throws DrydockError `not_found` */
export async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    throw new DrydockError(
      'not_found',
      `There is no file ${file} that can be read. Check the path.`,
      { file },
      cause,
    )
  }
}
