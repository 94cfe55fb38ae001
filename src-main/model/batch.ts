import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs'
import { IGNORED_LABEL } from '../contract/words.ts'
import type { Architecture, TrainBatch } from '../contract/engine.ts'
import type { LossUnit } from '../contract/words.ts'
import { packedOrder } from './packing.ts'
import type { SegmentTensors, Segments } from './segments.ts'
import { padded, segmentsOf, segmentTensors } from './segments.ts'
import type { ShipTensors } from './ship-dice.ts'
import { pixelWeightBeside, shipWeight, surroundingsOf } from './surroundings.ts'
import type { Surroundings } from './surroundings.ts'
import type { Tf } from './tf.ts'

/** A mini-batch on the backend, as the loss wants it. The caller disposes of all of it: {@link tensorsOf}. */
export interface BatchTensors {
  /** [B, H, W, 3] 0..255 */
  images: Tensor4D
  /** [B * H * W / 4, 4] in packed order: 1 where there is a ship */
  truth: Tensor2D
  /** [B * H * W / 4, 4] what each pixel counts in the cross-entropy; 1 for background, 0 where nothing is to be learnt from: in no part of the loss */
  pixelWeight: Tensor2D
  segments: SegmentTensors
  /** [n, C] coordinates of the pixels of instances, in the embedding's units; 0 in further channels */
  shift: Tensor2D
  /** ships with the water beside them; null where pixels are counted */
  ships: ShipTensors | null
}

/** Smallest numbers of pixels and instances that batches are padded to; from there on in powers of two. */
const [FEWEST_PIXELS, FEWEST_INSTANCES] = [4096, 64]

/** Pixels of a ship of this area count what background does in the cross-entropy; those of smaller ones more. */
const EQUAL_AREA_PX = 400
const LARGEST_PIXEL_WEIGHT = 3

/** Half the root of the area that the embedding's distances count whole at, in px; see {@link instanceWeight}. */
const UNIT_PX = 10
const SMALLEST_UNIT_PX = 6

/** What a pixel of a ship of so many px counts in the cross-entropy: small ships are few pixels, and all count. */
export function pixelWeight(area: number): number {
  return Math.min(LARGEST_PIXEL_WEIGHT, Math.max(1, Math.sqrt(EQUAL_AREA_PX / area)))
}

/**
 * What an instance of so many px counts in the losses of embeddings: its distances are measured by half the root of
 * its area, about the reach of a ship from its centre, so that long ships do not drown small ones. 1 at 400 px.
 */
export function instanceWeight(area: number): number {
  return UNIT_PX / Math.max(SMALLEST_UNIT_PX, Math.sqrt(area) / 2)
}

/** Brings a mini-batch to the backend; its shapes are the same for all but unusually crowded batches of one size. */
export function batchTensors(
  tf: Tf,
  { images, labels, batch, crop }: TrainBatch,
  { embedding, coordinates }: Pick<Architecture, 'embedding' | 'coordinates'>,
  lossUnit: LossUnit,
): BatchTensors {
  const order = packedOrder(batch, crop, crop)
  const packed = new Uint16Array(labels.length)
  const weights = new Float32Array(packed.length).fill(1)
  for (let i = 0; i < packed.length; i++) {
    const label = labels[order[i]!]!
    if (label === IGNORED_LABEL) weights[i] = 0
    else packed[i] = label
  }
  const segments = segmentsOf(packed, crop * crop, 0)
  const truth = new Float32Array(packed.length)
  const weightOf = segments.area.map(pixelWeight)
  const around = lossUnit === 'ship' ? surroundingsOf(segments, weights, crop) : null
  const arrays = padded(
    segments,
    instanceWeight,
    powerFrom(FEWEST_PIXELS, segments.pixel.length),
    powerFrom(FEWEST_INSTANCES, segments.count + 1),
  )
  const shift = new Float32Array(arrays.pixel.length * embedding)
  const unit = coordinates === 'pixel' ? 1 : 1 / crop
  for (let i = 0; i < segments.pixel.length; i++) {
    const place = segments.pixel[i]!
    truth[place] = 1
    weights[place] = weightOf[segments.segment[i]!]!
    const pixel = order[place]! % (crop * crop)
    shift[i * embedding] = (pixel % crop) * unit
    shift[i * embedding + 1] = Math.floor(pixel / crop) * unit
  }
  around?.place.forEach((place, i) => {
    const ship = around.ship[i]!
    weights[place] = pixelWeightBeside(segments.area[ship]!, around.size[ship]!)
  })
  return {
    images: tf.tensor4d(new Float32Array(images), [batch, crop, crop, 3]),
    truth: tf.tensor2d(truth, [packed.length / 4, 4]),
    pixelWeight: tf.tensor2d(weights, [packed.length / 4, 4]),
    segments: segmentTensors(tf, arrays),
    shift: tf.tensor2d(shift, [arrays.pixel.length, embedding]),
    ships: around && shipTensors(tf, around, segments, arrays.area.length),
  }
}

/** @param instances what the segments were padded to */
function shipTensors(
  tf: Tf,
  { place, ship }: Surroundings,
  { area }: Segments,
  instances: number,
): ShipTensors {
  const places = new Int32Array(powerFrom(2 * FEWEST_PIXELS, place.length))
  const ids = new Int32Array(places.length).fill(instances - 1)
  places.set(place)
  ids.set(ship)
  const weight = new Float32Array(instances)
  const sum = area.reduce((all, own) => all + shipWeight(own), 0)
  area.forEach((own, i) => (weight[i] = shipWeight(own) / Math.max(1, sum)))
  return {
    place: tf.tensor1d(places, 'int32'),
    ship: tf.tensor1d(ids, 'int32'),
    weight: tf.tensor2d(weight, [instances, 1]),
  }
}

function powerFrom(fewest: number, wanted: number): number {
  let size = fewest
  while (size < wanted) size *= 2
  return size
}

/** All tensors of a batch, in the order that {@link batchOf} takes them. */
export function tensorsOf({ images, truth, pixelWeight, segments, shift, ships }: BatchTensors): Tensor[] {
  const { pixel, segment, share, first, area } = segments
  const always = [images, truth, pixelWeight, pixel, segment, share, first, area, shift]
  return ships ? [...always, ships.place, ships.ship, ships.weight] : always
}

/** The batch that {@link tensorsOf} has made a list of. */
export function batchOf(tensors: readonly Tensor[]): BatchTensors {
  const [images, truth, weights, pixel, segment, share, first, area, shift, ...ships] = tensors as [
    Tensor4D,
    Tensor2D,
    Tensor2D,
    Tensor1D,
    Tensor1D,
    Tensor2D,
    Tensor1D,
    Tensor2D,
    Tensor2D,
    ...([] | [Tensor1D, Tensor1D, Tensor2D]),
  ]
  const [place, ship, weight] = ships
  return {
    ...{ images, truth, pixelWeight: weights, shift },
    segments: { pixel, segment, share, first, area },
    ships: place ? { place, ship: ship!, weight: weight! } : null,
  }
}
