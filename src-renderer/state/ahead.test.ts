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
