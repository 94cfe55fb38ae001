import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Soon } from './soon.ts'

let done: number
let left: AbortController
let soon: Soon

beforeEach(() => {
  vi.useFakeTimers()
  done = 0
  left = new AbortController()
  soon = new Soon(() => done++, 100, left.signal)
})
afterEach(() => void vi.useRealTimers())

test('once for all that asked meanwhile, and again for who asks afterwards', () => {
  soon.ask()
  vi.advanceTimersByTime(60)
  soon.ask()
  expect(done).toBe(0)
  vi.advanceTimersByTime(60)
  expect(done).toBe(1)
  vi.runAllTimers()
  expect(done).toBe(1)
  soon.ask()
  vi.runAllTimers()
  expect(done).toBe(2)
})

test('nothing once what it belongs to is left, and no timer waits for it', () => {
  soon.ask()
  left.abort()
  soon.ask()
  expect(vi.getTimerCount()).toBe(0)
  vi.runAllTimers()
  expect(done).toBe(0)
})
