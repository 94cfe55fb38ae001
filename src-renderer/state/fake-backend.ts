import { applyPlan, invertPlan, planBrush } from '../../src-main/core/edit/edit.ts'
import { areaOf, formatRle, fromPixels } from '../../src-main/core/mask/rle.ts'
import { DrydockError } from '../../src-main/contract/errors.ts'
import type {
  EditPlan,
  EditResult,
  ImageDetail,
  ImageFilter,
  ImageRow,
  ImageSort,
  Prediction,
} from '../../src-main/contract/wire.ts'
import { markOf } from '../../src-main/core/list/marks.ts'
import { nameKey } from '../../src-main/core/list/name-key.ts'
import { passes, sortByKeys, sortKey } from '../../src-main/core/list/order.ts'
import { packOrder } from '../../src-main/core/list/packing.ts'
import { packDetail } from '../../src-main/core/packed-detail.ts'
import { Editing } from './editing.svelte.ts'
import { fakeClient } from './fake-client.ts'
import { imageStateOf, type ImageState } from './image-state.ts'
import { Images } from './images.svelte.ts'
import { Toasts } from './toasts.svelte.ts'

interface Sent {
  image: number
  gestureId: string
  expectedRevision: number
}

/** For tests: empty images of 10 x 10 on a backend that commits what is sent, unless it is told to fail or to wait. */
export class FakeBackend {
  readonly states = new Map<number, ImageState>()
  readonly revisions = new Map<number, number>()
  readonly done = new Map<number, EditPlan[]>()
  readonly undone = new Map<number, EditPlan[]>()
  readonly predictions = new Map<number, Prediction[]>()
  /** what the rows say of the files; nothing: they are as they were */
  readonly files = new Map<number, Pick<ImageRow, 'fileState' | 'fileNote' | 'content'>>()
  fail: DrydockError | null = null
  /** what was to be predicted ahead */
  readonly ahead: number[][] = []
  /** the gestures that are stored, in order */
  readonly log: { gestureId: string; plan: EditPlan }[] = []
  /** images that were fetched, in order */
  readonly fetched: number[] = []
  #held: Promise<void> = Promise.resolve()
  readonly #answers = new Map<string, EditResult>()

  constructor(images: readonly number[]) {
    for (const image of images) {
      this.revisions.set(image, 0)
      const state = imageStateOf(this.detail(image))
      if (state) this.states.set(image, state)
    }
  }

  /** Gestures are committed, and their answers kept back until the returned function is called. */
  hold(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#held = promise
    return resolve
  }

  row(image: number): ImageRow {
    return {
      id: image,
      path: `${image}.png`,
      width: 10,
      height: 10,
      status: this.states.get(image)?.status ?? 'to do',
      split: 'train',
      flagged: false,
      comment: '',
      leftOut: this.states.get(image)?.leftOut ?? null,
      truthCount: this.states.get(image)?.truth.length ?? 0,
      predictionCount: null,
      f2: null,
      stale: false,
      doubt: null,
      modified: 0,
      revision: this.revisions.get(image) ?? 0,
      ...(this.files.get(image) ?? { fileState: 'ok', fileNote: null, content: 'x' }),
    }
  }

  detail(image: number): ImageDetail {
    const row = this.row(image)
    const readable = row.fileState !== 'missing' && row.fileState !== 'unreadable'
    return {
      row,
      tiles: readable
        ? [{ url: `tile of ${row.content}`, gaps: false, x: 0, y: 0, width: 10, height: 10 }]
        : [],
      truth: (this.states.get(image)?.truth ?? []).map((instance) => ({
        ...instance,
        rle: formatRle(instance.rle),
        area: areaOf(instance.rle),
      })),
      predictions: this.predictions.get(image) ?? null,
      uncounted: [],
      score: null,
      ...this.#ends(image),
    }
  }

