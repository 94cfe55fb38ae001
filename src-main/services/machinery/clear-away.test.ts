import { getHeapStatistics } from 'node:v8'
import { expect, test } from 'vitest'
import { clearingAway } from './clear-away.ts'

const MB = 1_000_000

test('a thread clears away when it has taken much more than it needs, and not again at once', async () => {
  let taken = 10 * MB
  let time = 0
  const cleared: number[] = []
  const clearAway = clearingAway(
    {
      taken: () => taken,
      clear: async () => {
        cleared.push(taken)
        taken /= 2
      },
    },
    () => time,
  )
  const take = async (bytes: number, at: number): Promise<void> => {
    ;[taken, time] = [bytes, at]
    await clearAway()
  }
  await take(11 * MB, 1000)
  expect(cleared).toEqual([])
  await take(60 * MB, 2000)
  expect(cleared).toEqual([60 * MB])
  // needs 30 by now
  await take(34 * MB, 20_000)
  expect(cleared).toEqual([60 * MB])
  await take(40 * MB, 20_001)
  expect(cleared).toEqual([60 * MB, 40 * MB])
  await take(90 * MB, 25_000)
  expect(cleared).toHaveLength(2)
  await take(90 * MB, 25_001)
  expect(cleared).toHaveLength(3)
})

test('what it clears away is given back to the system', async () => {
  const waste = (): number => Array.from({ length: 300_000 }, (_, i) => ({ i, text: [i] })).length
  expect(waste()).toBe(300_000)
  const before = getHeapStatistics().total_heap_size
  await clearingAway()()
  expect(getHeapStatistics().total_heap_size).toBeLessThan(before - 10 * MB)
})
