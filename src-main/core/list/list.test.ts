import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ImageFilter, ImageSort } from '../../contract/wire.ts'
import { IMAGE_SORTS, IMAGE_STATUSES } from '../../contract/words.ts'
import { countedWith, countMarks, isMarkedSettled, markOf } from './marks.ts'
import { nameKey } from './name-key.ts'
import { NO_FILTER, passes, ranksOf, sortByKeys, sortKey, withChanges } from './order.ts'
import type { ImageOrder, Listed } from './order.ts'
import { packOrder, unpackOrder } from './packing.ts'

/** The images that pass the filter, sorted: all of them anew. */
function sortImages(images: Iterable<Listed>, sort: ImageSort, filter: ImageFilter): ImageOrder {
  const named = [...images]
    .filter((image) => passes(filter, image))
    .map((image) => ({ ...image, name: nameKey(image.path) }))
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.id - b.id))
  return sortByKeys(
    Uint32Array.from(named, ({ id }) => id),
    Float64Array.from(named, (image) => sortKey(sort, image)),
  )
}

const PLAIN: Listed = {
  ...{ id: 0, path: '', status: 'to do', split: null, flagged: false, f2: null, doubt: null, modified: 0 },
  ...{ leftOut: null, truthCount: 0, predictionCount: null, width: null, height: null },
}

// few letters, digits in both cases: names that tie, and numbers that text sorts wrongly
const path = fc.string({ unit: fc.constantFrom('a', 'A', 'b', '1', '2', '0', '/'), maxLength: 5 })
const state = fc.record({
  status: fc.constantFrom(...IMAGE_STATUSES),
  flagged: fc.boolean(),
  leftOut: fc.constantFrom(null, 'blurred'),
  f2: fc.option(fc.constantFrom(0, 0.25, 0.5, 1), { nil: null }),
  doubt: fc.option(fc.constantFrom(0, 0.5), { nil: null }),
  truthCount: fc.nat(3),
  predictionCount: fc.option(fc.nat(3), { nil: null }),
})
const images = fc
  .array(fc.tuple(path, state), { maxLength: 40 })
  .map((all) => all.map(([name, rest], i): Listed => ({ ...PLAIN, id: 3 * i + 1, path: name, ...rest })))
const end = fc.option(fc.constantFrom(0, 1, 2), { nil: null })
const filter: fc.Arbitrary<ImageFilter> = fc.record({
  ...{ split: fc.constant(null), category: fc.constant(null), author: fc.constant(null) },
  ...{ f2: fc.constant(NO_FILTER.f2), side: fc.constant(NO_FILTER.side) },
  ships: fc.record({ from: end, to: end }),
  predictions: fc.record({ from: end, to: end }),
  text: fc.constantFrom('', 'a', ' 1 ', 'B'),
  status: fc.option(fc.constantFrom(...IMAGE_STATUSES), { nil: null }),
  flagged: fc.boolean(),
  leftOut: fc.constantFrom(null, null, 'only', 'none'),
  scored: fc.boolean(),
})

