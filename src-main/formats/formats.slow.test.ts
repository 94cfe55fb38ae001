import { describe, expect, test } from 'vitest'
import { LABEL_FORMAT_IDS } from '../contract/label-formats.ts'
import { randomFrom } from '../core/random.ts'
import { exampleOf, IMAGES } from '../testing/label-examples.ts'
import { memorySource, mutated, readDamaged } from '../testing/labels.ts'
import type { LabelSource } from './format.ts'
import { formatOf, recogniseFormat } from './registry.ts'

const MUTATIONS = 10_000
/** A reading that computes for longer than this hangs, in ms; whatever else the machine does is not counted. */
const HANGS = 2000
const LARGEST_MEMORY = 2 ** 30

/** The source, whole pictures of it decoded once: only the damaged one is decoded each time. @param isWhole by path */
function withPictures(
  source: LabelSource,
  isWhole: (path: string) => boolean,
  pictures: Map<string, ReturnType<LabelSource['raster']>>,
): LabelSource {
  return {
    ...source,
    raster: (file) => {
      if (typeof file !== 'string' || !isWhole(file)) return source.raster(file)
      const known = pictures.get(file) ?? source.raster(file)
      pictures.set(file, known)
      return known
    },
  }
}

describe.each(LABEL_FORMAT_IDS)('%s', (id) => {
  test(`${MUTATIONS} damaged files end in labels or a typed error, at once and in little memory`, async () => {
    const format = formatOf(id)
    const files = await exampleOf(id)
    const pictures = new Map<string, ReturnType<LabelSource['raster']>>()
    let slowest = { seed: 0, ms: 0 }
    let memory = 0
    for (let seed = 1; seed <= MUTATIONS; seed++) {
      const damaged = mutated(files, randomFrom(seed))
      const isWhole = (path: string): boolean => damaged.get(path) === files.get(path)
      const source = withPictures(memorySource(damaged, IMAGES), isWhole, pictures)
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
