import type { EditKind, Fix } from '../../contract/wire.ts'
import { EMPTY_RLE } from '../mask/rle.ts'
import type { Planned } from './build.ts'
import { PlanBuilder } from './build.ts'
import { planAccept } from './decide.ts'
import type { DrawOptions } from './draw.ts'
import { planDelete, planMerge } from './draw.ts'
import type { EditPrediction, EditState } from './state.ts'

/**
 * The other side of a fix: the model is right and the label wrong. Truth becomes what was predicted: what was missed goes, a false alarm is accepted, truth
 * instances in one prediction are merged, one that was found in parts becomes these parts, a sloppy or nearly missed one is redrawn.
 * @param fix by the places of `state`
 */
export function planRelabel(
  state: EditState,
  { act, truths, predictions }: Fix,
  options: DrawOptions,
): Planned {
  const marked = truths.map((t) => state.truth[t]).filter((one) => one !== undefined)
  const found = predictions.map((p) => state.predictions[p]).filter((one) => one !== undefined)
  const ids = marked.map(({ id }) => id)
  switch (act) {
    case 'add':
      return planDelete(state, ids)
    case 'drop':
      return planAccept(
        state,
        found.map(({ id }) => id),
        options,
      )
    case 'split':
      return planMerge(state, ids)
    case 'merge':
    case 'redraw':
      return planReplace(state, ids, found, options)
  }
}

/** Puts predictions in the place of truth instances; pixels that others hold stay theirs. The first keeps the id of the first. */
function planReplace(
  state: EditState,
  ids: readonly string[],
  found: readonly EditPrediction[],
  { newId }: DrawOptions,
): Planned {
  const builder = new PlanBuilder(state)
  const [kept, ...gone] = ids
  for (const id of gone) builder.reshape(id, EMPTY_RLE)
  found.forEach(({ rle, colour }, i) => {
    if (i === 0 && kept !== undefined) return builder.reshape(kept, builder.yielding(rle, kept))
    const pixels = builder.yielding(rle, null)
    if (pixels.length > 0)
      builder.create({ id: newId(), rle: pixels, origin: 'accepted', edited: false }, colour)
  })
  const decisions = found
    .filter(({ decision }) => decision !== 'accepted')
    .map(({ id, decision }) => ({ prediction: id, from: decision, to: 'accepted' as const }))
  const plan = builder.plan('accept' satisfies EditKind, decisions)
  return plan ? { plan } : { refusal: 'The truth is as the prediction already.' }
}
