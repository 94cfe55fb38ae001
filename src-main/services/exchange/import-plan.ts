import { randomUUID } from 'node:crypto'
import { attributesOf } from '../../core/edit/state.ts'
import type { EditPlan, ImageStatus, InstanceChange, TruthInstance } from '../../contract/wire.ts'
import { storedCategory } from '../../core/edit/describe.ts'
import type { ReadMask } from './label-reading.ts'

/** What becomes of truth that is there already: it stays beside what comes, it goes, or the image is left alone. */
export type ExistingTruth = 'add' | 'replace' | 'skip'

/**
 * The edit that brings imported masks to one image; null where nothing changes. Masks that are there to the pixel (`same`)
 * are never doubled. A file of labels speaks of whole images, so an image becomes done (or no ship) with it, unless
 * someone is in the middle of marking it.
 */
export function importPlan(
  image: { status: ImageStatus },
  truth: readonly TruthInstance[],
  masks: readonly ReadMask[],
  existing: ExistingTruth,
): { plan: EditPlan | null; same: number } {
  const there = new Set(truth.map(({ rle }) => rle))
  const fresh = masks.filter(({ rle }) => !there.has(rle))
  const same = masks.length - fresh.length
  if (truth.length > 0 && existing === 'skip') return { plan: null, same }
  const wanted = new Set(masks.map(({ rle }) => rle))
  const replaced = existing === 'replace' ? truth.filter(({ rle }) => !wanted.has(rle)) : []
  const left = truth.length - replaced.length + fresh.length
  const status = statusAfter(image.status, left, existing)
  const instances = [...replaced.map(deleted), ...fresh.map(created)]
  if (instances.length === 0 && status === image.status) return { plan: null, same }
  const plan: EditPlan = {
    kind: 'import',
    instances,
    decisions: [],
    status: status === image.status ? null : { from: image.status, to: status },
    flag: null,
  }
  return { plan, same }
}

function statusAfter(status: ImageStatus, left: number, existing: ExistingTruth): ImageStatus {
  if (status === 'in progress' && existing !== 'replace') return status
  return left === 0 ? 'no ship' : 'done'
}

/** What an instance carries of a category. @param key null: none */
export function keptCategory(key: string | null): { category?: string } {
  const category = key === null ? undefined : storedCategory(key)
  return category === undefined ? {} : { category }
}

function created({ rle, colour, category }: ReadMask): InstanceChange {
  return {
    instance: randomUUID(),
    before: null,
    after: { origin: 'imported', edited: false, colour, ...keptCategory(category) },
    added: rle,
    removed: '',
  }
}

function deleted({ id, rle, ...instance }: TruthInstance): InstanceChange {
  return {
    instance: id,
    before: attributesOf(instance),
    after: null,
    added: '',
    removed: rle,
  }
}
