import { expect, test } from 'vitest'
import { Ahead } from './ahead.svelte.ts'
import { FakeBackend, settle, windowOn } from './fake-backend.ts'
import { fakeClient } from './fake-client.ts'

test('what comes next is there before it is opened, unless it has changed', async () => {
  const backend = new FakeBackend([1, 2, 3])
  const client = fakeClient({ backend: backend.procedures }).inProject('p', new AbortController().signal)
  const ahead = new Ahead(client)
  await ahead.want([2, 3])
  expect(ahead.tiles).toHaveLength(2)
  expect(ahead.take(2, 0)?.row.id).toBe(2)
  expect(ahead.take(2, 0)).toBeNull()
  expect(ahead.take(3, 1)).toBeNull()
  await ahead.want([3])
  ahead.forget(3)
  expect(ahead.take(3, 0)).toBeNull()
  // others are wanted before the first is there
  const late = ahead.want([1])
  await Promise.all([late, ahead.want([2])])
  expect([ahead.take(1, 0), ahead.take(2, 0)?.row.id]).toEqual([null, 2])
})

test('what has changed of it is fetched anew, also where an older answer is on its way', async () => {
  const backend = new FakeBackend([1, 2])
  const client = fakeClient({ backend: backend.procedures }).inProject('p', new AbortController().signal)
  const ahead = new Ahead(client)
  await ahead.want([2, 1])
  backend.revisions.set(2, 5)
  ahead.forget(2)
  await settle()
  expect(ahead.take(2, 5)?.row.revision).toBe(5)
  const early = ahead.want([2])
  backend.revisions.set(2, 6)
  ahead.forget(2)
  await early
  expect(ahead.take(2, 6)?.row.revision).toBe(6)
  // it is open by now: nobody wants it ahead any more
  const before = backend.fetched.length
  ahead.forget(2)
  await settle()
  expect(backend.fetched).toHaveLength(before)
})

test('several images to do are there, so that going on quickly waits for none', async () => {
  const backend = new FakeBackend([1, 2, 3, 4, 5])
  const { editing } = await windowOn(backend)
  await editing.open(1)
  await settle()
  expect(editing.ahead.tiles).toHaveLength(2)
  for (const image of [2, 3]) {
    editing.finish('no ship')
    await Promise.resolve()
    expect([editing.image, editing.shown?.loading]).toEqual([image, false])
  }
})

test('the next image shows at once what was fetched while the one before was looked at', async () => {
  const backend = new FakeBackend([1, 2, 3])
  const { editing } = await windowOn(backend)
  await editing.open(1)
  await settle()
  expect(backend.fetched).toContain(2)
  void editing.open(2)
  // before any answer
  await Promise.resolve()
  expect([editing.shown?.loading, editing.shown?.tiles.length]).toEqual([false, 1])
})
