import { ERROR_KINDS } from '../../contract/words.ts'
import type { ErrorCounts, Fix, ReviewedImage, Suspect } from '../../contract/wire.ts'
import { areaClass, AREAS } from './report.ts'

/** What the reviews of many images say of the set. The window and the command line take their figures from here. */

/** A fix of one image of a set. */
export interface RankedFix {
  image: number
  path: string
  fix: Fix
  /** of the image, before and after: 0..1 */
  before: number
  after: number
}

/** A suspect of one image of a set. */
export interface RankedSuspect extends Suspect {
  image: number
  path: string
  /** what contradicts was trained on this image */
  trainedOn: boolean
}

const NO_ERRORS: ErrorCounts = {
  truth: { merged: 0, split: 0, 'near miss': 0, missed: 0, false: 0 },
  predictions: { merged: 0, split: 0, 'near miss': 0, missed: 0, false: 0 },
  sloppy: 0,
}

/** Errors of several images, by kind: the sums of the truth's are FN, those of the predictions' FP. */
export function totalErrors(counts: Iterable<ErrorCounts>): ErrorCounts {
  const total = structuredClone(NO_ERRORS)
  for (const { truth, predictions, sloppy } of counts) {
    for (const kind of ERROR_KINDS) {
      total.truth[kind] += truth[kind]
      total.predictions[kind] += predictions[kind]
    }
    total.sloppy += sloppy
  }
  return total
}

/** The fixes that raise the score of their image, those worth most first; equal ones by image. Each alone; the set's F2 rises by the difference over its scored images. */
export function rankFixes(images: Iterable<ReviewedImage>): RankedFix[] {
  const ranked: RankedFix[] = []
  for (const { image, path, f2: before, fixes } of images)
    for (const { fix, f2: after } of fixes)
      if (after > before) ranked.push({ image, path, fix, before, after })
  return ranked.sort((a, b) => b.after - b.before - (a.after - a.before) || a.image - b.image)
}

/** A model contradicts a label with confidence from here on. */
const CONFIDENT = 0.5

/**
 * Suspects by how sure the model is, those first where it had not seen the image (in its training, or out of fold): on the others it repeats what it was told. How sure it is of a ship
 * that it never finds is how many ships of that size it finds, in all these images.
 */
export function rankSuspects(images: readonly ReviewedImage[]): RankedSuspect[] {
  const recall = AREAS.map((_, size) => {
    const ships = images.reduce((sum, { recall }) => sum + recall[size]!.ships, 0)
    const found = images.reduce((sum, { recall }) => sum + recall[size]!.found, 0)
    return ships === 0 ? 0 : found / ships
  })
  return images
    .flatMap(({ image, path, suspects, trainedOn }) =>
      suspects.map((suspect): RankedSuspect => {
        const confidence =
          suspect.suspicion === 'never found' ? recall[areaClass(suspect.area)]! : suspect.confidence
        return { ...suspect, image, path, trainedOn: trainedOn && !suspect.outOfFold, confidence }
      }),
    )
    .filter(({ confidence }) => confidence >= CONFIDENT)
    .sort(
      (a, b) => Number(a.trainedOn) - Number(b.trainedOn) || b.confidence - a.confidence || a.image - b.image,
    )
}

/** A fix in words, instances by their numbers from 1: truth as 3, predictions as #3. */
export function fixInWords({ act, truths, predictions }: Fix): string {
  const found = predictions.map((p) => `#${p + 1}`)
  switch (act) {
    case 'split':
      return `split ${found[0]} into ${numberWord(truths.length)}`
    case 'merge':
      return `merge ${listed(found)}`
    case 'redraw':
      return `redraw ${found[0]}`
    case 'add':
      return `add missed ${truths[0]! + 1}`
    case 'drop':
      return `drop ${found[0]}`
  }
}

function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}

function numberWord(n: number): string {
  return ['none', 'one', 'two', 'three', 'four', 'five', 'six'][n] ?? String(n)
}
