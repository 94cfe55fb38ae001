import type {
  ErrorCounts,
  FoundShips,
  GalleryItem,
  InstanceBox,
  ReviewedImage,
  Suspect,
  WorthOfFix,
} from '../../contract/wire.ts'
import { ERROR_KINDS, FIX_ACTS } from '../../contract/words.ts'
import {
  isFlag,
  isList,
  isNumber,
  isOneOf,
  isRecordOf,
  isText,
  isTuple,
  orNull,
  readChecked,
} from '../checks.ts'

/**
 * Reviews of images as one text, as they travel between threads and processes of one machine, with the names left out; checked where they arrive.
 */

type PackedFix = [act: number, truths: number[], predictions: number[], f2: number]

/** See {@link ReviewedImage}. */
type PackedImage = [
  image: number,
  path: string,
  f2: number,
  /** by `ERROR_KINDS` of truth, then of predictions, then sloppy ones; empty: none */
  counts: number[],
  fixes: PackedFix[],
  suspects: ReviewedImage['suspects'],
  /** ships and found ones of each size class */
  recall: number[],
  trainedOn: boolean,
]

export function packReviews(images: readonly ReviewedImage[]): string {
  return JSON.stringify(images.map(packed))
}

/** Two packed reviews as one, the second after the first. */
export function joinPacked(first: string, second: string): string {
  const [a, b] = [first.slice(1, -1), second.slice(1, -1)]
  return `[${a}${a !== '' && b !== '' ? ',' : ''}${b}]`
}

const isPackedFix = isTuple<PackedFix>(
  (value): value is number => isNumber(value) && FIX_ACTS[value] !== undefined,
  isList(isNumber),
  isList(isNumber),
  isNumber,
)

const isInstanceBox = isRecordOf<InstanceBox>({ x: isNumber, y: isNumber, width: isNumber, height: isNumber }, {}) // prettier-ignore

const isSuspect = isRecordOf<Suspect>(
  {
    ...{ id: isText, place: isNumber, area: isNumber, confidence: isNumber, outOfFold: isFlag },
    ...{ suspicion: isOneOf('not marked', 'never found'), box: isInstanceBox },
  },
  { category: isText },
)

const isPackedImage = isTuple<PackedImage>(
  ...([isNumber, isText, isNumber, isList(isNumber), isList(isPackedFix)] as const),
  ...([isList(isSuspect), isList(isNumber), isFlag] as const),
)

/** @param text of `packReviews` @throws DrydockError internal, where it is of another form */
export function unpackReviews(text: string): ReviewedImage[] {
  return readChecked(text, isList(isPackedImage), 'a review').map(unpacked)
}

const isGalleryItem = isRecordOf<GalleryItem>(
  {
    ...{
      image: isNumber,
      path: isText,
      id: isText,
      place: isNumber,
      area: isNumber,
      score: orNull(isNumber),
    },
    ...{
      kind: isOneOf(...ERROR_KINDS, 'sloppy', 'hit'),
      side: isOneOf('truth', 'prediction'),
      box: isInstanceBox,
    },
  },
  { category: isText },
)

/** @param text the JSON of a gallery's items @throws DrydockError internal, where it is of another form */
export function unpackGallery(text: string): GalleryItem[] {
  return readChecked(text, isList(isGalleryItem), 'a gallery')
}

function packed({ image, path, f2, counts, fixes, suspects, recall, trainedOn }: ReviewedImage): PackedImage {
  const numbers = [
    ...ERROR_KINDS.map((kind) => counts.truth[kind]),
    ...ERROR_KINDS.map((kind) => counts.predictions[kind]),
    counts.sloppy,
  ]
  return [
    ...([image, path, f2] as const),
    numbers.some((n) => n > 0) ? numbers : [],
    fixes.map((one): PackedFix => [
      FIX_ACTS.indexOf(one.fix.act),
      one.fix.truths,
      one.fix.predictions,
      one.f2,
    ]),
    suspects,
    recall.flatMap(({ ships, found }) => [ships, found]),
    trainedOn,
  ]
}

function unpacked([image, path, f2, counts, fixes, suspects, recall, trainedOn]: PackedImage): ReviewedImage {
  return {
    ...{ image, path, f2, suspects, trainedOn },
    counts: countsOf(counts),
    fixes: fixes.map(([act, truths, predictions, f2]): WorthOfFix => ({
      fix: { act: FIX_ACTS[act]!, truths, predictions },
      f2,
    })),
    recall: Array.from({ length: recall.length / 2 }, (_, i): FoundShips => ({
      ships: recall[2 * i]!,
      found: recall[2 * i + 1]!,
    })),
  }
}

function countsOf(numbers: readonly number[]): ErrorCounts {
  const of = (from: number): Record<(typeof ERROR_KINDS)[number], number> => ({
    merged: numbers[from] ?? 0,
    split: numbers[from + 1] ?? 0,
    'near miss': numbers[from + 2] ?? 0,
    missed: numbers[from + 3] ?? 0,
    false: numbers[from + 4] ?? 0,
  })
  return { truth: of(0), predictions: of(ERROR_KINDS.length), sloppy: numbers[2 * ERROR_KINDS.length] ?? 0 }
}
