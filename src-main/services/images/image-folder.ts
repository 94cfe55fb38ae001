import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { DrydockError } from '../../contract/errors.ts'
import { listImages } from './folder-listing.ts'

/**
 * The images of a folder that is no project, subfolders included.
 * @returns paths below the folder, with '/', sorted; at least one
 * @throws DrydockError `not_found` (no such folder), `nothing_to_do` (no image in it)
 */
export async function imagesIn(folder: string): Promise<string[]> {
  const found = await stat(folder).catch(() => null)
  if (!found?.isDirectory()) {
    throw new DrydockError(
      'not_found',
      `There is no folder ${folder}. Name the folder that holds the images.`,
    )
  }
  const paths = listImages(folder).map(({ path }) => path)
  if (paths.length > 0) return paths
  throw new DrydockError(
    'nothing_to_do',
    `There are no images in ${basename(folder)} or its subfolders (JPEG, PNG, TIFF, WebP). Name a folder that holds some.`,
  )
}
