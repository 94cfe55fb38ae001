import type { Decision, ImageStatus, InstanceAttributes } from '../../contract/wire.ts'
import type { Rle, Size } from '../mask/rle.ts'

/** What edits read and change: one image as it stands. */

export interface EditTruth extends InstanceAttributes {
  id: string
  rle: Rle
}

/** What an instance is beside its pixels. */
export function attributesOf({ origin, edited, colour, category }: InstanceAttributes): InstanceAttributes {
  return { origin, edited, colour, ...(category === undefined ? {} : { category }) }
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
  /** in the order in which they came */
  truth: readonly EditTruth[]
  predictions: readonly EditPrediction[]
}

/** Truth and predictions as they come over the wire, with run-length text. */
interface WireImage extends Size {
  status: ImageStatus
  flag: Flag
  truth: readonly (Omit<EditTruth, 'rle'> & { rle: string })[]
  predictions: readonly (Omit<EditPrediction, 'rle'> & { rle: string })[]
}

/** The edit state of an image whose masks are run-length text. */
export function editStateOf(image: WireImage, parse: (text: string) => Rle): EditState {
  return {
    width: image.width,
    height: image.height,
    status: image.status,
    flag: image.flag,
    truth: image.truth.map((one) => ({ id: one.id, rle: parse(one.rle), ...attributesOf(one) })),
    predictions: image.predictions.map(({ id, rle, colour, decision, category }) => ({
      ...{ id, rle: parse(rle), colour, decision },
      ...(category === undefined ? {} : { category }),
    })),
  }
}
