import { meanGain } from '../metric/difference.ts'
import type { Estimate } from '../metric/interval.ts'
import type { Candidates, Evaluation } from './candidates.ts'

/** With fewer ships than these there is no second opinion: nine features are fitted to noise. */
export const FEWEST_FOR_OPINION = 20

/** What came of a second opinion on each instance, which goes by what the image shows of it too. */
export interface SecondOpinion {
  /** scores are its probabilities */
  kept: boolean
  /** of F2 over the images with ships, in pairs, each image judged by a regression that has not seen it; null: there were too few ships to try */
  gain: Estimate | null
}

/** What one way of scoring gives: each image's F2, and all together. */
interface Measured {
  each: readonly number[]
  evaluation: Evaluation
}

/**
 * A second opinion is kept where it raises F2 over the images with ships by more than chance (the 95 % interval of the differences, image by image, lies above 0), and leaves as many empty
 * images clean as scores without it.
 */
export function compareOpinions(
  images: readonly Pick<Candidates, 'ships'>[],
  before: Measured,
  after: Measured,
): SecondOpinion {
  const gains = after.each.flatMap((f2, i) => (images[i]!.ships > 0 ? [f2 - before.each[i]!] : []))
  const gain = meanGain(gains)
  return { kept: gain.low > 0 && after.evaluation.emptyClean >= before.evaluation.emptyClean, gain }
}

/** For the card, without a full stop: whether there is a second opinion, and by how much it is better, or why there is none. */
export function secondOpinionNote({ kept, gain }: SecondOpinion): string {
  if (gain === null) {
    return `scores go by the foreground alone, since a second opinion by what the image shows takes ${FEWEST_FOR_OPINION} ships, 10 of them found, and 10 false alarms`
  }
  const by = `F2 over images with ships ${signed(gain.value)} [${signed(gain.low)}, ${signed(gain.high)}] by opinions of each image that have not seen it`
  return kept
    ? `scores are a second opinion, which goes by what the image shows too: ${by}, and no fewer empty images clean`
    : `scores go by the foreground alone, since a second opinion by what the image shows is not better by more than chance: ${by}`
}

function signed(value: number): string {
  return `${value < 0 ? '-' : '+'}${Math.abs(value).toFixed(3)}`
}
