import type { Crop, CropOutlines } from '../../contract/wire.ts'
import { overlapOf } from '../../core/geometry/box.ts'
import { contoursOf } from '../../core/mask/contours.ts'
import type { Rle } from '../../core/mask/rle.ts'
import { boundsOf, parseRle } from '../../core/mask/rle.ts'
import type { Store } from '../../store/store.ts'

/** Outlines of truth and of a run's predictions in crops, one for each of them, in their order. */
export function outlinesIn(store: Store, run: number, crops: readonly Crop[]): CropOutlines[] {
  const heights = new Map<number, number>()
  const masks = new Map<number, { truth: Rle[]; predictions: Rle[] }>()
  return crops.map((crop) => {
    const { image } = crop
    const height = heights.get(image) ?? store.images.get(image)?.height ?? 1
    heights.set(image, height)
    const { truth, predictions } = masks.get(image) ?? {
      truth: store.truth.masks(image).map(parseRle),
      predictions: store.predictions.masks(run, image).map(parseRle),
    }
    masks.set(image, { truth, predictions })
    return { truth: pathIn(truth, crop, height), predictions: pathIn(predictions, crop, height) }
  })
}

function pathIn(masks: readonly Rle[], crop: Crop, height: number): string {
  return masks
    .filter((rle) => reaches(rle, crop, height))
    .flatMap((rle) => contoursOf(rle, height))
    .map(({ points }) => {
      const corners = Array.from({ length: points.length / 2 }, (_, i) => {
        return `${points[2 * i]! - crop.x} ${points[2 * i + 1]! - crop.y}`
      })
      return `M${corners.join('L')}Z`
    })
    .join('')
}

function reaches(rle: Rle, crop: Crop, height: number): boolean {
  const box = boundsOf(rle, height)
  return box !== null && overlapOf(box, crop) !== null
}
