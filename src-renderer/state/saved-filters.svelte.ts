import { isRecord } from '../../src-main/contract/record.ts'
import type { ImageFilter, ImageSort } from '../../src-main/contract/wire.ts'
import { IMAGE_SORTS } from '../../src-main/contract/words.ts'
import { NO_FILTER } from '../../src-main/core/list/order.ts'

/** A filter with its sort, under a name that a person gave it. */
export interface SavedFilter {
  name: string
  filter: ImageFilter
  sort: ImageSort
}

const KEY = 'drydock.filters'

/** The filters that a person keeps, for all projects: they are about the work, not about the images. Kept by the window, as it looks. */
export class SavedFilters {
  all = $state.raw<readonly SavedFilter[]>(read())

  /** In the place of one of the same name. */
  keep(name: string, filter: ImageFilter, sort: ImageSort): void {
    this.#set([...this.all.filter((one) => one.name !== name), { name, filter, sort }])
  }

  forget(name: string): void {
    this.#set(this.all.filter((one) => one.name !== name))
  }

  #set(all: readonly SavedFilter[]): void {
    this.all = all
    localStorage.setItem(KEY, JSON.stringify(all))
  }
}

/** What is stored in another form is left out. */
function read(): SavedFilter[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]')
    return Array.isArray(stored) ? stored.flatMap((one: unknown) => savedOf(one) ?? []) : []
  } catch {
    return []
  }
}

function savedOf(stored: unknown): SavedFilter | null {
  if (!isRecord(stored) || typeof stored['name'] !== 'string' || !isRecord(stored['filter'])) return null
  const sort = IMAGE_SORTS.find((known) => known === stored['sort'])
  const filter = filterOf(stored['filter'])
  return sort && filter ? { name: stored['name'], filter, sort } : null
}

/** A filter of an earlier version lacks what came later: that lets all pass. */
function filterOf(stored: Record<string, unknown>): ImageFilter | null {
  const filter: Record<string, unknown> = { ...NO_FILTER }
  for (const [key, any] of Object.entries(NO_FILTER)) {
    const value = stored[key]
    if (value === undefined) continue
    const fits = isRecord(any) ? isRange(value) : any === null ? isText(value) : typeof value === typeof any
    if (!fits) return null
    filter[key] = value
  }
  // each part has the form that it has in a filter that lets all pass
  return filter as unknown as ImageFilter
}

function isRange(value: unknown): boolean {
  const isEnd = (end: unknown): boolean => end === null || typeof end === 'number'
  return isRecord(value) && isEnd(value['from']) && isEnd(value['to'])
}

function isText(value: unknown): boolean {
  return value === null || typeof value === 'string'
}
