import type { TrainOutcome } from '../../contract/engine.ts'
import { verdictOfPaired } from '../../core/metric/difference.ts'

/**
 * What came of a training against the version that it started from, as a sentence; empty where they were not compared.
 * @param isNew false: it came to that version itself, so there is no other one
 */
export function gainOf({ bestStep, paired }: TrainOutcome, isNew = true): string {
  if (!isNew)
    return 'No step was better than the version it started from, and instances are made as before: there is no new version.'
  if (bestStep === 0) return 'No step was better than the version it started from, whose weights are kept.'
  if (!paired) return ''
  const { difference, differenceWithShips } = paired
  const text = ({ value, low, high }: typeof difference): string =>
    `${value.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`
  const figures = `${text(difference)}${differenceWithShips ? `, over images with ships ${text(differenceWithShips)}` : ''}`
  const verdict = verdictOfPaired(paired)
  if (verdict === 'too few') return `Too few images to say whether it is better: ${figures}.`
  if (verdict === 'unclear')
    return `It is not better than the version it started from by more than chance: ${figures}.`
  return `It is ${verdict} than the version it started from: ${figures}.`
}
