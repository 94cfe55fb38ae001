import { beforeEach, describe, expect, it } from 'vitest'
import type { ImageFilter, ImageRow } from '../../src-main/contract/wire.ts'
import { NO_FILTER } from '../../src-main/core/list/order.ts'
import { FakeBackend, listing, settle } from './fake-backend.ts'
import { fakeClient } from './fake-client.ts'
import { Images } from './images.svelte.ts'
import { Toasts } from './toasts.svelte.ts'

/** The rows of a project, and a list on them whose answers can be kept back. */
let rows: ImageRow[]
let images: Images
let asked: { order: number; rows: number[][] }
let gates: (() => void)[]
let held: boolean

let shownF2: ((image: number) => number | null) | null

const row = (id: number, part: Partial<ImageRow> = {}): ImageRow => ({
  ...new FakeBackend([]).row(id),
  path: `image ${id}.png`,
  ...part,
})
const shown = (list: 'visible' | 'ranked' = 'visible') => [...images[list].order.ids]

function change(id: number, part: Partial<ImageRow>): void {
  rows = rows.map((one) => (one.id === id ? { ...one, ...part } : one))
  images.update(rows.filter((one) => one.id === id))
}

/** What was asked is answered from the state of when it was asked, once the gate opens. */
async function later<T>(answer: Promise<T>): Promise<T> {
  const found = await answer
  if (held) await new Promise<void>((resolve) => gates.push(resolve))
  return found
}

beforeEach(async () => {
  rows = [row(1), row(2, { f2: 0.5, status: 'done', predictionCount: 1 }), row(3), row(10)]
  asked = { order: 0, rows: [] }
  gates = []
  held = false
  const { order, rows: page } = listing(() => rows)
  const procedures = {
    order: (input: Parameters<typeof order>[0]) => {
      asked.order++
      return later(order(input))
    },
    rows: (input: Parameters<typeof page>[0]) => {
      asked.rows.push(input.images)
      return later(page(input))
    },
  }
  const client = fakeClient({ backend: { images: procedures } }).inProject('p', new AbortController().signal)
  shownF2 = null
  images = new Images({ client, toasts: new Toasts(), shownF2: () => shownF2 })
  await images.refresh()
})

describe('lists of images', () => {
  it('are orders and counts, without rows', () => {
    expect(shown()).toEqual([1, 2, 3, 10])
    expect(shown('ranked')).toEqual([2])
    expect(images.counts).toEqual({ images: 4, finished: 1, predicted: 1, scored: 1, leftOut: 0 })
    expect(images.rows.size).toBe(0)
  })

  it('move a changed image alone, without asking', () => {
    const before = asked.order
    change(10, { f2: 0.25, status: 'done', predictionCount: 2 })
    expect(shown('ranked')).toEqual([10, 2])
    expect(images.counts).toEqual({ images: 4, finished: 2, predicted: 2, scored: 2, leftOut: 0 })
    change(2, { f2: null, status: 'in progress' })
    expect(shown('ranked')).toEqual([10])
    expect(asked.order).toBe(before)
  })

  it('are in the order of the score that is shown, where that is another than the stored one', async () => {
    change(10, { f2: 0.25, status: 'done', predictionCount: 2 })
    change(3, { f2: 0.75, status: 'done', predictionCount: 2 })
    expect(shown('ranked')).toEqual([10, 2, 3])
    const others = new Map([
      [10, 0.9],
      [2, 0.8],
    ])
    shownF2 = (image) => others.get(image) ?? null
    // what is not known yet comes last
    await images.refresh()
    expect(shown('ranked')).toEqual([2, 10, 3])
    expect(images.ranked.beside(2, 1)).toBe(10)
    shownF2 = null
    await images.refresh()
    expect(shown('ranked')).toEqual([10, 2, 3])
  })

  it('drop an order that comes after a newer filter was chosen', async () => {
    held = true
    images.visible.filter = { ...NO_FILTER, text: '1' }
    await settle()
    images.visible.filter = { ...NO_FILTER, text: '3' }
    gates.splice(0).forEach((open) => open())
    await settle()
    expect(shown()).toEqual([1, 2, 3, 10])
    held = false
    gates.splice(0).forEach((open) => open())
    await settle()
    expect(shown()).toEqual([3])
  })

  it('take in what changed while the order was on its way', async () => {
    held = true
    images.visible.filter = { ...NO_FILTER, status: 'done' }
    await settle()
    change(3, { status: 'done' })
    change(2, { status: 'to do' })
    gates.splice(0).forEach((open) => open())
    await settle()
    expect(shown()).toEqual([3])
  })

  it('say of images that they do not know, which have no place yet', async () => {
    rows = [...rows, row(4)]
    expect(images.update([row(4)])).toBe(false)
    expect(shown()).toEqual([1, 2, 3, 10])
    await images.refresh()
    expect(shown()).toEqual([1, 2, 3, 4, 10])
  })

  it('know the way to the next image that nobody has finished, around the end', () => {
    expect(images.unfinishedAfter(1, 5)).toEqual([3, 10])
    expect(images.unfinishedAfter(3, 1)).toEqual([10])
    expect(images.unfinishedAfter(10, 5)).toEqual([1, 3])
    change(3, { status: 'no ship' })
    expect(images.unfinishedAfter(1, 5)).toEqual([10])
    expect(images.visible.beside(10, -1)).toBe(3)
    expect(images.visible.beside(10, 1)).toBeUndefined()
  })
})

