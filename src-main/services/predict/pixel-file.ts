import type { Project } from '../machinery/project.ts'
import { noSuchPixels, pictureFile, pixelAddress } from '../images/pixels.ts'
import type { CacheFile } from '../images/pixels.ts'
import { ensurePoints } from './embeddings.ts'

/**
 * Makes the cache file behind a pixel URL, where it is not there yet: a picture of an image, or the plot of a run.
 * @param path the URL's part after the project: `image/<id>/r<content>/thumb`, `.../tile/<level>/<column>/<row>`,
 *   `.../run/<run>/points`
 * @throws DrydockError `not_found` where the URL means nothing, or the picture has changed since; or as decoding does
 */
export async function pixelFile(project: Project, path: string): Promise<CacheFile> {
  const address = pixelAddress(project, path)
  const picture = await pictureFile(project, address)
  if (picture) return picture
  const run = /^run\/(\d{1,15})\/points$/.exec(address.rest)?.[1]
  const points = run === undefined ? null : await ensurePoints(project, address.image.id, Number(run))
  if (points === null) throw noSuchPixels()
  return { file: points, mime: 'application/octet-stream' }
}
