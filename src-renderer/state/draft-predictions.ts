import type { DraftInstance } from '../../src-main/core/draft/draft.ts'
import { pixelIn } from '../../src-main/core/draft/draft.ts'
import { pickColour } from '../../src-main/core/edit/colours.ts'
import { areaOf, boundsOf, type Size } from '../../src-main/core/mask/rle.ts'
import { MaskIndex } from '../../src-main/core/metric/overlap.ts'
import type { ShownPrediction } from './image-state.ts'

/**
 * The instances of a draft as the canvas shows predictions. One keeps the colour of the stored prediction that it shares most pixels
 * with, so that a slider changes shapes and not colours; of several the largest has it. What was decided of a stored one holds for the
 * same find (IoU over 0.5): a rejected one does not come back.
 */
export function draftPredictions(
  instances: readonly DraftInstance[],
  stored: readonly ShownPrediction[],
  size: Size,
): ShownPrediction[] {
  const index = MaskIndex.of(stored.map(({ rle }) => rle))
  const kin = instances.map(({ rle }) => {
    const [first, ...others] = index.sharedWith(rle)
    return first && others.reduce((most, other) => (other.pixels > most.pixels ? other : most), first)
  })
  const heir = new Map<number, number>()
  kin.forEach((relation, i) => {
    if (!relation) return
    const other = heir.get(relation.mask)
    if (other === undefined || relation.pixels > kin[other]!.pixels) heir.set(relation.mask, i)
  })
  const coloured: { bounds: ReturnType<typeof boundsOf>; colour: number }[] = []
  const taken = new Set<string>()
  return instances.map(({ rle, score, cluster }, i) => {
    const relation = kin[i]
    const inherits = relation && heir.get(relation.mask) === i
    const bounds = boundsOf(rle, size.height)
    const colour = inherits ? stored[relation.mask]!.colour : pickColour(bounds, coloured)
    coloured.push({ bounds, colour })
    const area = areaOf(rle)
    const same = relation && 2 * relation.pixels > area + index.areas[relation.mask]! - relation.pixels
    return {
      ...{ id: freeId(`draft ${pixelIn(rle, size)}`, taken), rle, score, cluster, colour, area },
      decision: same ? stored[relation.mask]!.decision : null,
    }
  })
}

/** Masks put in by hand may begin at the same pixel as another. */
function freeId(wanted: string, taken: Set<string>): string {
  let free = wanted
  while (taken.has(free)) free += "'"
  taken.add(free)
  return free
}
