import { beforeEach, describe, expect, it } from 'vitest'
import { planBrush, planStatus, applyPlan, invertPlan } from '../../src-main/core/edit/edit.ts'
import { fromPixels } from '../../src-main/core/mask/rle.ts'
import { DrydockError } from '../../src-main/contract/errors.ts'
import type { EditPlan, EditResult, ImageDetail, ImageRow } from '../../src-main/contract/wire.ts'
import type { Client } from '../client/index.ts'
import { Editing } from './editing.svelte.ts'
import { imageStateOf, type ImageState } from './image-state.ts'
import { Images } from './images.svelte.ts'
import { Project } from './project.svelte.ts'
import { Toasts } from './toasts.svelte.ts'

/** Two empty images of 10 x 10 on a backend that commits what is sent, unless it is told to fail. */
class Backend {
  readonly states = new Map<number, ImageState>()
  readonly revisions = new Map<number, number>()
  readonly done = new Map<number, EditPlan[]>()
  fail: DrydockError | null = null
  /** what was to be predicted ahead */
  readonly ahead: number[][] = []

  constructor() {
    for (const image of [1, 2]) {
      this.revisions.set(image, 0)
      this.done.set(image, [])
      const state = imageStateOf(this.detail(image))
      if (state) this.states.set(image, state)
    }
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
      fileState: 'ok',
      fileNote: null,
      truthCount: this.states.get(image)?.truth.length ?? 0,
      predictionCount: null,
      f2: null,
      stale: false,
      revision: this.revisions.get(image) ?? 0,
      content: 'x',
    }
  }

  detail(image: number): ImageDetail {
    const canUndo = (this.done.get(image) ?? []).length > 0
    return {
      row: this.row(image),
      tiles: [],
      truth: [],
      predictions: null,
      score: null,
      canUndo,
      canRedo: false,
    }
  }

  commit(image: number, gestureId: string, expected: number, plan: EditPlan): EditResult {
    if (this.fail) throw this.fail
    const state = this.states.get(image)
    if (!state || this.revisions.get(image) !== expected)
      throw new DrydockError('conflict', 'Another revision.')
    this.states.set(image, applyPlan(state, plan))
    this.revisions.set(image, expected + 1)
    const revision = expected + 1
    return {
      gestureId,
      image,
      revision,
      plan,
      row: this.row(image),
      score: null,
      canUndo: true,
      canRedo: false,
    }
  }

  /** Only what the open image needs of the client. */
  get client(): Client {
    const annotate = {
      apply: async (input: {
        image: number
        gestureId: string
        expectedRevision: number
        plan: EditPlan
      }) => {
        const result = this.commit(input.image, input.gestureId, input.expectedRevision, input.plan)
        this.done.get(input.image)?.push(input.plan)
        return result
      },
      undo: async (input: { image: number; gestureId: string; expectedRevision: number }) => {
        const plan = this.done.get(input.image)?.at(-1)
        if (!plan) throw new DrydockError('nothing_to_do', 'Nothing to undo.')
        const result = this.commit(input.image, input.gestureId, input.expectedRevision, invertPlan(plan))
        this.done.get(input.image)?.pop()
        return { ...result, canRedo: true }
      },
    }
    const images = { get: async ({ image }: { image: number }) => this.detail(image) }
    const predict = { ahead: async (input: { images: number[] }) => void this.ahead.push(input.images) }
    const fake: unknown = { backend: { annotate, images, predict } }
    // a fake of the parts in use; a call to any other fails the test
    return fake as Client
  }
}

let backend: Backend
let editing: Editing
let toasts: Toasts

beforeEach(async () => {
  backend = new Backend()
  toasts = new Toasts()
  const images = new Images()
  images.set([backend.row(1), backend.row(2)])
  const project = new Project(backend.client, toasts)
  project.summary = {
    id: 'p',
    name: 'p',
    location: '',
    imagesLocation: '',
    sample: false,
    readOnly: false,
    images: 2,
    finished: 0,
    currentRun: null,
    currentModel: null,
    flips: false,
  }
  editing = new Editing({ client: backend.client, toasts, images, project })
  await editing.open(1)
})

