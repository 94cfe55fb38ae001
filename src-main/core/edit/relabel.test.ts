import { expect, it } from 'vitest'
import type { Fix } from '../../contract/wire.ts'
import { formatRle, parseRle } from '../mask/rle.ts'
import { scoreImage } from '../metric/f2.ts'
import { reviewImage } from '../metric/worth.ts'
import { applyPlan } from './edit.ts'
import { planRelabel } from './relabel.ts'
import type { EditState } from './state.ts'

function state(truth: string[], predictions: string[]): EditState {
  return {
    ...{ width: 20, height: 20, status: 'done', flag: { flagged: false, comment: '' } },
    truth: truth.map((rle, i) => ({
      id: `t${i}`,
      rle: parseRle(rle),
      origin: 'drawn',
      edited: false,
      colour: 0,
    })),
    predictions: predictions.map((rle, i) => ({
      id: `p${i}`,
      rle: parseRle(rle),
      colour: 0,
      decision: null,
    })),
  }
}

it.each([
  ['add', ['1 10', '41 10'], ['1 10'], ['1 10']],
  ['drop', ['1 10'], ['1 10', '41 10'], ['1 10', '41 10']],
  ['split', ['1 10', '11 10'], ['1 20'], ['1 20']],
  ['merge', ['1 20'], ['1 10', '11 10'], ['1 10', '11 10']],
  ['redraw', ['1 20'], ['1 11'], ['1 11']],
])('the other side of "%s" makes truth what was predicted', (act, truth, predictions, after) => {
  const before = state(truth, predictions)
  const masks = (of: readonly { rle: Uint32Array }[]) => of.map(({ rle }) => rle)
  const { fixes } = reviewImage({
    truth: masks(before.truth),
    prediction: masks(before.predictions),
    height: 20,
  })
  const fix = fixes.find((one) => one.fix.act === act)!.fix
  const planned = planRelabel(before, fix, { policy: 'yield', newId: () => 'new' })
  if (!('plan' in planned)) throw new Error(planned.refusal)
  const now = applyPlan(before, planned.plan)
  expect(now.truth.map(({ rle }) => formatRle(rle))).toEqual(after)
  expect(scoreImage(masks(now.truth), masks(now.predictions)).f2).toBe(1)
  expect(now.predictions.every(({ decision }) => decision !== 'rejected')).toBe(true)
})

it('keeps pixels of other instances where they are', () => {
  const fix: Fix = { act: 'redraw', truths: [0], predictions: [0] }
  const planned = planRelabel(state(['1 10', '11 10'], ['1 14']), fix, {
    policy: 'yield',
    newId: () => 'new',
  })
  expect(planned).toMatchObject({
    plan: { instances: [], decisions: [{ prediction: 'p0', to: 'accepted' }] },
  })
})
