import type { ImageFilter, ImageSort } from '../../contract/wire.ts'
import { IMAGE_STATUSES } from '../../contract/words.ts'
import { markOfFacts } from '../../core/list/marks.ts'
import { isAny, isWithin, sortByKeys, sortKey } from '../../core/list/order.ts'
import type { Listed } from '../../core/list/order.ts'
import type { MarkedOrder } from '../../core/list/packing.ts'
import type { ListFacts } from '../../store/lists.ts'
import type { Store } from '../../store/store.ts'
import { currentRun } from '../machinery/project.ts'

/** The images that pass the filter against the current run, in order, by a few passes over indexes; for a reader thread. */
export function orderOf(
  store: Store,
  { sort, filter }: { sort: ImageSort; filter: ImageFilter },
): MarkedOrder {
  const numbers = new Numbers(store)
  const { facts } = numbers
  let ids = store.lists.byName(filter)
  if (filter.scored) ids = ids.filter((id) => !Number.isNaN(facts.f2[id]))
  for (const name of ['f2', 'ships', 'predictions', 'side'] as const) {
    if (isAny(filter[name])) continue
    const of = numbers[name]
    ids = ids.filter((id) => isWithin(filter[name], known(of[id]!)))
  }
  const order = sortByKeys(ids, keysOf(ids, sort, numbers))
  const marks = Uint8Array.from(order.ids, (id) => {
    const is = (of: Uint8Array): boolean => of[id] !== 0
    const scored = !Number.isNaN(facts.f2[id])
    const [finished, leftOut, predicted] = [is(facts.finished), is(facts.leftOut), is(facts.reached)]
    return markOfFacts({ finished, leftOut, predicted, scored })
  })
  return { ...order, marks }
}

/** Numbers of all images by their ids, NaN where one has none; each is read when it is needed. */
class Numbers {
  readonly facts: ListFacts
  readonly #lists: Store['lists']
  readonly #run: number | null

  constructor(store: Store) {
    this.#lists = store.lists
    this.#run = currentRun({ store })
    this.facts = store.lists.facts(this.#run)
  }

  get f2(): Float64Array {
    return this.facts.f2
  }

  get ships(): Float64Array {
    return this.#lists.truthCounts()
  }

  get predictions(): Float64Array {
    const { reached } = this.facts
    return this.#lists.predictionCounts(this.#run).map((count, id) => (reached[id] ? count : NaN))
  }

  get side(): Float64Array {
    return this.#lists.sides()
  }

  get doubt(): Float64Array {
    const { finished } = this.facts
    return this.#lists.doubts(this.#run).map((doubt, id) => (finished[id] ? NaN : doubt))
  }

  get modified(): Float64Array {
    return this.#lists.modified()
  }

  get status(): Uint8Array {
    return this.#lists.statuses()
  }
}

/** Of all that an image is sorted by, what one sort looks at. */
const NOTHING: Omit<Listed, 'id' | 'path'> = {
  ...{ status: 'to do', split: null, flagged: false, leftOut: null, f2: null, doubt: null, modified: 0 },
  ...{ truthCount: 0, predictionCount: null, width: null, height: null },
}

/** The sort keys of these images. */
function keysOf(ids: Uint32Array, sort: ImageSort, numbers: Numbers): Float64Array {
  const by = (of: ArrayLike<number>, what: (value: number) => Partial<Listed>): Float64Array =>
    Float64Array.from(ids, (id) => sortKey(sort, { ...NOTHING, ...what(of[id]!) }))
  switch (sort) {
    case 'name':
      return new Float64Array(ids.length)
    case 'doubt':
      return by(numbers.doubt, (doubt) => ({ doubt: known(doubt) }))
    case 'F2, worst first':
    case 'F2, best first':
      return by(numbers.f2, (f2) => ({ f2: known(f2) }))
    case 'most ships':
      return by(numbers.ships, (truthCount) => ({ truthCount }))
    case 'most predictions':
      return by(numbers.predictions, (count) => ({ predictionCount: known(count) }))
    case 'newest first':
      return by(numbers.modified, (modified) => ({ modified }))
    case 'status':
      return by(numbers.status, (place) => ({ status: IMAGE_STATUSES[place]! }))
  }
}

function known(value: number): number | null {
  return Number.isNaN(value) ? null : value
}
