import { describe, expect, test } from 'vitest'
import { LABEL_FORMAT_IDS } from '../contract/label-formats.ts'
import { randomFrom } from '../core/random.ts'
import { exampleOf, IMAGES } from '../testing/label-examples.ts'
import { memorySource, mutated, readDamaged } from '../testing/labels.ts'
import { formatOf, recogniseFormat } from './registry.ts'

const MUTATIONS = 10_000
/** A reading that computes for longer than this hangs, in ms; whatever else the machine does is not counted. */
const HANGS = 2000
const LARGEST_MEMORY = 2 ** 30

describe.each(LABEL_FORMAT_IDS)('%s', (id) => {
  test(`${MUTATIONS} damaged files end in labels or a typed error, at once and in little memory`, async () => {
    const format = formatOf(id)
    const files = await exampleOf(id)
    let slowest = { seed: 0, ms: 0 }
    let memory = 0
    for (let seed = 1; seed <= MUTATIONS; seed++) {
      const source = memorySource(mutated(files, randomFrom(seed)), IMAGES)
      const began = process.cpuUsage()
      await recogniseFormat(source).catch(() => null)
      await readDamaged(format.read.bind(format), source)
      const { user, system } = process.cpuUsage(began)
      const ms = (user + system) / 1000
      if (ms > slowest.ms) slowest = { seed, ms }
      if (seed % 100 === 0) memory = Math.max(memory, process.memoryUsage.rss())
    }
    expect(slowest.ms, `seed ${slowest.seed}`).toBeLessThan(HANGS)
    expect(memory).toBeLessThan(LARGEST_MEMORY)
  })
})
