import { expect, test } from 'vitest'
import type { ImagesAct } from '../../src-main/contract/wire.ts'
import { ChosenImages } from './chosen-images.svelte.ts'
import { brush, FakeBackend, settle, windowOn } from './fake-backend.ts'
import { fakeClient } from './fake-client.ts'

async function fiveImages() {
  const backend = new FakeBackend([1, 2, 3, 4, 5])
  const { editing, images, toasts } = await windowOn(backend)
  const asked: { images: number[]; act: ImagesAct }[] = []
  const left = new AbortController()
  const undone: string[] = []
  const client = fakeClient({
    backend: {
      annotate: {
        actOnAll: async (input: (typeof asked)[number]) => {
          asked.push(input)
          return { group: `group ${asked.length}`, images: input.images.length - 1, kept: 1, why: 'No' }
        },
        undoGroup: async ({ group }: { group: string }) => {
          undone.push(group)
          return { images: 1, kept: 0 }
        },
      },
    },
  }).inProject('p', left.signal)
  await editing.open(2)
  const around = { client, toasts, images, editing, left: left.signal }
  return { backend, editing, toasts, asked, undone, left, chosen: new ChosenImages(around) }
}

test('images are chosen one by one, in a row, or all; the open one is the first', async () => {
  const { chosen } = await fiveImages()
  const now = () => [...chosen.all].sort()
  chosen.toggle(4)
  expect(now()).toEqual([2, 4])
  chosen.toggle(2)
  expect(now()).toEqual([4])
  chosen.none()
  chosen.extend(4)
  expect(now()).toEqual([2, 3, 4])
  chosen.extend(1)
  expect(now()).toEqual([1, 2])
  chosen.every()
  expect(now()).toEqual([1, 2, 3, 4, 5])
  chosen.none()
  expect(now()).toEqual([])
})

test('an act on all is said and undone at once, as long as nothing was done after it', async () => {
  const { chosen, editing, toasts, asked, undone } = await fiveImages()
  const act: ImagesAct = { kind: 'status', status: 'done' }
  expect(chosen.undo()).toBe(false)
  chosen.every()
  await chosen.act(act, 'Set to done')
  expect(asked).toEqual([{ project: 'p', images: [1, 2, 3, 4, 5], act }])
  expect(toasts.items.at(-1)).toMatchObject({ text: 'Set to done: 4 images. 1 image stayed: No.' })
  expect(chosen.undo()).toBe(true)
  await settle()
  expect([undone, chosen.undo()]).toEqual([['group 1'], false])
  expect(toasts.items.map(({ action }) => action)).toEqual([undefined])
  await chosen.act(act, 'Set to done')
  brush(editing, 7)
  expect(chosen.undo()).toBe(false)
})

test('an act is done to those that were chosen when it was asked for; what is drawn meanwhile is undone before it', async () => {
  const { backend, chosen, editing, asked } = await fiveImages()
  const act: ImagesAct = { kind: 'status', status: 'done' }
  chosen.every()
  const answer = backend.hold()
  brush(editing, 7)
  const acting = chosen.act(act, 'Set to done')
  chosen.none()
  chosen.toggle(3)
  brush(editing, 8)
  answer()
  await acting
  expect(asked).toEqual([{ project: 'p', images: [1, 2, 3, 4, 5], act }])
  expect(chosen.undo()).toBe(false)
})

test('what was done in a project that was left cannot be taken back from the next one', async () => {
  const { chosen, toasts, left } = await fiveImages()
  const act: ImagesAct = { kind: 'status', status: 'done' }
  chosen.every()
  await chosen.act(act, 'Set to done')
  expect(toasts.items.at(-1)?.action?.label).toBe('Undo')
  left.abort()
  expect(toasts.items.at(-1)).toMatchObject({ text: expect.stringContaining('Set to done') as string })
  expect(toasts.items.at(-1)?.action).toBeUndefined()
  await chosen.act(act, 'Set to done')
  expect(toasts.items.map(({ action }) => action)).toEqual([undefined, undefined])
})