  /** What the open image needs of the backend. */
  get procedures() {
    const annotate = {
      apply: (input: Sent & { plan: EditPlan }) =>
        this.#answer(input, () => {
          this.#stack(this.done, input.image).push(input.plan)
          this.undone.set(input.image, [])
          return input.plan
        }),
      undo: (input: Sent) =>
        this.#answer(input, () => {
          const plan = this.#stack(this.done, input.image).pop()
          if (!plan) throw new DrydockError('nothing_to_do', 'Nothing to undo.')
          this.#stack(this.undone, input.image).push(plan)
          return invertPlan(plan)
        }),
      redo: (input: Sent) =>
        this.#answer(input, () => {
          const plan = this.#stack(this.undone, input.image).pop()
          if (!plan) throw new DrydockError('nothing_to_do', 'Nothing to redo.')
          this.#stack(this.done, input.image).push(plan)
          return plan
        }),
    }
    const get = async ({ image }: { image: number }) => {
      this.fetched.push(image)
      return packDetail(this.detail(image))
    }
    const predict = { ahead: async (input: { images: number[] }) => void this.ahead.push(input.images) }
    return {
      annotate,
      images: { get, ...listing(() => [...this.revisions.keys()].map((id) => this.row(id))) },
      predict,
    }
  }

  async #answer(sent: Sent, planOf: () => EditPlan): Promise<EditResult> {
    if (this.fail) throw this.fail
    const { image, gestureId, expectedRevision } = sent
    const before = this.#answers.get(gestureId)
    if (before) return before
    const state = this.states.get(image)
    if (!state || this.revisions.get(image) !== expectedRevision) {
      throw new DrydockError('conflict', 'Another revision.')
    }
    const plan = planOf()
    const revision = expectedRevision + 1
    this.states.set(image, applyPlan(state, plan))
    this.revisions.set(image, revision)
    // somebody has looked at the changed picture
    if (plan.status && this.files.get(image)?.fileState === 'changed') this.files.delete(image)
    const result = {
      gestureId,
      image,
      revision,
      plan,
      row: this.row(image),
      score: null,
      ...this.#ends(image),
    }
    this.log.push({ gestureId, plan })
    this.#answers.set(gestureId, result)
    await this.#held
    return result
  }

  #stack(of: Map<number, EditPlan[]>, image: number): EditPlan[] {
    const stack = of.get(image) ?? []
    of.set(image, stack)
    return stack
  }

  #ends(image: number): { canUndo: boolean; canRedo: boolean } {
    return {
      canUndo: this.#stack(this.done, image).length > 0,
      canRedo: this.#stack(this.undone, image).length > 0,
    }
  }
}

/** For tests: the procedures of a list of images with these rows. */
export function listing(rows: () => ImageRow[]) {
  return {
    order: async ({ sort, filter }: { sort: ImageSort; filter: ImageFilter }) => {
      const named = rows()
        .filter((row) => passes(filter, row))
        .sort((a, b) => (nameKey(a.path) < nameKey(b.path) ? -1 : 1))
      const order = sortByKeys(
        Uint32Array.from(named, ({ id }) => id),
        Float64Array.from(named, (row) => sortKey(sort, row)),
      )
      const marks = Array.from(order.ids, (id) => markOf(rows().find((row) => row.id === id)!))
      return packOrder({ ...order, marks: Uint8Array.from(marks) })
    },
    rows: async ({ images }: { images: number[] }) => rows().filter(({ id }) => images.includes(id)),
  }
}

/** For tests: a window on a project of the backend's images, none of them open. */
export async function windowOn(
  backend: FakeBackend,
): Promise<{ editing: Editing; images: Images; toasts: Toasts }> {
  const client = fakeClient({ backend: backend.procedures }).inProject('p', new AbortController().signal)
  const toasts = new Toasts()
  const images = new Images({ client, toasts, shownF2: () => null })
  await images.refresh()
  return {
    editing: new Editing({
      client,
      toasts,
      images,
      refusal: () => null,
      ofNew: (plan) => plan,
      reopen: async () => undefined,
      left: new AbortController().signal,
    }),
    images,
    toasts,
  }
}

/** Lets everything that needs no delay happen. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 100; i++) await Promise.resolve()
}

/** Draws these pixels with the brush. */
export function brush(editing: Editing, ...pixels: number[]): void {
  const state = editing.shown?.state
  if (!state) throw new Error('no image is open')
  const options = { policy: 'yield', newId: () => crypto.randomUUID(), extend: null } as const
  editing.perform(planBrush(state, fromPixels(pixels, state), options))
}
