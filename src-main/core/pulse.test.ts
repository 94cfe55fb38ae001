import { expect, test } from 'vitest'
import { Pulse } from './pulse.ts'

const SECOND = 1000
const MINUTE = 60 * SECOND

/** As the engine is asked: ten times its longest step, at least a minute; every five seconds. */
const engine = (): Pulse => new Pulse(5 * SECOND, (longest) => Math.max(MINUTE, 10 * longest))

/** Ticks from `from` on, every five seconds. @returns the time of the first that says it is silent */
function firstSilence(pulse: Pulse, from: number, until = from + 60 * MINUTE): number | null {
  for (let now = from; now <= until; now += 5 * SECOND) if (pulse.tick(now) === 'silent') return now
  return null
}

test('it asks once, waits for the answer, then asks again', () => {
  const pulse = engine()
  expect(pulse.tick(0)).toBe('ask')
  expect(pulse.tick(5 * SECOND)).toBe('wait')
  expect(pulse.waited).toBe(5 * SECOND)
  pulse.answered(6 * SECOND)
  expect(pulse.waited).toBe(0)
  expect(pulse.tick(10 * SECOND)).toBe('ask')
})

test('an answer that does not come is overdue after a minute', () => {
  expect(firstSilence(engine(), 0)).toBe(MINUTE)
})

test('it may take ten times as long as it has taken', () => {
  const pulse = engine()
  for (const now of [0, 5, 10, 15, 20]) pulse.tick(now * SECOND)
  pulse.answered(20 * SECOND)
  expect(firstSilence(pulse, 25 * SECOND)).toBe(25 * SECOND + 200 * SECOND)
})

test('the sleep of the machine does not count, neither as silence nor as a long step', () => {
  const pulse = engine()
  for (let now = 0; now < 55; now += 5) pulse.tick(now * SECOND)
  const woken = 8 * 60 * MINUTE
  expect(pulse.tick(woken)).toBe('wait')
  expect(pulse.waited).toBe(0)
  expect(firstSilence(pulse, woken + 5 * SECOND)).toBe(woken + MINUTE)
  const other = engine()
  other.tick(0)
  other.answered(8 * 60 * MINUTE)
  other.tick(8 * 60 * MINUTE + 5 * SECOND)
  expect(firstSilence(other, 8 * 60 * MINUTE + 10 * SECOND)).toBe(8 * 60 * MINUTE + 65 * SECOND)
})

test('it says that it is silent until an answer comes; at rest nothing is due', () => {
  const pulse = new Pulse(SECOND, () => 5 * SECOND)
  expect([0, 1, 2, 3, 4, 5, 6].map((s) => pulse.tick(s * SECOND))).toEqual([
    ...['ask', 'wait', 'wait', 'wait', 'wait', 'silent', 'silent'],
  ])
  pulse.answered(6.5 * SECOND)
  expect(pulse.tick(7 * SECOND)).toBe('ask')
  pulse.rest()
  expect(pulse.tick(99 * SECOND)).toBe('ask')
})

test('a clock that is set back is no silence', () => {
  const pulse = new Pulse(SECOND, () => 5 * SECOND)
  pulse.tick(100 * SECOND)
  expect(pulse.tick(50 * SECOND)).toBe('wait')
  expect(pulse.waited).toBe(0)
})
