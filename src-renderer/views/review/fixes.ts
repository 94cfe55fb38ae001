import type { Fix } from '../../../src-main/contract/wire.ts'
import { boundsOf, intersectionArea, type Rle } from '../../../src-main/core/mask/rle.ts'
import { areaOf } from '../../../src-main/core/mask/rle.ts'
import { reviewImage } from '../../../src-main/core/metric/worth.ts'

/** What is wrong where truth and prediction differ. */
export type Side = 'model' | 'label'

/** What of an open image its fixes are made of. */
export interface ShownImage {
  image: number
  height: number
  truth: readonly { id: string; rle: Rle }[]
  predictions: readonly { id: string; rle: Rle; score: number }[]
}

/** Errors of the image on the screen and what mending each is worth, with what was marked a moment ago. */
export function reviewShown({ truth, predictions, height }: ShownImage): ReturnType<typeof reviewImage> {
  return reviewImage({
    truth: truth.map(({ rle }) => rle),
    prediction: predictions.map(({ rle }) => rle),
    height,
  })
}

/** Whether two fixes do the same to the same instances. */
export function isSameFix(a: Fix, b: Fix): boolean {
  const of = ({ act, truths, predictions }: Fix) => [act, ...truths, 'by', ...predictions].join(' ')
  return of(a) === of(b)
}

/** The instances that a fix is about: predictions first, since they are what it changes. */
export function instancesOfFix(image: ShownImage, { truths, predictions }: Fix): string[] {
  return [
    ...predictions.map((p) => image.predictions[p]?.id),
    ...truths.map((t) => image.truth[t]?.id),
  ].filter((id) => id !== undefined)
}

/** Why it is an error, in few words. */
export function whyOfFix(image: ShownImage, { act, truths, predictions }: Fix): string {
  switch (act) {
    case 'split':
      return `${truths.length} ships in one, ${apart(image, truths)}`
    case 'merge':
      return `one ship in ${predictions.length === 2 ? 'two' : predictions.length} parts`
    case 'redraw':
      return `IoU ${iouOf(image, truths[0]!, predictions[0]!).toFixed(2)} with ${truths[0]! + 1}`
    case 'add':
      return `${areaOf(image.truth[truths[0]!]?.rle ?? new Uint32Array())} px, nothing was found there`
    case 'drop':
      return `score ${(image.predictions[predictions[0]!]?.score ?? 0).toFixed(2)}, nothing is marked there`
  }
}

function iouOf({ truth, predictions }: ShownImage, t: number, p: number): number {
  const [a, b] = [truth[t]?.rle, predictions[p]?.rle]
  if (!a || !b) return 0
  const shared = intersectionArea(a, b)
  return shared / (areaOf(a) + areaOf(b) - shared)
}

/** How far apart the first two lie, by the middles of their boxes. */
function apart({ truth, height }: ShownImage, places: readonly number[]): string {
  const middles = places.slice(0, 2).flatMap((place) => {
    const box = boundsOf(truth[place]?.rle ?? new Uint32Array(), height)
    return box ? [{ x: box.x + box.width / 2, y: box.y + box.height / 2 }] : []
  })
  const [a, b] = middles
  return a && b ? `their middles ${Math.hypot(a.x - b.x, a.y - b.y).toFixed(0)} px apart` : ''
}
