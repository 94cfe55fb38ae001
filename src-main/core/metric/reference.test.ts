import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { root } from '../../locations.ts'
import { parseRle } from '../mask/rle.ts'
import { overlapsBetween } from './overlap.ts'
import { scoreImage } from './f2.ts'

const referenceFile = z.object({
  cases: z.array(
    z.object({
      name: z.string(),
      truth: z.array(z.string()),
      pred: z.array(z.string()),
      legal: z.boolean(),
      iou: z.array(z.array(z.number())),
      tp: z.array(z.number()).length(10),
      fp: z.array(z.number()).length(10),
      fn: z.array(z.number()).length(10),
      f2: z.array(z.number()).length(10),
      mean_f2: z.number(),
    }),
  ),
})

const files = {
  'the cases that ship': { path: join(root, 'resources', 'reference', 'f2.json'), count: 14 },
  'the 29 shared cases': { path: join(root, '..', 'shared', 'reference', 'f2_cases.json'), count: 29 },
}

for (const [title, { path, count }] of Object.entries(files)) {
  const present = existsSync(path)
  if (!present) console.warn(`skipped: ${title}, ${path} is not there`)
  describe.skipIf(!present)(title, () => {
    const { cases } = present ? referenceFile.parse(JSON.parse(readFileSync(path, 'utf8'))) : { cases: [] }

    it('are complete', () => expect(cases).toHaveLength(count))

    it.each(cases)('$name', (reference) => {
      const truth = reference.truth.map(parseRle)
      const prediction = reference.pred.map(parseRle)
      const result = scoreImage(truth, prediction)
      expect(result.legal).toBe(reference.legal)
      expect(result.thresholds.map((t) => t.tp)).toEqual(reference.tp)
      expect(result.thresholds.map((t) => t.fp)).toEqual(reference.fp)
      expect(result.thresholds.map((t) => t.fn)).toEqual(reference.fn)
      expect(result.thresholds.map((t) => t.f2)).toEqual(reference.f2)
      expect(result.f2).toBeCloseTo(reference.mean_f2, 14)

      const iou = reference.iou.map((row) => row.map(() => 0))
      for (const pair of overlapsBetween(truth, prediction)) {
        iou[pair.truth]![pair.prediction] = pair.intersection / pair.union
      }
      expect(iou).toEqual(reference.iou)
    })
  })
}
