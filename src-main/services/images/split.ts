import { DrydockError } from '../../contract/errors.ts'
import type { ImageRow, Split } from '../../contract/wire.ts'
import type { Project } from '../machinery/project.ts'
import { assertWritable, storedImage } from '../machinery/project.ts'
import { existingRow, tellRows } from './rows.ts'

/** The split that a content belongs to: 70/15/15 by its hash, so that copies fall together. */
export function splitOf(sha256: string): Split {
  const share = parseInt(sha256.slice(0, 8), 16) / 0x1_0000_0000
  return share < 0.7 ? 'train' : share < 0.85 ? 'validation' : 'hold-out'
}

/**
 * Puts an image into another split.
 * @throws DrydockError `bad_input` for an image of the hold-out: what was held out stays unseen
 */
export async function setSplit(project: Project, id: number, split: Split): Promise<ImageRow> {
  assertWritable(project)
  await project.store.write(() => {
    if (storedImage(project, id).split === 'hold-out' && split !== 'hold-out') {
      throw new DrydockError(
        'bad_input',
        'This image is in the hold-out, which is frozen so that the last figure stays honest. Nothing was changed.',
      )
    }
    project.store.images.setSplit(id, split)
  })
  tellRows(project, [id])
  return existingRow(project, id)
}
