import type { ImageFilter, ImageSort } from '../../contract/wire.ts'
import { IMAGE_STATUSES } from '../../contract/words.ts'
import { markOfFacts } from '../../core/list/marks.ts'
import { sortByKeys, sortKey } from '../../core/list/order.ts'
import type { MarkedOrder } from '../../core/list/packing.ts'
import type { ListFacts } from '../../store/lists.ts'
import type { Store } from '../../store/store.ts'
import { currentRun } from '../machinery/project.ts'

/** The images that pass the filter against the current run, in order, by a few passes over indexes; for a reader thread. */
export function orderOf(
  store: Store,
  { sort, filter }: { sort: ImageSort; filter: ImageFilter },
): MarkedOrder {
  const { lists } = store
  const facts = lists.facts(currentRun({ store }))
  let ids = lists.byName(filter)
  if (filter.scored) ids = ids.filter((id) => !Number.isNaN(facts.f2[id]))
  const order = sortByKeys(ids, keysOf(ids, sort, facts, lists))
  const marks = Uint8Array.from(order.ids, (id) => {
    const scored = !Number.isNaN(facts.f2[id])
    return markOfFacts(facts.finished[id] !== 0, facts.reached[id] !== 0, scored)
  })
  return { ...order, marks }
}

/** The sort keys of these images. */
function keysOf(ids: Uint32Array, sort: ImageSort, { f2 }: ListFacts, lists: Store['lists']): Float64Array {
  if (sort === 'name') return new Float64Array(ids.length)
  const statuses = sort === 'status' ? lists.statuses() : null
  return Float64Array.from(ids, (id) => {
    const score = f2[id]!
    const status = IMAGE_STATUSES[statuses?.[id] ?? 0]!
    return sortKey(sort, { status, f2: Number.isNaN(score) ? null : score })
  })
}
