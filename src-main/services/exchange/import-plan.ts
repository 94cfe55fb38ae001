import { randomUUID } from 'node:crypto'
import type { EditPlan, ImageStatus, InstanceChange, TruthInstance } from '../../contract/wire.ts'
import type { ReadMask } from './label-reading.ts'

/** What becomes of truth that is there already: it stays beside what comes, it goes, or the image is left alone. */
export type ExistingTruth = 'add' | 'replace' | 'skip'

/**
 * The edit that brings imported masks to one image; null where nothing changes. A file of labels speaks of whole
 * images, so an image becomes done (or no ship) with it, unless someone is in the middle of marking it.
 */
export function importPlan(
  image: { status: ImageStatus },
  truth: readonly TruthInstance[],
  masks: readonly ReadMask[],
  existing: ExistingTruth,
): EditPlan | null {
  if (truth.length > 0 && existing === 'skip') return null
  const replaced = existing === 'replace' ? truth : []
  const left = truth.length - replaced.length + masks.length
  const status = statusAfter(image.status, left, existing)
  const instances = [...replaced.map(deleted), ...masks.map(created)]
  if (instances.length === 0 && status === image.status) return null
  return {
    kind: 'import',
    instances,
    decisions: [],
    status: status === image.status ? null : { from: image.status, to: status },
    flag: null,
  }
}

function statusAfter(status: ImageStatus, left: number, existing: ExistingTruth): ImageStatus {
  if (status === 'in progress' && existing !== 'replace') return status
  return left === 0 ? 'no ship' : 'done'
}

function created({ rle, colour }: ReadMask): InstanceChange {
  return {
    instance: randomUUID(),
    before: null,
    after: { origin: 'imported', edited: false, colour },
    added: rle,
    removed: '',
  }
}

function deleted({ id, rle, origin, edited, colour }: TruthInstance): InstanceChange {
  return {
    instance: id,
    before: { origin, edited, colour },
    after: null,
    added: '',
    removed: rle,
  }
}
