import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Suspect } from '../../contract/wire.ts'
import { ERROR_KINDS, FIX_ACTS } from '../../contract/words.ts'
import { joinPacked, packReviews, unpackReviews } from './review-page.ts'

const count = fc.nat(50)
const kinds = fc.record({ merged: count, split: count, 'near miss': count, missed: count, false: count })
const reviewed = fc.record({
  ...{ image: fc.nat(), path: fc.string(), trainedOn: fc.boolean() },
  f2: fc.double({ min: 0, max: 1, noNaN: true }).map((f2) => f2 + 0),
  counts: fc.record({ truth: kinds, predictions: kinds, sloppy: count }),
  fixes: fc.array(
    fc.record({
      fix: fc.record({
        act: fc.constantFrom(...FIX_ACTS),
        truths: fc.array(count),
        predictions: fc.array(count),
      }),
      f2: fc.constantFrom(0, 1 / 3, 1),
    }),
  ),
  suspects: fc.constantFrom<Suspect[]>(
    [],
    [
      {
        ...{
          id: 'a',
          suspicion: 'not marked' as const,
          place: 3,
          area: 20,
          confidence: 0.7,
          outOfFold: true,
        },
        ...{ category: 'x', box: { x: 1, y: 2, width: 3, height: 4 } },
      },
    ],
  ),
  recall: fc.array(fc.record({ ships: count, found: count })),
})

it('reviews are the same after they were packed', () => {
  fc.assert(
    fc.property(fc.array(reviewed), (images) => {
      expect(unpackReviews(packReviews(images))).toEqual(images)
    }),
  )
  const some = fc.array(reviewed, { maxLength: 3 })
  fc.assert(
    fc.property(some, some, (a, b) => {
      expect(unpackReviews(joinPacked(packReviews(a), packReviews(b)))).toEqual([...a, ...b])
    }),
    { numRuns: 20 },
  )
  expect(ERROR_KINDS).toEqual(Object.keys(unpackReviews('[[1,"",1,[],[],[],[],false]]')[0]!.counts.truth))
})
