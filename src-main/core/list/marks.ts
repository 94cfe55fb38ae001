import type { ImageRow } from '../../contract/wire.ts'

/** What counts and the way to the next image need to know of an image, in one byte. */

const FINISHED = 1
const PREDICTED = 2
const SCORED = 4
const LEFT_OUT = 8

/** Of an image as the list shows it. */
export function markOf({
  status,
  leftOut,
  predictionCount,
  f2,
}: Pick<ImageRow, 'status' | 'leftOut' | 'predictionCount' | 'f2'>): number {
  const finished = leftOut === null && (status === 'done' || status === 'no ship')
  return markOfFacts({
    ...{ finished, leftOut: leftOut !== null },
    ...{ predicted: predictionCount !== null, scored: f2 !== null },
  })
}

/** Of an image of which this is known. */
export function markOfFacts({
  finished,
  leftOut,
  predicted,
  scored,
}: Record<'finished' | 'leftOut' | 'predicted' | 'scored', boolean>): number {
  if (leftOut) return LEFT_OUT
  return (finished ? FINISHED : 0) | (predicted ? PREDICTED : 0) | (scored ? SCORED : 0)
}

/** Whether nobody has anything to do on an image any more: its truth is complete, or it is left out. */
export function isMarkedSettled(mark: number): boolean {
  return (mark & (FINISHED | LEFT_OUT)) !== 0
}

/** How many images there are of each kind; those that are left out are in no other count. */
export interface ImageCounts {
  images: number
  finished: number
  /** those that the current run has reached */
  predicted: number
  scored: number
  leftOut: number
}

export const NO_IMAGES: ImageCounts = { images: 0, finished: 0, predicted: 0, scored: 0, leftOut: 0 }

/** Counts with an image of this mark more, or fewer. */
export function countedWith(counts: ImageCounts, mark: number, by: 1 | -1): ImageCounts {
  return {
    images: counts.images + (mark & LEFT_OUT ? 0 : by),
    finished: counts.finished + (mark & FINISHED ? by : 0),
    predicted: counts.predicted + (mark & PREDICTED ? by : 0),
    scored: counts.scored + (mark & SCORED ? by : 0),
    leftOut: counts.leftOut + (mark & LEFT_OUT ? by : 0),
  }
}

/** Counts over all marks. */
export function countMarks(marks: Uint8Array): ImageCounts {
  const counts = { ...NO_IMAGES, images: marks.length }
  for (const mark of marks) {
    if (mark & FINISHED) counts.finished++
    if (mark & PREDICTED) counts.predicted++
    if (mark & SCORED) counts.scored++
    if (mark & LEFT_OUT) {
      counts.leftOut++
      counts.images--
    }
  }
  return counts
}
