import { expect, test } from 'vitest'
import { randomFrom } from '../random.ts'
import { reliabilityOf } from './reliability.ts'

test('where hits come as often as scores say, each bin lies near the diagonal', () => {
  const random = randomFrom(8)
  const judged = Array.from({ length: 20_000 }, () => {
    const probability = random()
    return { probability, hit: random() < probability }
  })
  const bins = reliabilityOf(judged)
  expect(bins).toHaveLength(5)
  expect(bins.reduce((sum, { instances }) => sum + instances, 0)).toBe(20_000)
  for (const { score, instances, hits } of bins) expect(Math.abs(hits / instances - score)).toBeLessThan(0.03)
  expect(reliabilityOf([{ probability: 1, hit: true }])).toEqual([{ score: 1, instances: 1, hits: 1 }])
})
