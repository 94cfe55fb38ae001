import { expect, test } from 'vitest'
import type { ImagesAct } from '../../src-main/contract/wire.ts'
import { ChosenImages } from './chosen-images.svelte.ts'
import { brush, FakeBackend, settle, windowOn } from './fake-backend.ts'
import { fakeClient } from './fake-client.ts'

async function fiveImages() {
  const backend = new FakeBackend([1, 2, 3, 4, 5])
  const { editing, images, toasts } = await windowOn(backend)
  const asked: { images: number[]; act: ImagesAct }[] = []
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
  }).inProject('p', new AbortController().signal)
  await editing.open(2)
  return { editing, toasts, asked, undone, chosen: new ChosenImages({ client, toasts, images, editing }) }
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
  await chosen.act(act, 'Set to done')
  brush(editing, 7)
  expect(chosen.undo()).toBe(false)
})