describe('the image on the screen', () => {
  const filtered = async (part: Partial<ImageFilter>) => {
    images.visible.filter = { ...NO_FILTER, ...part }
    await settle()
  }

  it('stays listed where it is, whatever is done to it, until it is left: the next one is the next one', async () => {
    await filtered({ status: 'to do' })
    images.visible.keep(3)
    change(3, { status: 'in progress' })
    expect(shown()).toEqual([1, 3, 10])
    expect([images.visible.beside(3, 1), images.visible.beside(3, -1)]).toEqual([10, 1])
    expect(images.unfinishedAfter(3, 1)).toEqual([10])
    images.visible.keep(10)
    expect(shown()).toEqual([1, 10])
    // also where it was left before the news came
    images.visible.keep(1)
    change(10, { status: 'done' })
    expect(shown()).toEqual([1])
  })

  it('keeps its place in an order by number, until it is left or all orders are asked for anew', async () => {
    images.visible.sort = 'most ships'
    await settle()
    images.visible.keep(3)
    change(3, { truthCount: 5 })
    expect(shown()).toEqual([1, 2, 3, 10])
    images.visible.keep(10)
    expect(shown()).toEqual([3, 1, 2, 10])
    change(10, { truthCount: 9 })
    expect(shown()).toEqual([3, 1, 2, 10])
    await images.refresh()
    expect(shown()).toEqual([10, 3, 1, 2])
  })

  it('keeps its rank while it is mended, so that the next worst is the next; what has no score any more has none', async () => {
    change(3, { f2: 0.2, status: 'done' })
    change(10, { f2: 0.7, status: 'done' })
    images.ranked.keep(3)
    change(3, { f2: 1 })
    expect(shown('ranked')).toEqual([3, 2, 10])
    images.ranked.keep(2)
    expect(shown('ranked')).toEqual([2, 10, 3])
    change(2, { f2: null })
    expect(shown('ranked')).toEqual([2, 10, 3])
    await images.refresh()
    expect(shown('ranked')).toEqual([10, 3])
  })

  it('stays listed when all orders are asked for anew, and goes once somebody filters by something else', async () => {
    await filtered({ status: 'to do' })
    images.visible.keep(3)
    change(3, { status: 'done' })
    await images.refresh()
    expect(shown()).toEqual([1, 3, 10])
    await filtered({ status: 'to do', text: 'image' })
    expect(shown()).toEqual([1, 10])
    images.visible.keep(1)
    expect(shown()).toEqual([1, 10])
  })

  it('is listed among the others where somebody returns to it, and the way on is from there', async () => {
    await filtered({ status: 'to do' })
    images.visible.keep(2, row(2, { status: 'done' }))
    expect(shown()).toEqual([1, 2, 3, 10])
    expect(images.unfinishedAfter(2, 1)).toEqual([3])
    change(2, { status: 'in progress' })
    await images.refresh()
    expect(shown()).toEqual([1, 2, 3, 10])
    images.visible.keep(3, row(3))
    expect(shown()).toEqual([1, 3, 10])
  })

  it('is listed no more once it is gone from the project', async () => {
    images.visible.keep(3)
    rows = rows.filter(({ id }) => id !== 3)
    await images.refresh()
    expect(shown()).toEqual([1, 2, 10])
  })
})

describe('rows', () => {
  it('are fetched when they come into view, once', async () => {
    images.want([1, 2])
    await settle()
    images.want([2, 3])
    await settle()
    expect(asked.rows).toEqual([[1, 2], [3]])
    expect([...images.rows.keys()]).toEqual([1, 2, 3])
  })

  it('are not overwritten by an answer that is older than news', async () => {
    held = true
    images.want([1])
    await settle()
    change(1, { status: 'done' })
    gates.splice(0).forEach((open) => open())
    await settle()
    expect(images.rows.get(1)?.status).toBe('done')
  })

  it('are not overwritten by older news: the answer to a gesture may come after those of a later one', async () => {
    images.want([1])
    await settle()
    images.update([row(1, { revision: 2, status: 'done' })])
    expect(images.update([row(1, { revision: 1, status: 'in progress' })])).toBe(true)
    expect([images.rows.get(1)?.revision, images.counts.finished]).toEqual([2, 2])
    images.update([row(1, { revision: 2, status: 'done', f2: 0.25 })])
    expect(images.rows.get(1)?.f2).toBe(0.25)
  })

  it('of images that are gone are not asked for again and again', async () => {
    images.want([77])
    await settle()
    expect(asked.rows).toEqual([[77]])
  })

  it('are held while an image is pinned, also where it is in no list', async () => {
    const unpin = images.pin(3)
    images.update([row(3, { comment: 'a' })])
    expect(images.rows.get(3)?.comment).toBe('a')
    await images.refresh()
    expect(images.rows.get(3)?.comment).toBe('')
    unpin()
    await images.refresh()
    expect(images.rows.has(3)).toBe(false)
  })

  it('are few, however far a person scrolls', async () => {
    rows = Array.from({ length: 3000 }, (_, i) => row(i + 1))
    await images.refresh()
    for (let i = 0; i < 3000; i += 100) {
      images.want(Array.from({ length: 100 }, (_, n) => i + n + 1))
      await settle()
    }
    expect(images.rows.size).toBeLessThanOrEqual(1100)
    expect(images.rows.has(3000)).toBe(true)
  })
})
