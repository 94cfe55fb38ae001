import { describe, expect, it } from 'vitest'
import { normal, randomFrom, seedFrom, wholeBetween } from './random.ts'

describe('randomFrom', () => {
  it('is mulberry32: the published first values of seed 0 and 1', () => {
    const first = (seed: number) => Math.round(randomFrom(seed)() * 4294967296)
    expect(first(0)).toBe(1144304738)
    expect(first(1)).toBe(2693262067)
  })

  it('is uniform enough, and its normal numbers have mean 0 and deviation 1', () => {
    const random = randomFrom(42)
    const counts = new Array<number>(10).fill(0)
    for (let i = 0; i < 100_000; i++) counts[wholeBetween(random, 0, 9)]!++
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(500)
    let [sum, squares] = [0, 0]
    for (let i = 0; i < 100_000; i++) {
      const value = normal(random)
      sum += value
      squares += value * value
    }
    expect(Math.abs(sum / 100_000)).toBeLessThan(0.02)
    expect(Math.abs(squares / 100_000 - 1)).toBeLessThan(0.02)
  })

  it('has a stream of its own for each combination of numbers', () => {
    const seeds = new Set<number>()
    for (let step = 0; step < 200; step++) for (let i = 0; i < 8; i++) seeds.add(seedFrom(1, step, i))
    expect(seeds.size).toBe(1600)
    expect(seedFrom(1, 2)).not.toBe(seedFrom(2, 1))
  })
})
