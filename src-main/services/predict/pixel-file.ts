import { existsSync } from 'node:fs'
import type { Project } from '../machinery/project.ts'
import { noSuchPixels } from '../images/made-of.ts'
import { pictureFile, pixelAddress } from '../images/pixels.ts'
import type { CacheFile } from '../images/pixels.ts'
import { inferenceFile } from './infer.ts'

/**
 * The cache file behind a pixel URL: a picture of an image, made where it is not there yet, or an inference that is there.
 * @param path the URL's part after the project: `image/<id>/r<content>/thumb`, `.../tile/<level>/<column>/<row>`,
 *   `.../inference/<key>`
 * @throws DrydockError `not_found` where the URL means nothing, or the picture has changed since; or as decoding does
 */
export async function pixelFile(project: Project, path: string): Promise<CacheFile> {
  const address = pixelAddress(project, path)
  const picture = await pictureFile(project, address)
  if (picture) return picture
  const key = /^inference\/([0-9a-f]{64})$/.exec(address.rest)?.[1]
  const file = key === undefined ? null : inferenceFile(project.cache, key)
  if (file === null || !existsSync(file)) throw noSuchPixels()
  return { file, mime: 'application/octet-stream' }
}
