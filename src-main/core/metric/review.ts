import { ERROR_KINDS } from '../../contract/words.ts'
import type { ErrorCounts, Fix, ReviewedImage, Suspect } from '../../contract/wire.ts'
import { areaClass, AREAS } from './report.ts'
import { ExactSum, unitsGained } from './sums.ts'

/** What the reviews of many images say of the set. The window and the command line take their figures from here. */

/** A fix of one image of a set. */
export interface RankedFix {
  image: number
  path: string
  fix: Fix
  /** of the image, before and after: 0..1 */
  before: number
  after: number
  /** of the set, if this fix alone were made: to the last digit what its score then is */
  setAfter: number
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

/** The fixes that raise the score of their image, those worth most first; equal ones by image. Each alone. @param images all that are scored */
export function rankFixes(images: readonly ReviewedImage[]): RankedFix[] {
  const sum = ExactSum.of(images.map(({ f2 }) => f2))
  const ranked: (RankedFix & { gain: number })[] = []
  for (const { image, path, f2: before, fixes } of images) {
    for (const { fix, f2: after } of fixes) {
      const gain = unitsGained(before, after)
      if (gain <= 0) continue
      ranked.push({ image, path, fix, before, after, setAfter: sum.withGain(gain) / images.length, gain })
    }
  }
  ranked.sort((a, b) => b.gain - a.gain || a.image - b.image)
  return ranked.map(({ gain: _, ...fix }) => fix)
}

/** Mean F2 of the set, as its stored score has it. @returns null without images */
export function meanOver(images: readonly { f2: number }[]): number | null {
  return images.length === 0 ? null : ExactSum.of(images.map(({ f2 }) => f2)).value / images.length
}

/** Mean F2 if the fix worth most were made on each image; null without images. */
export function meanAfterBest(images: readonly ReviewedImage[]): number | null {
  return meanOver(images.map(({ f2, fixes }) => ({ f2: Math.max(f2, fixes[0]?.f2 ?? 0) })))
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

/** What a fix comes to on the label's side, where truth becomes what was predicted: truth as 3, predictions as #3. */
export function relabelInWords({ act, truths, predictions }: Fix): string {
  const [marked, found] = [truths.map((t) => `${t + 1}`), predictions.map((p) => `#${p + 1}`)]
  switch (act) {
    case 'split':
      return `make ${listed(marked)} one`
    case 'merge':
    case 'redraw':
      return `put ${listed(found)} in the place of ${listed(marked)}`
    case 'add':
      return `delete label ${listed(marked)}`
    case 'drop':
      return `mark ${listed(found)} as a ship`
  }
}

function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}

function numberWord(n: number): string {
  return ['none', 'one', 'two', 'three', 'four', 'five', 'six'][n] ?? String(n)
}
