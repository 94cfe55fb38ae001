import { divideMask } from '../mask/divide.ts'
import type { Rle } from '../mask/rle.ts'
import { unionAll } from '../mask/rle.ts'
import type { ImageErrors } from './kinds.ts'

/** One error of an image mended on the model's side: what would become of its predictions. Truth and predictions by their places. */
export type Fix =
  | { act: 'split'; prediction: number; truths: readonly number[] }
  | { act: 'merge'; truth: number; predictions: readonly number[] }
  | { act: 'redraw'; truth: number; prediction: number }
  | { act: 'add'; truth: number }
  | { act: 'drop'; prediction: number }

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
    ...merged.map(({ prediction, truths }): Fix => ({ act: 'split', prediction, truths })),
    ...split.map(({ truth, predictions }): Fix => ({ act: 'merge', truth, predictions })),
    ...[...near, ...sloppy].map(({ truth, prediction }): Fix => ({ act: 'redraw', truth, prediction })),
    ...placesOf(errors.truth, 'missed').map((truth): Fix => ({ act: 'add', truth })),
    ...placesOf(errors.predictions, 'false').map((prediction): Fix => ({ act: 'drop', prediction })),
  ]
}

/** The predictions after a fix: a split one is divided among the truth instances that it covers, several become their union, a redrawn or added one its truth. */
export function mend(fix: Fix, { truth, prediction, height }: Masks): Mended {
  switch (fix.act) {
    case 'split': {
      const seeds = fix.truths.map((t) => truth[t]!)
      const parts = divideMask(prediction[fix.prediction]!, seeds, height)
      return { removed: [fix.prediction], added: parts.filter(({ length }) => length > 0) }
    }
    case 'merge':
      return { removed: fix.predictions, added: [unionAll(fix.predictions.map((p) => prediction[p]!))] }
    case 'redraw':
      return { removed: [fix.prediction], added: [truth[fix.truth]!] }
    case 'add':
      return { removed: [], added: [truth[fix.truth]!] }
    case 'drop':
      return { removed: [fix.prediction], added: [] }
  }
}

function placesOf<T>(kinds: readonly T[], wanted: T): number[] {
  return kinds.flatMap((kind, place) => (kind === wanted ? [place] : []))
}
