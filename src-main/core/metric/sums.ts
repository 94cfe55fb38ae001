import type { ThresholdScore } from '../../contract/wire.ts'
import { hasShips } from './f2.ts'
import type { ImageResult } from './f2.ts'
import { TWENTIETHS, f2Of } from './thresholds.ts'

/** An F2 is summed in whole units of this: exact, so that a set's score does not depend on the order of its images. */
const UNIT = 2 ** -40

/** Below this a double holds every whole number, with room for one more image. */
const CARRY = 2 ** 52

/** How much an image's F2 rises, in whole units of 2^-40: what a sum over a set rises by, exactly. */
export function unitsGained(before: number, after: number): number {
  return Math.round(after / UNIT) - Math.round(before / UNIT)
}

/** A sum of figures between 0 and 1, exact up to 2^-40 for each. */
export class ExactSum {
  #high = 0
  #low = 0

  static of(figures: Iterable<number>): ExactSum {
    const sum = new ExactSum()
    for (const figure of figures) sum.add(figure)
    return sum
  }

  /** @param f2 0..1 */
  add(f2: number): void {
    this.#low += Math.round(f2 / UNIT)
    if (this.#low < CARRY) return
    this.#low -= CARRY
    this.#high++
  }

  /** rounded once */
  get value(): number {
    return this.withGain(0)
  }

  /** What the sum is if one of its figures is another: the same, to the last digit, as the sum of all figures then. @param units by {@link unitsGained} */
  withGain(units: number): number {
    return (this.#high * CARRY + (this.#low + units)) * UNIT
  }
}

/** What a set's score is made of, summed over its scored images. */
export interface SetSums {
  images: number
  f2: number
  /** images with at least one truth instance, and their F2 */
  withShips: number
  f2WithShips: number
  /** ten, by rising IoU; none is the same as zeros */
  thresholds: readonly { tp: number; fp: number; fn: number; f2: number }[]
}

export interface SetResult {
  /** mean over images; null without images */
  f2: number | null
  /** mean over the images with at least one truth instance; null without such */
  f2WithShips: number | null
  /** F2 of the counts summed over images, mean over the ten thresholds; null without images */
  pooledF2: number | null
  /** counts summed over images; f2 is the mean over images at that threshold (0 without images) */
  thresholds: ThresholdScore[]
  images: number
}

/** The set's score from its sums. */
export function setResultOf({ images, f2, withShips, f2WithShips, thresholds }: SetSums): SetResult {
  const levels = TWENTIETHS.map((k, level): ThresholdScore => {
    const at = thresholds[level] ?? { tp: 0, fp: 0, fn: 0, f2: 0 }
    const { tp, fp, fn } = at
    return { iou: k / 20, tp, fp, fn, f2: images === 0 ? 0 : at.f2 / images }
  })
  const pooled = levels.reduce((sum, { tp, fp, fn }) => sum + f2Of(tp, fp, fn), 0)
  return {
    f2: images === 0 ? null : f2 / images,
    f2WithShips: withShips === 0 ? null : f2WithShips / withShips,
    pooledF2: images === 0 ? null : pooled / levels.length,
    thresholds: levels,
    images,
  }
}

/** The set's score from its images' scores. */
export function summarise(images: readonly Pick<ImageResult, 'f2' | 'thresholds'>[]): SetResult {
  return setResultOf(sumsOf(images))
}

function sumsOf(images: readonly Pick<ImageResult, 'f2' | 'thresholds'>[]): SetSums {
  const [f2, f2WithShips] = [new ExactSum(), new ExactSum()]
  const levels = TWENTIETHS.map(() => ({ tp: 0, fp: 0, fn: 0, f2: new ExactSum() }))
  let withShips = 0
  for (const image of images) {
    f2.add(image.f2)
    if (hasShips(image)) {
      withShips++
      f2WithShips.add(image.f2)
    }
    levels.forEach((sum, level) => {
      const at = image.thresholds[level]!
      sum.tp += at.tp
      sum.fp += at.fp
      sum.fn += at.fn
      sum.f2.add(at.f2)
    })
  }
  return {
    images: images.length,
    f2: f2.value,
    withShips,
    f2WithShips: f2WithShips.value,
    thresholds: levels.map((sum) => ({ ...sum, f2: sum.f2.value })),
  }
}
