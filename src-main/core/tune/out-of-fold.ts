import type {
  Calibration,
  ClusterSettings,
  OperatingPoint,
  PairedScore,
  ReliabilityBin,
} from '../../contract/wire.ts'
import { scoreOf } from '../cluster/features.ts'
import { meanGain } from '../metric/difference.ts'
import { candidatesOf, f2OfEach } from './candidates.ts'
import type { TuneImage } from './candidates.ts'
import { secondOpinionNote } from './second-opinion.ts'
import { tuneThresholds } from './thresholds.ts'
import { canTune, canTuneLeastScore, FEWEST_IMAGES, tuneClustering } from './tune.ts'

/** How a version makes instances. */
interface Making {
  cluster: ClusterSettings
  calibration: Calibration | null
  operatingPoints: OperatingPoint[] | null
}

/** Images predicted by weights that have not seen them. */
export interface ChooseOn {
  /** by new weights, each image by a training without it */
  seen: readonly TuneImage[]
  /** the same images by the version started from */
  before: readonly TuneImage[]
  /** how that version makes instances */
  old: Making
}

/** What was chosen, how, and what it gains over the version started from. */
export interface OutOfFold extends Making {
  /** for the card */
  note: string
  reliability: ReliabilityBin[] | null
  paired: Omit<PairedScore, 'against' | 'on'>
}

/**
 * Chooses how new weights make instances, on predictions of each image by weights that have not seen it: all of it from 16 images and 8 ships on,
 * how sure pixels and ships must be from 8 ships on; else what was before stays, and it is said.
 * @param between awaited after each way of clustering; throws to end the work
 */
export async function chooseOutOfFold(
  { seen, before, old }: ChooseOn,
  between: () => Promise<void> = () => Promise.resolve(),
): Promise<OutOfFold> {
  const chosen = await chooseOn(seen, old, between)
  return { ...chosen, paired: pairedScoreOf(eachOf(seen, chosen), eachOf(before, old), seen) }
}

/** Two scores of the same images in pairs. @param after [images] F2 @param before [images] F2 */
export function pairedScoreOf(
  after: readonly number[],
  before: readonly number[],
  images: readonly Pick<TuneImage, 'truth'>[],
): Omit<PairedScore, 'against' | 'on'> {
  const mean = (values: readonly number[]): number => values.reduce((sum, f2) => sum + f2, 0) / values.length
  const gains = after.map((f2, i) => f2 - before[i]!)
  const withShips = gains.filter((_, i) => images[i]!.truth.length > 0)
  return {
    ...{ images: images.length, f2: mean(after), before: mean(before), difference: meanGain(gains) },
    differenceWithShips: withShips.length === 0 ? null : meanGain(withShips),
  }
}

/** [images] F2 of each, made as settings say, at their own least score. */
export function eachOf(
  images: readonly TuneImage[],
  { cluster, calibration }: Pick<Making, 'cluster' | 'calibration'>,
): number[] {
  const found = images.map((image) => candidatesOf(image, cluster))
  const scores = found.map(({ candidates }) =>
    candidates.map(({ features, foreground }) => scoreOf(features, foreground, calibration)),
  )
  return f2OfEach(found, scores, cluster)
}

async function chooseOn(
  seen: readonly TuneImage[],
  old: Making,
  between: () => Promise<void>,
): Promise<Omit<OutOfFold, 'paired'>> {
  const ships = seen.reduce((sum, { truth }) => sum + truth.length, 0)
  const on = `${seen.length} images with ${ships} ships, each predicted by a training that has not seen it`
  if (canTune(seen)) {
    const { settings, calibration, operatingPoints, reliability, secondOpinion } = await tuneClustering(
      seen,
      old.cluster,
      { between },
    )
    const opinion = secondOpinion ? ` There ${secondOpinionNote(secondOpinion)}.` : ''
    return {
      ...{ cluster: settings, calibration, operatingPoints, reliability },
      note: `Chosen on ${on}.${opinion}`,
    }
  }
  if (!canTuneLeastScore(seen)) {
    const points = old.operatingPoints?.map((point) => ({ ...point, validation: null })) ?? null
    const note = `Kept from the version it started from: ${on}, are too few to choose on.`
    return { ...old, operatingPoints: points, note, reliability: null }
  }
  const { settings, operatingPoints } = tuneThresholds(seen, old.cluster, old.calibration)
  return {
    ...{ cluster: settings, calibration: old.calibration, operatingPoints },
    reliability: null,
    note: `How sure pixels and ships must be was chosen on ${on}; all else is kept from the version it started from, since fewer than ${FEWEST_IMAGES} images cannot choose it.`,
  }
}
