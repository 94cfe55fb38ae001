import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { Silence } from './silence.ts'

let pings: number
let answers: ((anyway: boolean) => void)[]
let signals: AbortSignal[]
let destroyed: number
let silence: Silence

beforeEach(() => {
  vi.useFakeTimers()
  ;[pings, answers, signals, destroyed] = [0, [], [], 0]
  silence = new Silence({
    ping: () => pings++,
    ask: (signal) => {
      signals.push(signal)
      return new Promise((resolve) => answers.push(resolve))
    },
    destroy: () => destroyed++,
  })
})
afterEach(() => void vi.useRealTimers())

it('asks nobody about a page that answers, however long it refuses to be left', () => {
  for (let tries = 0; tries < 8; tries++) {
    silence.begin()
    vi.advanceTimersByTime(500)
    silence.end()
  }
  vi.runAllTimers()
  expect([pings, signals]).toEqual([8, []])
})

it('asks once about one that has left twenty questions in twenty seconds without an answer, and closes it on a yes alone', async () => {
  silence.begin()
  vi.advanceTimersByTime(19_000)
  silence.begin()
  expect([pings, signals.length]).toEqual([20, 0])
  vi.advanceTimersByTime(1000)
  silence.begin()
  vi.runAllTimers()
  expect(signals).toHaveLength(1)
  answers.shift()!(false)
  await vi.runAllTimersAsync()
  expect([destroyed, signals.length]).toEqual([0, 1])
  silence.begin()
  vi.advanceTimersByTime(20_000)
  answers.shift()!(true)
  await vi.runAllTimersAsync()
  expect(destroyed).toBe(1)
})

it('takes its question back once the page answers; a yes that comes later does nothing', async () => {
  silence.begin()
  vi.advanceTimersByTime(20_000)
  expect(signals[0]!.aborted).toBe(false)
  silence.end()
  expect(signals[0]!.aborted).toBe(true)
  answers[0]!(true)
  await vi.runAllTimersAsync()
  expect(destroyed).toBe(0)
})
