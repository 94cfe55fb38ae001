import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Rle } from '../mask/rle.ts'
import { canonicalise } from '../mask/rle.ts'
import { scoreImage } from './f2.ts'
import { ScoreTable } from './score-table.ts'

const run = fc.tuple(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 8 }))
const mask = fc.array(run, { minLength: 1, maxLength: 3 }).map((runs) => canonicalise(runs.flat()))
const elsewhere = canonicalise([1, 10])
const change = fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.option(mask))

test('after any changes the score is that of all masks compared at once, and earlier tables keep theirs', () => {
  fc.assert(
    fc.property(
      fc.array(mask, { maxLength: 4 }),
      fc.array(fc.array(change, { maxLength: 3 }), { maxLength: 8 }),
      (predictions, edits) => {
        const truth = new Map<string, Rle>()
        const full = (): unknown => {
          const { f2, thresholds } = scoreImage([...truth.values()], predictions)
          return { f2, thresholds }
        }
        let table = ScoreTable.of(predictions)
        for (const changes of edits) {
          const [before, was] = [table, full()]
          // now and then it goes on in another thread
          if (changes.length % 2 === 1) table = ScoreTable.unpack(structuredClone(table.pack()))
          // what a transaction that failed has made of it is of no account
          table.with([['e', elsewhere], ...changes])
          table = table.with(changes)
          for (const [id, rle] of changes) {
            if (rle === null) truth.delete(id)
            else truth.set(id, rle)
          }
          expect(table.score()).toEqual(full())
          expect(before.score()).toEqual(was)
        }
      },
    ),
  )
})
