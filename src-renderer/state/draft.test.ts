import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { HandChange, ImageInference } from '../../src-main/contract/wire.ts'
import { DEFAULT_CLUSTER_SETTINGS } from '../../src-main/core/cluster/cluster.ts'
import { inferenceToBytes } from '../../src-main/core/cluster/inference-bytes.ts'
import { pixelIn } from '../../src-main/core/draft/draft.ts'
import { formatRle, pixelsOf } from '../../src-main/core/mask/rle.ts'
import { twoShips } from '../../src-main/testing/inference.ts'
import { Desk } from '../worker/desk.ts'
import type { Answer, Ask } from '../worker/messages.ts'
import type { Thread } from '../worker/thread.ts'
import { Draft } from './draft.svelte.ts'
import { Embedding } from './embedding.svelte.ts'
import { settle } from './fake-backend.ts'
import { fakeClient } from './fake-client.ts'
import { OpenInference } from './open-inference.svelte.ts'

/** A thread that answers when it is told to. */
class SlowThread implements Thread {
  onmessage: Thread['onmessage'] = null
  onerror: Thread['onerror'] = null
  ended = false
  readonly asked: Ask[] = []
  readonly #desk = new Desk()
  readonly #answers: Answer[] = []

  postMessage(ask: Ask): void {
    this.asked.push(ask)
    const answer = this.#desk.ask(ask)
    if (answer) this.#answers.push(answer)
  }

  terminate(): void {
    this.ended = true
  }

  /** Gives all answers, those to questions that follow from them too. */
  async answer(): Promise<void> {
    for (let answer = this.#answers.shift(); answer; answer = this.#answers.shift()) {
      const event = new MessageEvent('message', { data: answer })
      // a thread's own `this` is of no interest to whoever hears it
      Reflect.apply(this.onmessage ?? (() => undefined), this, [event])
      await settle()
    }
  }
}

const { inference: pixels, truth } = twoShips()
const [one, other] = truth.map(formatRle)
let kept: unknown[]
/** predictions of other images are still being copied into the run that a draft is kept in */
let copying: boolean
let info: ImageInference
let threads: SlowThread[]
let left: AbortController
let draft: Draft
let inference: OpenInference

beforeEach(async () => {
  kept = []
  copying = false
  threads = []
  left = new AbortController()
  info = {
    ...{ url: 'inference', key: 'k', run: 1, changes: [], calibration: null },
    settings: { ...DEFAULT_CLUSTER_SETTINGS, alpha: 0 },
  }
  vi.stubGlobal(
    'fetch',
    async () => new Response(new Blob(inferenceToBytes(pixels).map((part) => part.slice()))),
  )
  const client = fakeClient({
    backend: {
      inference: { open: async () => info },
      drafts: {
        keep: async (input: { settings: ImageInference['settings']; changes: HandChange[] }) => {
          kept.push(input)
          if (copying) return { job: 'j', run: 2 }
          info = { ...info, run: 2, settings: input.settings, changes: input.changes }
          return { job: null, run: 2 }
        },
      },
    },
  }).inProject('p', left.signal)
  inference = new OpenInference(client, 7, left.signal, () => draft.refresh())
  draft = new Draft(
    {
      ...{ image: 7, client, inference, truth: () => truth, state: () => null },
      failed: (error) => {
        throw error
      },
    },
    () => {
      const thread = new SlowThread()
      threads.push(thread)
      return thread
    },
  )
  draft.want()
  await settle()
  await threads[0]!.answer()
})

const masks = () => draft.result?.instances.map(({ rle }) => formatRle(rle))

