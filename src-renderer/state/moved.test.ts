import { expect, it } from 'vitest'
import { DrydockError } from '../../src-main/contract/errors.ts'
import type { MovedImages } from '../../src-main/contract/wire.ts'
import { settle } from './fake-backend.ts'
import { fakeClient } from './fake-client.ts'
import { Moved, movesNamed } from './moved.svelte.ts'
import { Toasts } from './toasts.svelte.ts'

const NONE: MovedImages = { images: 0, some: [] }
const TWO: MovedImages = {
  images: 2,
  some: [
    { from: 'b1.png', to: 'c1.png' },
    { from: 'b2.png', to: 'c2.png' },
  ],
}

/** A project in which two images seem to have moved until it is answered; answers come when `held` does. */
function project() {
  const told = { moved: TWO, answers: [] as boolean[], held: Promise.resolve(), fail: false }
  const images = {
    moved: async () => told.moved,
    answerMoved: async ({ follow }: { follow: boolean }) => {
      await told.held
      if (told.fail) throw new DrydockError('project_in_use', 'In use by another process.')
      told.answers.push(follow)
      told.moved = NONE
      return { images: follow ? 2 : 0 }
    },
  }
  const client = fakeClient({ backend: { images } }).inProject('p', new AbortController().signal)
  const toasts = new Toasts()
  return { told, toasts, moved: new Moved(client, toasts) }
}

it('asks nothing where nothing seems to have moved', async () => {
  const { told, moved } = project()
  told.moved = NONE
  await moved.refresh()
  expect(moved.question).toBeNull()
})

it.each([
  [true, ['2 images found in the new place, marks and all.']],
  [false, []],
])('is answered once for all, and not asked again: follow %s', async (follow, notes) => {
  const { told, toasts, moved } = project()
  await moved.refresh()
  expect(moved.question).toEqual(TWO)
  const { promise, resolve } = Promise.withResolvers<void>()
  told.held = promise
  const answering = moved.answer(follow)
  // a second press while the first is under way
  void moved.answer(!follow)
  await settle()
  expect([moved.question, moved.answering]).toEqual([TWO, true])
  resolve()
  await answering
  expect(told.answers).toEqual([follow])
  expect([moved.question, moved.answering]).toEqual([null, false])
  expect(toasts.items.map(({ text }) => text)).toEqual(notes)
})

it('stays where the answer could not be taken, and can be answered then', async () => {
  const { told, toasts, moved } = project()
  await moved.refresh()
  told.fail = true
  await moved.answer(true)
  expect([moved.question, moved.answering]).toEqual([TWO, false])
  expect(toasts.items.map(({ text }) => text)).toEqual(['In use by another process.'])
  told.fail = false
  await moved.answer(true)
  expect(moved.question).toBeNull()
})

it('names the first moves and says how many more there are', () => {
  expect(movesNamed(TWO)).toBe('b1.png → c1.png, b2.png → c2.png')
  expect(movesNamed({ ...TWO, images: 1202 })).toBe('b1.png → c1.png, b2.png → c2.png and 1,200 more')
})
