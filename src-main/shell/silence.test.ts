import { expect, it } from 'vitest'
import { Silence } from './silence.ts'

function windowOf() {
  const answers: ((anew: boolean) => void)[] = []
  const signals: AbortSignal[] = []
  const seen = { loaded: 0 }
  const silence = new Silence({
    ask: (signal) => {
      signals.push(signal)
      return new Promise((resolve) => answers.push(resolve))
    },
    loadAnew: () => void seen.loaded++,
  })
  return { silence, answers, signals, seen }
}

it('asks once, and loads the page anew on a yes alone', async () => {
  const { silence, answers, signals, seen } = windowOf()
  silence.begin()
  silence.begin()
  expect(signals).toHaveLength(1)
  answers.shift()!(false)
  await Promise.resolve()
  expect(seen.loaded).toBe(0)
  silence.begin()
  expect(signals).toHaveLength(2)
  answers.shift()!(true)
  await expect.poll(() => seen.loaded).toBe(1)
})

it('takes its question back once the page answers; a yes that comes later does nothing to it', async () => {
  const { silence, answers, signals, seen } = windowOf()
  silence.begin()
  silence.end()
  expect(signals[0]!.aborted).toBe(true)
  silence.begin()
  answers[0]!(true)
  await Promise.resolve()
  expect(seen.loaded).toBe(0)
  expect(signals[1]!.aborted).toBe(false)
})
