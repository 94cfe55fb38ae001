import { beforeEach, describe, expect, it } from 'vitest'
import { planStatus } from '../../src-main/core/edit/edit.ts'
import { DrydockError } from '../../src-main/contract/errors.ts'
import { NO_FILTER } from '../../src-main/core/list/order.ts'
import type { Editing } from './editing.svelte.ts'
import { brush, FakeBackend, settle, windowOn } from './fake-backend.ts'
import type { Toasts } from './toasts.svelte.ts'

let backend: FakeBackend
let editing: Editing
let toasts: Toasts

beforeEach(async () => {
  backend = new FakeBackend([1, 2, 3])
  ;({ editing, toasts } = await windowOn(backend))
  await editing.open(1)
})

const stroke = (...pixels: number[]) => brush(editing, ...pixels)
const marked = () => editing.shown?.state?.truth.length
const saved = (image: number) => backend.states.get(image)?.truth.length

describe('Editing', () => {
  it('shows a gesture at once and then has it saved, with the status that follows from it', async () => {
    stroke(1, 2, 3)
    expect(marked()).toBe(1)
    expect(editing.saving.unsaved).toBe(1)
    await settle()
    expect(saved(1)).toBe(1)
    expect(editing.saving.unsaved).toBe(0)
    expect(editing.shown?.row?.status).toBe('in progress')
    expect(editing.shown?.selection).toEqual([editing.shown?.state?.truth[0]?.id])
  })

  it('undoes and redoes at once, and the backend follows', async () => {
    stroke(1, 2, 3)
    stroke(50, 51)
    await settle()
    editing.undo()
    expect(marked()).toBe(1)
    editing.undo()
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
    expect(editing.saving.error?.code).toBe('disk_full')
    backend.fail = null
    editing.saving.resend()
    await settle()
    expect(saved(1)).toBe(1)
    expect(editing.saving.error).toBeNull()
  })

  it('names the images to do after one that a person opens, and none for the one that opens by itself', async () => {
    expect(backend.ahead).toEqual([[2, 3]])
    ;({ editing } = await windowOn(backend))
    editing.openFirst()
    await settle()
    expect(editing.image).toBe(1)
    expect(backend.ahead).toEqual([[2, 3]])
    editing.finish('done')
    await settle()
    expect(editing.image).toBe(2)
    await editing.open(1)
    expect(backend.ahead.at(-1)).toEqual([2, 3])
  })

  it('goes on to the next image after Done, and undo straight after returns and takes it back', async () => {
    editing.finish('done')
    await settle()
    expect(editing.image).toBe(2)
    expect(backend.states.get(1)?.status).toBe('done')
    // nothing was done on this image
    expect([editing.shown?.canUndo, editing.canUndo]).toEqual([false, true])
    editing.undo()
    await settle()
    expect(editing.image).toBe(1)
    expect(backend.states.get(1)?.status).toBe('to do')
  })

  it('goes on from where an image stood in a filtered list, also where a gesture or undo left it out of that', async () => {
    const { editing, images } = await windowOn(backend)
    images.visible.filter = { ...NO_FILTER, status: 'to do' }
    await settle()
    await editing.open(2)
    brush(editing, 1, 2, 3)
    await settle()
    expect(editing.shown?.row?.status).toBe('in progress')
    for (const way of ['there', 'and back']) {
      editing.finish('done')
      await settle()
      expect([way, editing.image]).toEqual([way, 3])
      editing.undo()
      await settle()
      expect([way, editing.image]).toEqual([way, 2])
    }
  })

  it('only returns where Done had changed nothing', async () => {
    if (editing.shown?.state) editing.perform(planStatus(editing.shown.state, 'done'))
    await settle()
    editing.finish('done')
    await settle()
    editing.undo()
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
    expect(editing.saving.unsaved).toBe(0)
    expect(toasts.items.at(-1)?.text).toContain('That is not allowed. 1 gesture could not be saved.')
  })

  it('takes no harm from undo held past the first edit, nor does what is drawn next', async () => {
    stroke(1, 2, 3)
    stroke(50, 51)
    await settle()
    for (let press = 0; press < 5; press++) editing.undo()
    stroke(70, 71)
    await settle()
    expect(toasts.items).toEqual([])
    expect(saved(1)).toBe(1)
    expect(marked()).toBe(1)
    expect(editing.shown?.canUndo).toBe(true)
    editing.undo()
    await settle()
    expect(saved(1)).toBe(0)
    expect(editing.shown?.canUndo).toBe(false)
  })

  it('sends no second undo while only the backend knows what the first one does', async () => {
    stroke(1, 2, 3)
    stroke(50, 51)
    await settle()
    await editing.open(2)
    await editing.open(1)
    const answer = backend.hold()
    editing.undo()
    editing.undo()
    expect(editing.saving.unsaved).toBe(1)
    answer()
    await settle()
    expect(marked()).toBe(1)
    editing.undo()
    await settle()
    expect(marked()).toBe(0)
  })

  it('redoes first what was undone last, though it is older than what this window remembers', async () => {
    stroke(1, 2, 3)
    await settle()
    await editing.open(2)
    await editing.open(1)
    stroke(50, 51)
    editing.undo()
    editing.undo()
    await settle()
    expect(marked()).toBe(0)
    editing.redo()
    await settle()
    expect(editing.shown?.state?.truth).toEqual(backend.states.get(1)?.truth)
    expect(marked()).toBe(1)
  })

  it('says nothing where there is nothing to redo any more, and shows the image as it is', async () => {
    stroke(1, 2, 3)
    await settle()
    editing.undo()
    await settle()
    backend.undone.set(1, [])
    editing.redo()
    expect(marked()).toBe(1)
    await settle()
    expect(marked()).toBe(0)
    expect(toasts.items).toEqual([])
    expect(editing.shown?.canRedo).toBe(false)
  })

  it('goes back two images where that is asked for twice before the first is there', async () => {
    await editing.open(2)
    await editing.open(3)
    editing.back()
    editing.back()
    expect(editing.image).toBe(1)
    await settle()
    expect(editing.image).toBe(1)
    editing.back()
    expect(editing.image).toBe(1)
  })
})
