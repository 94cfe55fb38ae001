import type { ImageRow } from '../../contract/wire.ts'

/** What counts and the way to the next image need to know of an image, in one byte. */

const FINISHED = 1
const PREDICTED = 2
const SCORED = 4

/** Of an image as the list shows it. */
export function markOf({
  status,
  predictionCount,
  f2,
}: Pick<ImageRow, 'status' | 'predictionCount' | 'f2'>): number {
  return markOfFacts(status === 'done' || status === 'no ship', predictionCount !== null, f2 !== null)
}

/** Of an image of which this is known. */
export function markOfFacts(finished: boolean, predicted: boolean, scored: boolean): number {
  return (finished ? FINISHED : 0) | (predicted ? PREDICTED : 0) | (scored ? SCORED : 0)
}

/** Whether somebody has said that the image's truth is complete. */
export function isMarkedFinished(mark: number): boolean {
  return (mark & FINISHED) !== 0
}

/** How many images there are of each kind. */
export interface ImageCounts {
  images: number
  finished: number
  /** those that the current run has reached */
  predicted: number
  scored: number
}

export const NO_IMAGES: ImageCounts = { images: 0, finished: 0, predicted: 0, scored: 0 }

/** Counts with an image of this mark more, or fewer. */
export function counted(counts: ImageCounts, mark: number, by: 1 | -1): ImageCounts {
  return {
    images: counts.images + by,
    finished: counts.finished + (mark & FINISHED ? by : 0),
    predicted: counts.predicted + (mark & PREDICTED ? by : 0),
    scored: counts.scored + (mark & SCORED ? by : 0),
  }
}

/** Counts over all marks. */
export function countMarks(marks: Uint8Array): ImageCounts {
  const counts = { ...NO_IMAGES, images: marks.length }
  for (const mark of marks) {
    if (mark & FINISHED) counts.finished++
    if (mark & PREDICTED) counts.predicted++
    if (mark & SCORED) counts.scored++
  }
  return counts
}