describe('a draft', () => {
  it('shows what the settings make of the inference, and its score', async () => {
    expect([draft.active, masks(), draft.score?.f2]).toEqual([false, [one, other], 1])
    draft.set({ alpha: 10 })
    // what is there stands until the answer comes
    expect([draft.active, masks()]).toEqual([true, [one, other]])
    await threads[0]!.answer()
    expect([masks()?.length, draft.score!.f2 < 1]).toEqual([1, true])
    draft.discard()
    await threads[0]!.answer()
    expect([draft.active, masks()]).toEqual([false, [one, other]])
  })

  it('asks for the last of many positions alone, and shows nothing older', async () => {
    const before = threads[0]!.asked.length
    for (const alpha of [1, 2, 3, 4, 10]) draft.set({ alpha })
    await threads[0]!.answer()
    const asked = threads[0]!.asked
      .slice(before)
      .map((ask) => ask.kind === 'draft' && ask.recipe.settings.alpha)
    expect(asked).toEqual([1, 10])
    expect(masks()).toHaveLength(1)
  })

  it('is changed by hand, back and forth', async () => {
    draft.change({ kind: 'drop', at: [pixelIn(truth[0]!, pixels)], masks: [] })
    await threads[0]!.answer()
    expect(masks()).toEqual([other])
    draft.undo()
    await threads[0]!.answer()
    expect([masks(), draft.canUndo, draft.canRedo]).toEqual([[one, other], false, true])
    draft.redo()
    await threads[0]!.answer()
    expect(masks()).toEqual([other])
  })

  it('can still be kept once its image is left, where it was not', async () => {
    expect(draft.unkept()).toBeNull()
    draft.set({ minArea: 5 })
    const store = draft.unkept()
    left.abort()
    draft.leave()
    await store?.()
    expect(kept).toEqual([
      { project: 'p', image: 7, run: 1, settings: { ...info.settings, minArea: 5 }, changes: [] },
    ])
  })

  it('is undone in the order in which things were done, also where truth took its result in between', () => {
    const drop = (place: number): HandChange => ({
      ...{ kind: 'drop', at: [pixelIn(truth[place]!, pixels)], masks: [] },
    })
    draft.change(drop(0))
    draft.accepted()
    draft.change(drop(1))
    expect([draft.acceptedLast, draft.changes.length]).toEqual([false, 2])
    draft.undo()
    expect([draft.acceptedLast, draft.changes.length]).toEqual([true, 1])
    draft.takenBack()
    expect([draft.acceptedLast, draft.canUndo]).toEqual([false, true])
  })

  it('is kept with settings and changes, and is the run then; what is moved meanwhile stays a draft', async () => {
    const change: HandChange = { kind: 'drop', at: [pixelIn(truth[0]!, pixels)], masks: [] }
    draft.set({ minArea: 5 })
    draft.change(change)
    await draft.keep()
    expect(kept).toEqual([
      { project: 'p', image: 7, run: 1, settings: { ...info.settings, minArea: 5 }, changes: [change] },
    ])
    await threads[0]!.answer()
    expect([draft.active, masks(), draft.changes]).toEqual([false, [other], [change]])
    draft.set({ minArea: 6 })
    const keeping = draft.keep()
    draft.set({ minArea: 7 })
    await keeping
    expect([draft.active, draft.settings?.minArea]).toEqual([true, 7])
  })

  it('stays a draft until the run that it is kept in is the current one, so that no change is made to what was there before', async () => {
    const drop = (place: number): HandChange => ({
      ...{ kind: 'drop', at: [pixelIn(truth[place]!, pixels)], masks: [] },
    })
    copying = true
    draft.change(drop(0))
    expect(await draft.keep()).toEqual({ job: 'j', run: 2 })
    await inference.refresh()
    await threads[0]!.answer()
    expect([draft.keeping, draft.active, masks()]).toEqual([true, true, [other]])
    draft.change(drop(1))
    expect(await draft.keep()).toBeNull()
    copying = false
    info = { ...info, run: 2, changes: [drop(0)] }
    await inference.refresh()
    await threads[0]!.answer()
    expect([draft.keeping, draft.changes, masks()]).toEqual([false, [drop(0), drop(1)], []])
    await draft.keep()
    expect(kept).toHaveLength(2)
    expect(kept[1]).toMatchObject({ run: 2, changes: [drop(0), drop(1)] })
    expect(draft.active).toBe(false)
  })

  it('draws the F2 at each value of each setting, giving way to what a person moves', async () => {
    const drawing = draft.drawCurves()
    draft.set({ alpha: 1 })
    await threads[0]!.answer()
    await drawing
    expect(draft.curves).toEqual({})
    const again = draft.drawCurves()
    await threads[0]!.answer()
    await again
    expect(draft.curves.alpha?.[0]).toBe(1)
    expect(draft.curves.alpha?.at(-1)).toBeLessThan(1)
    expect(draft.curves.minArea?.at(-1)).toBe(0)
  })

  it('goes with the image: the thread ends, and nothing lands', async () => {
    draft.set({ alpha: 10 })
    draft.leave()
    await threads[0]!.answer()
    expect([threads[0]!.ended, masks()]).toEqual([true, [one, other]])
  })

  it('is made of another inference in another thread', async () => {
    info = { ...info, key: 'other' }
    await inference.refresh()
    await threads[1]!.answer()
    expect([threads[0]!.ended, masks()]).toEqual([true, [one, other]])
  })
})

