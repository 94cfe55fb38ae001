import type { ImageDetail, PackedDetail, Prediction, Shape, TruthInstance } from '../contract/wire.ts'
import type { Check } from './checks.ts'
import {
  isFlag,
  isList,
  isMap,
  isNumber,
  isOneOf,
  isRecordOf,
  isText,
  isTuple,
  orNull,
  readChecked,
} from './checks.ts'

/**
 * An image with all of its instances as it travels between processes of one machine: they may be ten thousands, and are one text that nobody on the way
 * looks into. It is checked where it arrives (masks by whoever parses them).
 */

type Instances = Pick<ImageDetail, 'truth' | 'predictions'>

const isPoint = isTuple<[number, number]>(isNumber, isNumber)
const isBox = isRecordOf<Extract<Shape, { kind: 'box' }>>(
  { kind: isOneOf('box'), bow: isPoint, stern: isPoint, breadth: isNumber },
  {},
)
const isPolygon = isRecordOf<Extract<Shape, { kind: 'polygon' }>>(
  { kind: isOneOf('polygon'), corners: isList(isPoint) },
  {},
)
const isShape: Check<Shape> = (value): value is Shape => isBox(value) || isPolygon(value)

const isTruth = isRecordOf<TruthInstance>(
  {
    ...{ id: isText, rle: isText, area: isNumber, edited: isFlag, colour: isNumber },
    origin: isOneOf('drawn', 'imported', 'accepted'),
  },
  { category: isText, ignore: isOneOf(true), heading: isNumber, attributes: isMap(isText), shape: isShape },
)

const isPrediction = isRecordOf<Prediction>(
  {
    ...{ id: isText, rle: isText, area: isNumber, score: isNumber, cluster: isNumber, colour: isNumber },
    decision: isOneOf(null, 'accepted', 'rejected'),
  },
  { category: isText },
)

const isInstances = isRecordOf<Instances>(
  { truth: isList(isTruth), predictions: orNull(isList(isPrediction)) },
  {},
)

export function packDetail<T extends Instances>({
  truth,
  predictions,
  ...rest
}: T): Omit<T, keyof Instances> & { instances: string } {
  return { ...rest, instances: JSON.stringify({ truth, predictions } satisfies Instances) }
}

/** @param packed of `packDetail` @throws DrydockError internal, where the text is of another form */
export function unpackDetail({ instances, ...rest }: PackedDetail): ImageDetail {
  const { truth, predictions } = readChecked(instances, isInstances, 'instances of an image')
  return { ...rest, truth, predictions }
}
