import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { NO_FILTER } from '../../src-main/core/list/order.ts'
import { SavedFilters } from './saved-filters.svelte.ts'

let stored: Map<string, string>
beforeEach(() => {
  stored = new Map()
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => stored.set(key, value),
  })
})
afterEach(() => vi.unstubAllGlobals())

const doubtful = { ...NO_FILTER, status: 'to do' as const, predictions: { from: 1, to: null } }

test('filters are kept under their names, the latest of each, until they are forgotten', () => {
  const saved = new SavedFilters()
  saved.keep('doubtful', NO_FILTER, 'name')
  saved.keep('doubtful', doubtful, 'doubt')
  saved.keep('other', NO_FILTER, 'name')
  saved.forget('other')
  expect(new SavedFilters().all).toEqual([{ name: 'doubtful', filter: doubtful, sort: 'doubt' }])
})

test('what another version stored is read as far as it is understood', () => {
  const { side: _, ...earlier } = doubtful
  stored.set(
    'drydock.filters',
    JSON.stringify([
      { name: 'earlier', filter: earlier, sort: 'doubt' },
      { name: 'later', filter: { ...doubtful, flagged: 'sometimes' }, sort: 'doubt' },
      { name: 'unknown sort', filter: doubtful, sort: 'by taste' },
      'nonsense',
    ]),
  )
  expect(new SavedFilters().all).toEqual([{ name: 'earlier', filter: doubtful, sort: 'doubt' }])
  stored.set('drydock.filters', '{')
  expect(new SavedFilters().all).toEqual([])
})
