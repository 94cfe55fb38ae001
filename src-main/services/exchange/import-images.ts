import { toWireError } from '../../contract/errors.ts'
import type { ImportResult } from '../../contract/wire.ts'
import { ensureContent, isFilesFault } from '../images/content.ts'
import type { ReadImage } from './label-reading.ts'
import type { Project } from '../machinery/project.ts'

/** Images that labels are meant for. */
export interface LookedThrough {
  usable: ReadImage[]
  /** the others, each with the sentence that says why */
  leftOut: ImportResult['leftOut']
}

/**
 * Parts images whose content is known from those whose file cannot be read, or is not the one that the labels were
 * checked against: a mask, like a score, belongs to a content.
 * @throws DrydockError whatever is wrong beside a file: the disk is full, another program holds the project
 */
export async function lookThrough(
  project: Project,
  images: readonly ReadImage[],
  signal: AbortSignal,
): Promise<LookedThrough> {
  const looked: LookedThrough = { usable: [], leftOut: [] }
  for (const image of images) {
    signal.throwIfAborted()
    const reason = await objectionTo(project, image)
    if (reason === null) looked.usable.push(image)
    else looked.leftOut.push({ image: image.path, reason })
  }
  return looked
}

async function objectionTo(project: Project, { id, size }: ReadImage): Promise<string | null> {
  try {
    const { width, height } = await ensureContent(project, id)
    if (width === size.width && height === size.height) return null
    return `It is ${width} x ${height} pixels now, and was ${size.width} x ${size.height} when the label file was read. Choose the label file again.`
  } catch (error) {
    if (!isFilesFault(error)) throw error
    return toWireError(error).message
  }
}
