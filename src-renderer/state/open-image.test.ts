import { beforeEach, describe, expect, it } from 'vitest'
import { DrydockError } from '../../src-main/contract/errors.ts'
import type { Prediction } from '../../src-main/contract/wire.ts'
import type { Editing } from './editing.svelte.ts'
import { brush, FakeBackend, settle, windowOn } from './fake-backend.ts'
import type { Images } from './images.svelte.ts'
import type { Toasts } from './toasts.svelte.ts'

let backend: FakeBackend
let editing: Editing
let images: Images
let toasts: Toasts

beforeEach(async () => {
  backend = new FakeBackend([1, 2])
  ;({ editing, images, toasts } = await windowOn(backend))
  await editing.open(1)
})

const stroke = (...pixels: number[]) => brush(editing, ...pixels)
const marked = () => editing.shown?.state?.truth.length

const found: Prediction = {
  id: 'a1b2c3d4-0000-4000-8000-000000000001',
  rle: '1 3',
  area: 3,
  score: 0.9,
  cluster: 0,
  decision: null,
  colour: 1,
}

describe('news while gestures are being saved', () => {
  it.each([
    ['predictions that are found', () => editing.shown?.changed(Infinity)],
    ['another run', () => editing.shown?.refetch()],
  ])('shows %s while a stroke is being saved, once it is saved', async (_, hear) => {
    const answer = backend.hold()
    stroke(1, 2, 3)
    backend.predictions.set(1, [found])
    await hear()
    await settle()
    expect(editing.shown?.state?.predictions).toEqual([])
    answer()
    await settle()
    expect(editing.shown?.state?.predictions).toHaveLength(1)
    expect(marked()).toBe(1)
  })

  it('shows predictions of which it heard while a stroke was waiting that is refused', async () => {
    backend.fail = new DrydockError('disk_full', 'The disk is full.')
    stroke(1, 2, 3)
    await settle()
    backend.predictions.set(1, [found])
    await editing.shown?.changed(Infinity)
    backend.fail = new DrydockError('bad_input', 'That is not allowed.')
    editing.saving.resend()
    await settle()
    expect(editing.shown?.state?.predictions).toHaveLength(1)
    expect(marked()).toBe(0)
  })

  it('fetches again where an answer came while a stroke was waiting, and not for its own stroke', async () => {
    const answer = backend.hold()
    const before = backend.fetched.length
    const fetching = editing.shown?.refetch()
    stroke(1, 2, 3)
    await fetching
    await editing.shown?.changed(1)
    answer()
    await settle()
    expect(backend.fetched.length).toBe(before + 2)
    stroke(50, 51)
    await editing.shown?.changed(2)
    await settle()
    expect(backend.fetched.length).toBe(before + 2)
    expect(marked()).toBe(2)
  })
})

describe('the file of the open image', () => {
  it('shows an image whose file has changed, and Done once more says that its marks were looked at', async () => {
    stroke(1, 2, 3)
    editing.finish('done')
    await settle()
    backend.files.set(1, { fileState: 'changed', fileNote: 'It was changed.', content: 'y' })
    await editing.open(1)
    expect(editing.shown?.failure).toBeNull()
    expect(marked()).toBe(1)
    expect(editing.shown?.row?.fileState).toBe('changed')
    editing.finish('done')
    await settle()
    expect(images.rows.get(1)?.fileState).toBe('ok')
    expect(backend.states.get(1)?.status).toBe('done')
    expect(toasts.items).toEqual([])
  })

  it('fetches the open image when its file is lost, found or replaced, and at no other news of its row', async () => {
    const hear = async () => {
      images.update([backend.row(1)])
      await editing.shown?.lookAtFile()
      return backend.fetched.length
    }
    const before = backend.fetched.length
    expect(await hear()).toBe(before)
    backend.files.set(1, { fileState: 'missing', fileNote: 'It is gone.', content: 'x' })
    expect(await hear()).toBe(before + 1)
    expect(editing.shown?.failure).toBe('It is gone.')
    expect(await hear()).toBe(before + 1)
    backend.files.delete(1)
    expect(await hear()).toBe(before + 2)
    expect(editing.shown?.failure).toBeNull()
    expect(editing.shown?.tiles).toHaveLength(1)
    backend.files.set(1, { fileState: 'changed', fileNote: 'It was changed.', content: 'y' })
    expect(await hear()).toBe(before + 3)
    expect(editing.shown?.tiles[0]?.url).toBe('tile of y')
  })

  it('is shown once it is found, also where the answer that it is lost comes after that news', async () => {
    const hear = () => {
      images.update([backend.row(1)])
      return editing.shown?.lookAtFile()
    }
    backend.files.set(1, { fileState: 'missing', fileNote: 'It is gone.', content: 'x' })
    const lost = hear()
    await Promise.resolve()
    backend.files.delete(1)
    await Promise.all([lost, hear()])
    await settle()
    expect(editing.shown?.failure).toBeNull()
    expect(editing.shown?.row?.fileState).toBe('ok')
  })
})