describe('the order of a list', () => {
  const listed = (rows: Partial<Listed>[], sort: ImageSort, filter: ImageFilter) => {
    const all = rows.map((row, i) => ({
      ...{ ...PLAIN, id: i },
      ...row,
    }))
    return Array.from(sortImages(all, sort, filter).ids, (id) => all[id]!.path)
  }
  const rows: Partial<Listed>[] = [
    { path: 'b10' },
    { path: 'b9', f2: 0.2, status: 'done' },
    { path: 'a', f2: 0.9, status: 'no ship', flagged: true },
  ]

  test('sorts names as people count', () => {
    expect(listed(rows, 'name', NO_FILTER)).toEqual(['a', 'b9', 'b10'])
  })

  test.each([
    ['numbers by their size, whatever zeros lead them', ['a2', 'a9', 'a010', 'a11', 'a100', 'b1']],
    ['a folder before what begins like it', ['harbour/z', 'harbour b/a', 'harbour-2/a', 'harbour2/a']],
    ['whatever the case and the accents', ['A1', 'á2', 'a3', 'Ä4', 'b']],
    [
      'hexadecimal names as texts',
      ['00003e153.jpg', '000155de5.jpg', '0001756c1.jpg', '000155215e.jpg', 'ab.jpg'],
    ],
    ['long numbers among short ones', ['9999999.png', '10000000.png', '200000000.png']],
    ['signs before numbers before letters', ['sea.png', 'sea_1.png', 'sea1.png', 'seab.png']],
  ])('sorts %s', (_what, names) => {
    const rows = names.map((path) => ({ path })).reverse()
    expect(listed(rows, 'name', NO_FILTER)).toEqual(names)
  })

  test('puts images without a score last, whichever way scores are sorted', () => {
    expect(listed(rows, 'F2, worst first', NO_FILTER)).toEqual(['b9', 'a', 'b10'])
    expect(listed(rows, 'F2, best first', NO_FILTER)).toEqual(['a', 'b9', 'b10'])
  })

  test('sorts by status in the order of the work', () => {
    expect(listed(rows, 'status', NO_FILTER)).toEqual(['b10', 'b9', 'a'])
  })

  test('filters by text, status, flag and score', () => {
    expect(listed(rows, 'name', { ...NO_FILTER, text: 'B', status: 'done' })).toEqual(['b9'])
    expect(listed(rows, 'name', { ...NO_FILTER, flagged: true })).toEqual(['a'])
    expect(listed(rows, 'name', { ...NO_FILTER, scored: true })).toEqual(['a', 'b9'])
    expect(listed(rows, 'name', { ...NO_FILTER, f2: { from: 0.2, to: 0.9 } })).toEqual(['a', 'b9'])
    expect(listed(rows, 'name', { ...NO_FILTER, f2: { from: null, to: 0.5 } })).toEqual(['b9'])
  })

  test.each<[string, Partial<ImageFilter>, string[]]>([
    ['number of ships', { ships: { from: 1, to: 2 } }, ['one', 'two']],
    ['no ships at all', { ships: { from: null, to: 0 } }, ['none']],
    [
      'number of predictions, of those that the run has reached',
      { predictions: { from: null, to: 2 } },
      ['one', 'two'],
    ],
    ['longer side, where the size is known', { side: { from: 100, to: 150 } }, ['one', 'two']],
    ['flag and ships at once', { flagged: true, ships: { from: 1, to: null } }, ['two']],
    ['split', { split: 'validation' }, ['two']],
    ['what was left out', { leftOut: 'only' }, ['three']],
    ['what was not', { leftOut: 'none' }, ['none', 'one', 'two']],
  ])('filters by %s', (_what, part, paths) => {
    const size = (width: number, height: number) => ({ width, height })
    const all: Partial<Listed>[] = [
      { path: 'none', flagged: true },
      { path: 'one', truthCount: 1, predictionCount: 0, ...size(100, 40) },
      {
        path: 'two',
        truthCount: 2,
        predictionCount: 2,
        flagged: true,
        split: 'validation',
        ...size(60, 150),
      },
      { path: 'three', truthCount: 3, predictionCount: 3, leftOut: 'blurred', ...size(151, 40) },
    ]
    expect(listed(all, 'name', { ...NO_FILTER, ...part }).sort()).toEqual(paths.toSorted())
  })

  test('after moves of changed images it is the same as sorted anew', () => {
    const changed = fc.array(fc.array(fc.tuple(fc.nat(), state), { minLength: 1, maxLength: 5 }), {
      maxLength: 5,
    })
    fc.assert(
      fc.property(images, fc.constantFrom(...IMAGE_SORTS), filter, changed, (start, sort, by, batches) => {
        const now = new Map(start.map((image) => [image.id, image]))
        const ranks = ranksOf(sortImages(start, 'name', NO_FILTER).ids)
        let order = sortImages(start, sort, by)
        for (const batch of batches) {
          const changes = new Map<number, number | null>()
          for (const [which, next] of batch) {
            const image = start[which % Math.max(1, start.length)]
            if (!image) continue
            const after = { ...image, ...next }
            now.set(image.id, after)
            changes.set(image.id, passes(by, after) ? sortKey(sort, after) : null)
          }
          order = withChanges(order, ranks, changes)
        }
        expect(order).toEqual(sortImages(now.values(), sort, by))
      }),
    )
  })

  test('stays itself where nothing moves', () => {
    const order = sortImages([{ ...PLAIN, id: 1, path: 'a', status: 'done', f2: 0.5 }], 'name', NO_FILTER)
    const ranks = ranksOf(order.ids)
    expect(withChanges(order, ranks, new Map([[1, 0]]))).toBe(order)
    expect(withChanges(order, ranks, new Map([[7, null]]))).toBe(order)
    expect(withChanges(order, ranks, new Map([[1, null]])).ids).toHaveLength(0)
  })
})

test('counts that follow each change are those over all marks', () => {
  const mark = fc.record({
    status: fc.constantFrom(...IMAGE_STATUSES),
    predictionCount: fc.constantFrom(null, 0, 3),
    f2: fc.constantFrom(null, 0, 0.5),
    leftOut: fc.constantFrom(null, 'blurred'),
  })
  fc.assert(
    fc.property(fc.array(mark, { minLength: 1 }), fc.array(fc.tuple(fc.nat(), mark)), (start, changes) => {
      const marks = Uint8Array.from(start, markOf)
      let counts = countMarks(marks)
      for (const [which, next] of changes) {
        const i = which % marks.length
        counts = countedWith(countedWith(counts, marks[i]!, -1), markOf(next), 1)
        marks[i] = markOf(next)
      }
      expect(counts).toEqual(countMarks(marks))
    }),
  )
  const some = [
    { status: 'done' as const, predictionCount: 0, f2: 0, leftOut: null },
    { status: 'in progress' as const, predictionCount: null, f2: null, leftOut: null },
    { status: 'to do' as const, predictionCount: 3, f2: null, leftOut: 'blurred' },
  ]
  expect(countMarks(Uint8Array.from(some, markOf))).toEqual({
    images: 2,
    finished: 1,
    predicted: 1,
    scored: 1,
    leftOut: 1,
  })
  expect(some.map((image) => isMarkedSettled(markOf(image)))).toEqual([true, false, true])
})

test('an order comes out of its packing as it went in', () => {
  const ids = fc.uint32Array({ maxLength: 3000 })
  fc.assert(
    fc.property(ids, fc.boolean(), (all, sorted) => {
      const keys = Float64Array.from(all, (id) => (sorted ? id / 7 : 0))
      const marks = Uint8Array.from(all, (id) => id % 8)
      expect(unpackOrder(packOrder({ ids: all, keys, marks }))).toEqual({ ids: all, keys, marks })
    }),
    { numRuns: 20 },
  )
  expect(() => unpackOrder({ ids: 'AAAAAA==', keys: '', marks: '' })).toThrow(RangeError)
})
