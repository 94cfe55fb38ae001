import { beforeEach, describe, expect, it } from 'vitest'
import type { ReviewedImage, ReviewPage } from '../../src-main/contract/wire.ts'
import { packReviews } from '../../src-main/core/metric/review-page.ts'
import { fakeClient } from './fake-client.ts'
import { Review } from './review.svelte.ts'
import { Toasts } from './toasts.svelte.ts'

const NONE = { merged: 0, split: 0, 'near miss': 0, missed: 0, false: 0 }

/** What the backend has: F2 by image; and a page that waits. */
let stored: Map<number, number>
let held: Promise<void>
let asked: number[]
let current: number
let review: Review

function reviewed(image: number, f2: number): ReviewedImage {
  return {
    ...{ image, path: `${image}.png`, f2, fixes: [], suspects: [], recall: [], trainedOn: false },
    counts: { truth: { ...NONE, missed: 1 }, predictions: NONE, sloppy: 0 },
  }
}

beforeEach(() => {
  stored = new Map([1, 2, 3].map((image) => [image, 0.5]))
  held = Promise.resolve()
  asked = []
  current = 1
  const page = async ({
    after,
    limit: wanted = 2,
    ignoring,
  }: {
    after: number
    limit?: number
    ignoring: boolean
  }): Promise<ReviewPage> => {
    asked.push(after)
    const limit = Math.min(2, wanted)
    const left = [...stored].filter(([image]) => image > after)
    const run = current
    await held
    const images = left.slice(0, limit).map(([image, f2]) => reviewed(image, ignoring ? 1 : f2))
    const next = left.length > limit ? (images.at(-1)?.image ?? null) : null
    return { run, images: packReviews(images), next }
  }
  const verdicts = async () => ({ 'label wrong': 0, 'model wrong': 0, 'cannot tell': 0 })
  const backend = { review: { page, verdicts, answer: verdicts } }
  review = new Review({
    client: fakeClient({ backend }).inProject('p', new AbortController().signal),
    toasts: new Toasts(),
    run: () => current,
  })
})

const f2s = () => review.images.map(({ image, f2 }) => [image, f2])

describe('the review of a set', () => {
  it('asks for nothing before a view wants it, and then for all of it, page by page', async () => {
    review.changed(1)
    await review.refresh()
    expect(asked).toEqual([])
    review.want()
    await review.refresh()
    expect(review.images).toHaveLength(3)
    expect(review.totals.truth.missed).toBe(3)
  })

  it('looks again at what has changed alone, and forgets what has no score any more', async () => {
    review.want()
    await review.refresh()
    asked = []
    stored.set(2, 0.9)
    stored.delete(3)
    review.changed(2)
    review.changed(3)
    await expect.poll(f2s).toEqual([
      [1, 0.5],
      [2, 0.9],
    ])
    expect(asked).toEqual([1, 2])
  })

  it('looks at nothing while no view shows it, and at what has changed meanwhile when one does', async () => {
    const letGo = review.want()
    await review.refresh()
    letGo()
    asked = []
    stored.set(2, 0.9)
    review.changed(2)
    review.changed(2)
    await Promise.resolve()
    expect([asked, review.isStale(2)]).toEqual([[], true])
    review.want()
    await expect.poll(f2s).toContainEqual([2, 0.9])
    expect(asked).toEqual([1])
  })

  it('leaves the rest of what has changed to the next view, where the last one goes meanwhile', async () => {
    const letGo = review.want()
    await review.refresh()
    asked = []
    const wait = Promise.withResolvers<void>()
    held = wait.promise
    review.changed(2)
    review.changed(3)
    expect(asked).toEqual([1])
    letGo()
    wait.resolve()
    await expect.poll(() => review.isStale(2)).toBe(false)
    expect([asked, review.isStale(3)]).toEqual([[1], true])
    review.want()
    await expect.poll(() => review.isStale(3)).toBe(false)
    expect(asked).toEqual([1, 2])
  })

  it('keeps what was looked at since, where a page of all that was asked for before comes later', async () => {
    review.want()
    await review.refresh()
    let open = () => {}
    held = new Promise((resolve) => (open = resolve))
    asked = []
    const all = review.refresh()
    await expect.poll(() => asked).toEqual([0])
    held = Promise.resolve()
    stored.set(2, 0.9)
    review.changed(2)
    await expect.poll(f2s).toContainEqual([2, 0.9])
    open()
    await all
    expect(f2s()).toEqual([
      [1, 0.5],
      [2, 0.9],
      [3, 0.5],
    ])
  })

  it('says what is older than its truth, from the news on until it was looked at again', async () => {
    review.want()
    await review.refresh()
    const before = review.changes
    let open = () => {}
    held = new Promise((resolve) => (open = resolve))
    review.changed(2)
    expect([review.isStale(1), review.isStale(2), review.changes - before]).toEqual([false, true, 1])
    // changed once more while it is looked at: that answer may be older
    await Promise.resolve()
    review.changed(2)
    open()
    await expect.poll(() => review.isStale(2)).toBe(false)
    expect(asked.filter((after) => after === 1)).toHaveLength(2)
    review.manyChanged()
    expect(review.changes - before).toBe(3)
  })

  it('takes no answer that comes after it was asked anew', async () => {
    review.want()
    await review.refresh()
    const wait = Promise.withResolvers<void>()
    held = wait.promise
    const late = review.refresh()
    await expect.poll(() => asked.length).toBeGreaterThan(2)
    held = Promise.resolve()
    stored = new Map([[7, 0.1]])
    await review.refresh()
    wait.resolve()
    await late
    expect(f2s()).toEqual([[7, 0.1]])
    expect(review.loading).toBe(false)
  })

  it("shows nothing of the run before as the current one's, and of an image that changed meanwhile what it is in this one", async () => {
    review.want()
    await review.refresh()
    const wait = Promise.withResolvers<void>()
    held = wait.promise
    current = 2
    stored = new Map([1, 2, 3].map((image) => [image, 0.75]))
    expect([review.images, review.fixes, review.of(1)]).toEqual([[], [], undefined])
    const all = review.refresh()
    expect([review.loading, review.images]).toEqual([true, []])
    // looked at alone, and answered before the first page
    held = Promise.resolve()
    stored.set(2, 0.9)
    review.changed(2)
    await expect.poll(f2s).toEqual([[2, 0.9]])
    expect([review.isStale(2), review.afterBest]).toEqual([false, null])
    wait.resolve()
    await all
    expect(f2s().toSorted()).toEqual([
      [1, 0.75],
      [2, 0.9],
      [3, 0.75],
    ])
  })

  it('is asked for anew where areas to ignore are left out, and what was asked before does not land', async () => {
    review.want()
    await review.refresh()
    const wait = Promise.withResolvers<void>()
    held = wait.promise
    const late = review.refresh()
    await expect.poll(() => asked.length).toBeGreaterThan(2)
    held = Promise.resolve()
    review.ignoring = true
    await expect.poll(() => f2s().map(([, f2]) => f2)).toEqual([1, 1, 1])
    wait.resolve()
    await late
    expect(f2s().map(([, f2]) => f2)).toEqual([1, 1, 1])
  })
})
