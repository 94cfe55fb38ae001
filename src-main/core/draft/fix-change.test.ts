import fc from 'fast-check'
import { expect, it } from 'vitest'
import { canonicalise } from '../mask/rle.ts'
import { scoreImage } from '../metric/f2.ts'
import { reviewImage } from '../metric/worth.ts'
import { changeByHand } from './draft.ts'
import { changeOfFix } from './fix-change.ts'

const size = { width: 8, height: 7 }
const run = fc.tuple(fc.integer({ min: 1, max: 44 }), fc.integer({ min: 1, max: 9 }))
const mask = fc.array(run, { minLength: 1, maxLength: 3 }).map((runs) => canonicalise(runs.flat()))
const masks = fc.array(mask, { maxLength: 5 })

it('in a draft each fix has the F2 that was promised, to the last digit, where predictions overlap too', () => {
  fc.assert(
    fc.property(masks, masks, (truth, prediction) => {
      const image = {
        ...size,
        truth: truth.map((rle) => ({ rle })),
        predictions: prediction.map((rle) => ({ rle, score: 0.5, cluster: 0 })),
      }
      for (const { fix, f2 } of reviewImage({ truth, prediction, height: size.height }).fixes) {
        const after = changeByHand(image.predictions, [changeOfFix(fix, image)], size)
        expect(
          scoreImage(
            truth,
            after.map(({ rle }) => rle),
          ).f2,
        ).toBe(f2)
      }
    }),
    { numRuns: 200 },
  )
})