async function settle(): Promise<void> {
  for (let i = 0; i < 100; i++) await Promise.resolve()
}

function stroke(...pixels: number[]): void {
  if (!editing.state) throw new Error('no image is open')
  const options = { policy: 'yield', newId: () => crypto.randomUUID(), extend: null } as const
  editing.perform(planBrush(editing.state, fromPixels(pixels, editing.state), options))
}

const marked = () => editing.state?.truth.length
const saved = (image: number) => backend.states.get(image)?.truth.length

describe('Editing', () => {
  it('shows a gesture at once and then has it saved, with the status that follows from it', async () => {
    stroke(1, 2, 3)
    expect(marked()).toBe(1)
    expect(editing.unsaved).toBe(1)
    await settle()
    expect(saved(1)).toBe(1)
    expect(editing.unsaved).toBe(0)
    expect(editing.row?.status).toBe('in progress')
    expect(editing.selection).toEqual([editing.state?.truth[0]?.id])
  })

  it('undoes and redoes at once, and the backend follows', async () => {
    stroke(1, 2, 3)
    stroke(50, 51)
    await settle()
    await editing.undo()
    expect(marked()).toBe(1)
    await editing.undo()
    expect(marked()).toBe(0)
    await settle()
    expect(saved(1)).toBe(0)
    expect(backend.revisions.get(1)).toBe(4)
  })

  it('keeps a stroke that cannot be saved while another image is open, and shows it on return', async () => {
    backend.fail = new DrydockError('disk_full', 'The disk is full.')
    stroke(1, 2, 3)
    await settle()
    await editing.open(2)
    expect(marked()).toBe(0)
    await editing.open(1)
    expect(marked()).toBe(1)
    expect(editing.saveError?.code).toBe('disk_full')
    backend.fail = null
    editing.resend()
    await settle()
    expect(saved(1)).toBe(1)
    expect(editing.saveError).toBeNull()
  })

  it('names the images to do after one that a person opens, and none for the one that opens by itself', async () => {
    expect(backend.ahead).toEqual([[2]])
    editing.clear()
    editing.openFirst()
    await settle()
    expect(editing.image).toBe(1)
    expect(backend.ahead).toEqual([[2]])
    editing.finish('done')
    await settle()
    expect(editing.image).toBe(2)
    await editing.open(1)
    expect(backend.ahead.at(-1)).toEqual([2])
  })

  it('goes on to the next image after Done, and undo straight after returns and takes it back', async () => {
    editing.finish('done')
    await settle()
    expect(editing.image).toBe(2)
    expect(backend.states.get(1)?.status).toBe('done')
    await editing.undo()
    await settle()
    expect(editing.image).toBe(1)
    expect(backend.states.get(1)?.status).toBe('to do')
  })

  it('only returns where Done had changed nothing', async () => {
    if (editing.state) editing.perform(planStatus(editing.state, 'done'))
    await settle()
    editing.finish('done')
    await settle()
    await editing.undo()
    await settle()
    expect(editing.image).toBe(1)
    expect(backend.states.get(1)?.status).toBe('done')
  })

  it('puts its stroke on top of what somebody else has done', async () => {
    backend.revisions.set(1, 3)
    stroke(1, 2, 3)
    await settle()
    expect(saved(1)).toBe(1)
    expect(marked()).toBe(1)
    expect(toasts.items.at(-1)?.text).toContain('applied on top')
  })

  it('takes a refused stroke off the screen and says why', async () => {
    backend.fail = new DrydockError('bad_input', 'That is not allowed.')
    stroke(1, 2, 3)
    await settle()
    expect(marked()).toBe(0)
    expect(editing.unsaved).toBe(0)
    expect(toasts.items.at(-1)?.text).toContain('That is not allowed. 1 gesture could not be saved.')
  })
})
