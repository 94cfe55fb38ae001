import { join } from 'node:path'
import { readSize } from '../../imaging/decode.ts'
import { imagesIn } from '../images/image-folder.ts'
import { georeferenceIn } from './ground.ts'
import { imageDirectory } from './label-source.ts'
import type { ImageDirectory } from './label-source.ts'

/**
 * The images of a folder that is no project, for labels that are meant for them.
 * @throws DrydockError `not_found`, `nothing_to_do` (no image in it)
 */
export async function folderImages(folder: string): Promise<ImageDirectory> {
  const fileOf = (path: string): string => join(folder, ...path.split('/'))
  return imageDirectory(
    await imagesIn(folder),
    (path) => readSize(fileOf(path)).catch(() => null),
    (path) => georeferenceIn(fileOf(path)),
  )
}
