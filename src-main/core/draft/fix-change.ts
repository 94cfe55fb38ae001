import type { Fix, HandChange } from '../../contract/wire.ts'
import type { Rle, Size } from '../mask/rle.ts'
import { formatRle, subtract } from '../mask/rle.ts'
import { mend } from '../metric/fix.ts'
import { MaskIndex } from '../metric/overlap.ts'
import { pixelIn } from './draft.ts'

const KINDS: Record<Fix['act'], HandChange['kind']> = {
  split: 'split',
  merge: 'join',
  redraw: 'redraw',
  add: 'add',
  drop: 'drop',
}

/**
 * The change by hand that mends an error in a draft: exactly the predictions that its worth was said of. A prediction goes by a pixel that it alone has; where
 * it has none, those that have the pixel too come back as they are.
 */
export function changeOfFix(
  fix: Fix,
  {
    truth,
    predictions,
    ...size
  }: Size & { truth: readonly { rle: Rle }[]; predictions: readonly { rle: Rle }[] },
): HandChange {
  const prediction = predictions.map(({ rle }) => rle)
  const { removed, added } = mend(fix, {
    truth: truth.map(({ rle }) => rle),
    prediction,
    height: size.height,
  })
  const index = MaskIndex.of(prediction)
  const gone = new Set(removed)
  const kept = new Set<number>()
  const at = removed.map((place) => {
    const own = prediction[place]!
    const others = index.sharedWith(own).filter(({ mask }) => !gone.has(mask))
    const alone = others.reduce((left, { mask }) => subtract(left, prediction[mask]!), own)
    const pixel = pixelIn(alone.length > 0 ? alone : own, size)
    if (alone.length > 0) return pixel
    for (const { mask } of index.sharedWith(Uint32Array.of(own[0]!, 1))) if (!gone.has(mask)) kept.add(mask)
    return pixel
  })
  const masks = [...added, ...[...kept].map((place) => prediction[place]!)]
  return { kind: KINDS[fix.act], at, masks: masks.map(formatRle) }
}
