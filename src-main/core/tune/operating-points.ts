import type { OperatingPoint } from '../../contract/wire.ts'
import type { Evaluation } from './candidates.ts'

/** Share of the empty images that the cleanest position leaves without a false alarm. */
const CLEAN_SHARE = 0.98

interface Tried {
  minScore: number
  evaluation: Evaluation
}

/**
 * Named positions between clean empty images and more ships found:
 * - `clean`: the most ships among those that leave 98 % of the empty images clean (or all that can be);
 * - `balanced`: the choice that was made;
 * - `ships`: the highest F2 over the images with ships.
 * Positions that fall together with `balanced` are left out.
 * @param curve by rising minScore
 * @param balanced a minScore of the curve
 * @returns by falling minScore
 */
export function operatingPointsOf(curve: readonly Tried[], balanced: number): OperatingPoint[] {
  const middle = curve.findIndex(({ minScore }) => minScore === balanced)
  const cleaner = curve.slice(middle)
  const needed = Math.min(
    Math.ceil(CLEAN_SHARE * curve[middle]!.evaluation.emptyImages),
    cleaner.at(-1)!.evaluation.emptyClean,
  )
  const clean = cleaner.find(({ evaluation }) => evaluation.emptyClean >= needed)!
  let ships = curve[middle]!
  for (const tried of curve.slice(0, middle).reverse()) {
    if ((tried.evaluation.f2WithShips ?? 0) > (ships.evaluation.f2WithShips ?? 0)) ships = tried
  }
  return [
    ...(clean.minScore > balanced ? [point('clean', clean)] : []),
    point('balanced', curve[middle]!),
    ...(ships.minScore < balanced ? [point('ships', ships)] : []),
  ]
}

function point(name: OperatingPoint['name'], { minScore, evaluation }: Tried): OperatingPoint {
  return { name, minScore, validation: evaluation }
}
