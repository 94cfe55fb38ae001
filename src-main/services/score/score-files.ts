import { basename } from 'node:path'
import { DrydockError } from '../../contract/errors.ts'
import type { Rle, Size } from '../../core/mask/rle.ts'
import { scoreImage } from '../../core/metric/f2.ts'
import type { ImageResult } from '../../core/metric/f2.ts'
import { summarise } from '../../core/metric/sums.ts'
import type { SetResult } from '../../core/metric/sums.ts'
import type { LabelledInstance } from '../../formats/format.ts'
import { readWholeLabels } from '../machinery/label-files.ts'

const NAMED = 10

export interface FilesScore {
  set: SetResult
  /** in the order of the truth file */
  images: (ImageResult & { image: string })[]
  /** images with overlapping masks on one side: scored all the same, refused in a submission */
  overlapping: string[]
}

/** Truth and predictions of one image. */
export interface Pair {
  image: string
  truth: Rle[]
  prediction: Rle[]
}

/**
 * Reads a label file and others that are to be scored against it. An image that only the truth has counts as predicted empty.
 * @param size only checks that all masks lie inside
 * @returns for each prediction file, by image in the order of the truth file
 * @throws DrydockError `not_found`, `file_broken` (rows named), `bad_input` where a prediction has images that the
 * truth has not, `nothing_to_do` where the truth has none
 */
export async function readPairs(
  truthFile: string,
  predictionFiles: readonly string[],
  size?: Size,
): Promise<Pair[][]> {
  const truth = await readWholeLabels(truthFile, size)
  const sets: Pair[][] = []
  for (const predictionFile of predictionFiles) {
    const prediction = await readWholeLabels(predictionFile, size)
    if (truth.images.size === 0) {
      throw new DrydockError(
        'nothing_to_do',
        `${basename(truthFile)} lists no image, so there is nothing to score.`,
      )
    }
    const unknown = [...prediction.images.keys()].filter((image) => !truth.images.has(image))
    if (unknown.length > 0) throw notInTruth(unknown, truthFile, predictionFile)
    sets.push(
      Array.from(truth.images, ([image, instances]) => ({
        image,
        truth: rlesOf(instances),
        prediction: rlesOf(prediction.images.get(image) ?? []),
      })),
    )
  }
  return sets
}

/** Scores what was read. */
export function scorePairs(pairs: readonly Pair[]): FilesScore {
  const images = pairs.map(({ image, truth, prediction }) => ({ image, ...scoreImage(truth, prediction) }))
  return {
    set: summarise(images),
    images,
    overlapping: images.filter(({ legal }) => !legal).map(({ image }) => image),
  }
}

function rlesOf(instances: readonly LabelledInstance[]): Rle[] {
  return instances.map(({ rle }) => rle)
}

function notInTruth(unknown: string[], truthFile: string, predictionFile: string): DrydockError {
  const named = unknown.slice(0, NAMED).join(', ')
  const more = unknown.length > NAMED ? ` and ${unknown.length - NAMED} more` : ''
  return new DrydockError(
    'bad_input',
    `${basename(predictionFile)} has images that ${basename(truthFile)} does not: ${named}${more}. Take them out, or add them to the truth (a blank row where there is no ship), and score again.`,
    { images: unknown.slice(0, 1000) },
  )
}
