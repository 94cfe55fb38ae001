import { mkdir, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { tileFile } from '../../imaging/tiles.ts'
import type { StoredImage } from '../../store/images.ts'
import { placeInCache } from '../machinery/making.ts'
import type { Project } from '../machinery/project.ts'
import { contentOf } from './rows.ts'
import { mappingId } from './stored-mapping.ts'
import type { FirstRead } from './tasks.ts'

/** Changes when tiles of the same pixels look otherwise than those of an earlier version, which a cache may still hold. */
const TILE_LOOK = 2

/** With which the files of an image's tiles begin. */
export function tilePrefix(project: Pick<Project, 'cache'>, image: StoredImage): string {
  return placeInCache(project.cache, 'tiles', `${image.id}-${contentOf(image)}-${TILE_LOOK}`)
}

/**
 * Puts the picture that came with the look at a file where it is asked for; it goes where the image is seen by another mapping, or
 * is another by now.
 */
export async function placeFirstPicture(
  project: Project,
  image: StoredImage,
  { file, content, picture }: FirstRead,
): Promise<void> {
  if (!picture || !content || !file) return
  const same = image.size === file.size && image.mtime === file.mtime
  if (project.readOnly || !same || image.mappingId !== mappingId(content.mapping, content.facts)) {
    await rm(picture.file, { force: true })
    return
  }
  const to = tileFile(tilePrefix(project, image), picture.address)
  await mkdir(dirname(to), { recursive: true })
  await rename(picture.file, to)
}
