import type { ReliabilityBin } from '../../contract/wire.ts'

/** Bins of a reliability plot. */
const BINS = 5

/**
 * How often instances of about one score are hits: scores mean what they say where the share of hits is the mean score.
 * @param judged probabilities from a calibration that has not seen the instance, and whether it is a hit
 * @returns by rising score; bins without an instance are left out
 */
export function reliabilityOf(judged: readonly { probability: number; hit: boolean }[]): ReliabilityBin[] {
  return Array.from({ length: BINS }, (_, i) => {
    const own = judged.filter(({ probability }) => Math.min(BINS - 1, Math.floor(probability * BINS)) === i)
    const sum = own.reduce((total, { probability }) => total + probability, 0)
    return {
      score: own.length === 0 ? 0 : sum / own.length,
      instances: own.length,
      hits: own.filter(({ hit }) => hit).length,
    }
  }).filter(({ instances }) => instances > 0)
}
