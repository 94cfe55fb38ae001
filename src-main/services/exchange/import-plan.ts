import { attributesOf } from '../../core/edit/state.ts'
import type { EditPlan, ImageStatus, InstanceChange, TruthInstance } from '../../contract/wire.ts'
import { storedCategory } from '../../core/edit/describe.ts'
import { orderedUuid } from '../machinery/ordered-uuid.ts'
import type { ReadImage, ReadMask } from './read-image.ts'

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
  { masks, ignored }: Pick<ReadImage, 'masks' | 'ignored'>,
  existing: ExistingTruth,
): { plan: EditPlan | null; same: number } {
  const there = new Set(truth.flatMap(({ rle, ignore }) => (ignore ? [] : [rle])))
  const ignoredThere = new Set(truth.flatMap(({ rle, ignore }) => (ignore ? [rle] : [])))
  const areas = ignored.filter((rle) => !ignoredThere.has(rle))
  const fresh = masks.filter(({ rle }) => !there.has(rle))
  const same = masks.length - fresh.length
  if (truth.length > 0 && existing === 'skip') return { plan: null, same }
  const wanted = new Set(masks.map(({ rle }) => rle))
  const kept = new Set(ignored)
  const replaced =
    existing === 'replace' ? truth.filter(({ rle, ignore }) => !(ignore ? kept : wanted).has(rle)) : []
  const objects = (all: readonly TruthInstance[]): number => all.filter(({ ignore }) => !ignore).length
  const left = objects(truth) - objects(replaced) + fresh.length
  // where it has areas to ignore and nothing else, the file does not say that there is no ship
  const silent = left === 0 && ignored.length > 0
  const status = silent ? image.status : statusAfter(image.status, left, existing)
  const instances = [...replaced.map(deleted), ...fresh.map(created), ...areas.map(area)]
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

function created(mask: ReadMask): InstanceChange {
  const { rle, colour, category } = mask
  const { heading, attributes } = mask
  return {
    instance: orderedUuid(),
    before: null,
    after: {
      ...{ origin: 'imported', edited: false, colour },
      ...keptCategory(category),
      ...(heading === undefined ? {} : { heading }),
      ...(attributes === undefined ? {} : { attributes: { ...attributes } }),
    },
    added: rle,
    removed: '',
  }
}

/** An area to ignore appears. */
function area(rle: string): InstanceChange {
  const after = { origin: 'imported' as const, edited: false, colour: 0, ignore: true as const }
  return { instance: orderedUuid(), before: null, after, added: rle, removed: '' }
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