describe('the inference of the open image', () => {
  it('is asked for once by all who want it, again where one wants it made, and never lands after the image was left', async () => {
    const asked: boolean[] = []
    let answer = Promise.withResolvers<ImageInference | null>()
    const client = fakeClient({
      backend: {
        inference: {
          open: ({ make }: { make: boolean }) => {
            asked.push(make)
            return answer.promise
          },
        },
      },
    }).inProject('p', left.signal)
    const shared = new OpenInference(client, 7, left.signal, () => undefined)
    shared.want(false)
    shared.want(false)
    answer.resolve(null)
    await settle()
    expect([asked, shared.state]).toEqual([[false], 'none'])
    answer = Promise.withResolvers()
    shared.want(true)
    shared.want(false)
    left.abort()
    answer.resolve(info)
    await settle()
    expect([asked, shared.state, shared.value]).toEqual([[false, true], 'loading', null])
  })

  it('is asked for again by whoever wants it after it failed', async () => {
    const answers: (() => Promise<ImageInference | null>)[] = [
      () => Promise.reject(new Error('The engine has ended.')),
      () => Promise.resolve(null),
    ]
    const backend = { inference: { open: () => answers.shift()!() } }
    const client = fakeClient({ backend }).inProject('p', left.signal)
    const shared = new OpenInference(client, 7, left.signal, () => undefined)
    shared.want(true)
    await settle()
    expect([shared.state, shared.failure]).toEqual(['failed', 'The engine has ended.'])
    shared.want(true)
    await settle()
    expect([shared.state, shared.failure, answers]).toEqual(['none', null, []])
  })
})

describe('the embedding of a draft', () => {
  const modes = (embedding: Embedding) =>
    embedding.modes.filter(({ pixels }) => pixels > 0).map(({ x, y, pixels }) => [x, y, pixels])

  it('gives points to what a cut has made, and back when it is undone; what was cut is no mode any more', async () => {
    const embedding = new Embedding(draft, inference, () => truth)
    draft.set({ alpha: 10 })
    await threads[0]!.answer()
    // 36 px point at (15.5, 11) and at (15.5, 14)
    expect(modes(embedding)).toEqual([[15.5, 12.5, 72]])
    expect(embedding.ships.map(({ n, x, y }) => [x / n, y / n])).toEqual([
      [15.5, 11],
      [15.5, 14],
    ])
    expect(embedding.cut({ from: { x: 0, y: 1 }, to: { x: 30, y: 1 } })).toBe(0)
    expect(embedding.cut({ from: { x: 10, y: 12.5 }, to: { x: 21, y: 12.5 } })).toBe(1)
    await threads[0]!.answer()
    expect(modes(embedding).toSorted()).toEqual([
      [15.5, 11, 36],
      [15.5, 14, 36],
    ])
    const [first, second] = draft.predictions
    expect(masks()?.toSorted()).toEqual([one, other].toSorted())
    for (const { id } of [first!, second!]) expect(embedding.predictionOf(embedding.modeOf(id))).toBe(id)
    draft.undo()
    await threads[0]!.answer()
    expect(modes(embedding)).toEqual([[15.5, 12.5, 72]])
  })

  it('lights up the points of pixels, and the pixels of points', () => {
    const embedding = new Embedding(draft, inference, () => truth)
    embedding.pick(truth[1]!)
    expect(embedding.picked).toHaveLength(36)
    embedding.pickInside([
      { x: 15, y: 13 },
      { x: 16, y: 13 },
      { x: 16, y: 15 },
      { x: 15, y: 15 },
    ])
    expect([...embedding.pickedPixels!.index]).toEqual([...pixelsOf(truth[1]!, pixels)].sort((a, b) => a - b))
    embedding.pick(null)
    expect(embedding.pickedPixels).toBeNull()
    expect(embedding.pointOf(0)).toBeNull()
  })
})
