import { toWireError } from '../../contract/errors.ts'
import type { ImportResult } from '../../contract/wire.ts'
import type { Size } from '../../core/mask/rle.ts'
import { ensureContent, isFilesFault } from '../images/content.ts'
import type { JobContext } from '../machinery/job-handlers.ts'
import type { Project } from '../machinery/project.ts'
import { storedImage } from '../machinery/project.ts'
import type { ReadImage } from './read-image.ts'
import type { ShelvedImage } from './reads.ts'
import type { MatchedLabels } from './label-reading.ts'

/**
 * Does `work`, inside transactions, for each labelled image whose content is known and is the one that the labels were checked against: a
 * mask, like a score, belongs to a content. The others go to `leftOut`, each with the sentence that says why.
 * @param before awaited once before the first
 * @throws DrydockError whatever is wrong beside a file: the disk is full, another program holds the project
 */
export async function eachUsable(
  { project, signal }: JobContext,
  { shelf, places }: Pick<MatchedLabels, 'places'> & { shelf: string },
  leftOut: ImportResult['leftOut'],
  work: (image: ReadImage) => void,
  before?: () => Promise<void>,
): Promise<void> {
  let first = true
  const doOne = (labels: ReadImage): void => {
    // what was looked at may have changed since
    const reason = otherSize(storedImage(project, labels.id), labels)
    if (reason === null) work(labels)
    else leftOut.push({ image: labels.path, reason })
  }
  const take = async (part: ShelvedImage[]): Promise<void> => {
    const usable: ReadImage[] = []
    for (const image of part) {
      signal.throwIfAborted()
      const reason = image.unchanged ? null : await objectionTo(project, image)
      if (reason === null) usable.push(image)
      else leftOut.push({ image: image.path, reason })
    }
    if (usable.length === 0) return
    if (first) await before?.()
    first = false
    await project.store.inBatches(usable, doOne, signal)
  }
  await project.reads.run('exchange.shelved', { shelf, places }, { signal, take })
}

async function objectionTo(project: Project, labels: ReadImage): Promise<string | null> {
  try {
    return otherSize(await ensureContent(project, labels.id), labels)
  } catch (error) {
    if (!isFilesFault(error)) throw error
    return toWireError(error).message
  }
}

function otherSize(
  { width, height }: { width: number | null; height: number | null },
  { size }: { size: Size },
): string | null {
  if (width === size.width && height === size.height) return null
  return `It is ${width ?? '?'} x ${height ?? '?'} pixels now, and was ${size.width} x ${size.height} when the label file was read. Choose the label file again.`
}
