import { DEFAULT_CATEGORY } from '../../contract/words.ts'
import type { Decision, ImageStatus, InstanceAttributes } from '../../contract/wire.ts'
import type { Rle, Size } from '../mask/rle.ts'

/** What edits read and change: one image as it stands. */

export interface EditTruth extends InstanceAttributes {
  id: string
  rle: Rle
}

/** What an instance may be, and what is left out where it is not. */
const OPTIONAL = ['category', 'ignore', 'heading', 'attributes', 'shape'] as const

/** What an instance is beside its pixels, and nothing else. */
export function attributesOf(instance: InstanceAttributes): InstanceAttributes {
  const { origin, edited, colour, category, ignore, heading, attributes, shape } = instance
  return {
    ...{ origin, edited, colour },
    ...(category === undefined ? {} : { category }),
    ...(ignore === undefined ? {} : { ignore }),
    ...(heading === undefined ? {} : { heading }),
    ...(attributes === undefined ? {} : { attributes }),
    ...(shape === undefined ? {} : { shape }),
  }
}

/** An instance with these attributes and no others. */
export function withAttributes<T extends object>(
  instance: T,
  after: InstanceAttributes,
): T & InstanceAttributes {
  const said = attributesOf(after)
  const gone = OPTIONAL.filter((name) => !(name in said)).map((name) => [name, undefined] as const)
  return { ...instance, ...said, ...Object.fromEntries(gone) }
}

/** Whether both have the same attributes. */
export function sameAttributes(a: InstanceAttributes, b: InstanceAttributes): boolean {
  return textOf(a) === textOf(b)
}

function textOf(instance: InstanceAttributes): string {
  const { attributes = {}, ...rest } = attributesOf(instance)
  return JSON.stringify([rest, Object.entries(attributes).toSorted(([a], [b]) => (a < b ? -1 : 1))])
}

/** What an instance that counts as object does not need: its category is none of those, and it is no area to ignore. */
export function countsAsObject(
  { category = DEFAULT_CATEGORY, ignore }: Pick<InstanceAttributes, 'category' | 'ignore'>,
  uncounted: EditState['uncounted'] = [],
): boolean {
  return ignore !== true && !uncounted.includes(category)
}

export interface EditPrediction {
  id: string
  rle: Rle
  colour: number
  decision: Decision | null
  /** left out: a ship */
  category?: string | undefined
}

export interface Flag {
  flagged: boolean
  comment: string
}

export interface EditState extends Size {
  status: ImageStatus
  flag: Flag
  /** why it is left out for good; null, or not said: it is not */
  leftOut?: string | null | undefined
  /** in the order in which they came */
  truth: readonly EditTruth[]
  predictions: readonly EditPrediction[]
  /** keys of the categories that do not count as object; left out: all count */
  uncounted?: readonly string[] | undefined
}

/** Why nothing is done to what is selected: nothing is, or predictions alone. @param otherwise what to do where nothing is */
export function noneChosen(
  { predictions }: Pick<EditState, 'predictions'>,
  ids: readonly string[],
  otherwise: string,
): { refusal: string } {
  const predicted = predictions.some(({ id }) => ids.includes(id))
  return { refusal: predicted ? 'A prediction stays as it was made. Accept it first.' : otherwise }
}

/** Truth and predictions as they come over the wire, with run-length text. */
interface WireImage extends Size {
  status: ImageStatus
  flag: Flag
  leftOut?: string | null | undefined
  truth: readonly (Omit<EditTruth, 'rle'> & { rle: string })[]
  predictions: readonly (Omit<EditPrediction, 'rle'> & { rle: string })[]
  uncounted?: readonly string[] | undefined
}

/** The edit state of an image whose masks are run-length text. */
export function editStateOf(image: WireImage, parse: (text: string) => Rle): EditState {
  return {
    width: image.width,
    height: image.height,
    status: image.status,
    flag: image.flag,
    leftOut: image.leftOut,
    uncounted: image.uncounted,
    truth: image.truth.map((one) => ({ id: one.id, rle: parse(one.rle), ...attributesOf(one) })),
    predictions: image.predictions.map(({ id, rle, colour, decision, category }) => ({
      ...{ id, rle: parse(rle), colour, decision },
      ...(category === undefined ? {} : { category }),
    })),
  }
}
