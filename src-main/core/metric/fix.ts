import type { Fix } from '../../contract/wire.ts'
import { divideMask } from '../mask/divide.ts'
import type { Rle } from '../mask/rle.ts'
import { unionAll } from '../mask/rle.ts'
import type { ImageErrors } from './kinds.ts'

/** An image's masks; all in one numbering of pixels. */
export interface Masks {
  truth: readonly Rle[]
  prediction: readonly Rle[]
  /** of the image, in px */
  height: number
}

/** What a fix does to the predictions of an image. */
export interface Mended {
  /** places of the predictions that go */
  removed: readonly number[]
  /** masks that come */
  added: readonly Rle[]
}

/** The fixes of an image's errors: each unmatched instance is mended by at least one, each sloppy hit by one. */
export function fixesOf(errors: ImageErrors): Fix[] {
  const { merged, split, near, sloppy } = errors
  return [
    ...merged.map(({ prediction, truths }): Fix => ({ act: 'split', truths, predictions: [prediction] })),
    ...split.map(({ truth, predictions }): Fix => ({ act: 'merge', truths: [truth], predictions })),
    ...[...near, ...sloppy].map(({ truth, prediction }): Fix => ({
      act: 'redraw',
      truths: [truth],
      predictions: [prediction],
    })),
    ...indicesOf(errors.truth, 'missed').map((t): Fix => ({ act: 'add', truths: [t], predictions: [] })),
    ...indicesOf(errors.predictions, 'false').map((p): Fix => ({
      act: 'drop',
      truths: [],
      predictions: [p],
    })),
  ]
}

/**
 * The predictions after a fix: a split one is divided among the truth instances that it covers, several become their union, a redrawn or added one is
 * its truth.
 */
export function mend({ act, truths, predictions }: Fix, { truth, prediction, height }: Masks): Mended {
  const masks = truths.map((t) => truth[t]!)
  const found = predictions.map((p) => prediction[p]!)
  return { removed: predictions, added: addedBy(act, masks, found, height) }
}

function addedBy(
  act: Fix['act'],
  truth: readonly Rle[],
  found: readonly Rle[],
  height: number,
): readonly Rle[] {
  switch (act) {
    case 'split':
      return divideMask(found[0]!, truth, height).filter(({ length }) => length > 0)
    case 'merge':
      return [unionAll(found)]
    case 'redraw':
    case 'add':
      return truth
    case 'drop':
      return []
  }
}

/** The places in a list that hold `wanted`. */
export function indicesOf<T>(kinds: readonly T[], wanted: T): number[] {
  return kinds.flatMap((kind, place) => (kind === wanted ? [place] : []))
}
