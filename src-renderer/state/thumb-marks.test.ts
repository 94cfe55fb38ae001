import { expect, test } from 'vitest'
import { FakeBackend } from './fake-backend.ts'
import { fakeClient } from './fake-client.ts'
import { ThumbMarksStore } from './thumb-marks.svelte.ts'

test('marks are asked for once for each state of what is in view, but not of the open image, nor where there are none', async () => {
  const asked: number[][] = []
  const revisions = new Map([1, 2, 3, 4].map((image) => [image, 0]))
  const client = fakeClient({
    backend: {
      images: {
        marks: async ({ images }: { images: number[] }) => {
          asked.push(images)
          const small = { width: 1, height: 1, data: '' }
          return images.map((image) => ({ image, revision: revisions.get(image)!, ...small }))
        },
      },
    },
  }).inProject('p', new AbortController().signal)
  const marks = new ThumbMarksStore(client)
  const plain = new FakeBackend([1]).row(1)
  const rows = () =>
    [...revisions].map(([id, revision]) => ({ ...plain, id, revision, truthCount: id === 4 ? 0 : 1 }))
  await marks.want(rows(), 1)
  await marks.want(rows(), 1)
  expect([asked, [...marks.all.keys()]]).toEqual([[[2, 3]], [2, 3]])
  revisions.set(3, 5)
  await marks.want(rows(), 2)
  expect(asked.at(-1)).toEqual([1, 3])
  await marks.want(
    rows().map((row) => ({ ...row, truthCount: 0 })),
    null,
  )
  expect(marks.all.size).toBe(0)
})
