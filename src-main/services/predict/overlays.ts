import { join } from 'node:path'
import { DrydockError } from '../../contract/errors.ts'
import { parseRle } from '../../core/mask/rle.ts'
import { decodeImage } from '../../imaging/decode.ts'
import { writeOverlay } from '../../imaging/overlay.ts'
import type { Project } from '../machinery/project.ts'
import { imageFile, storedImage } from '../machinery/project.ts'

/** File of an image's overlay picture. @param path of the image, relative, with '/' */
export function overlayFile(folder: string, path: string): string {
  return join(folder, ...`${path}.png`.split('/'))
}

/**
 * Draws the outlines of a run's instances on its images, one PNG each. Images that cannot be read any more are left out.
 * @returns how many pictures were written
 */
export async function writeRunOverlays(
  project: Project,
  run: number,
  folder: string,
  signal: AbortSignal,
): Promise<number> {
  const { store } = project
  let written = 0
  for (const id of store.runs.images(run)) {
    if (signal.aborted) break
    const image = storedImage(project, id)
    try {
      const mapping = store.pixels.get(image.id)?.mapping ?? undefined
      const pixels = await decodeImage(imageFile(project, image), { mapping })
      await writeOverlay(
        pixels,
        store.predictions.masks(run, image.id).map(parseRle),
        overlayFile(folder, image.path),
      )
      written++
    } catch (error) {
      if (!(error instanceof DrydockError)) throw error
    }
  }
  return written
}
