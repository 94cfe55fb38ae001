import { fillHoles, growByPixel, shrinkByPixel, smoothOutline } from '../mask/morph.ts'
import type { Rle, Size } from '../mask/rle.ts'
import { equal, subtract, union } from '../mask/rle.ts'
import type { Planned, Policy } from './build.ts'
import { PlanBuilder, withLosses } from './build.ts'
import type { EditState } from './state.ts'
import { noneChosen } from './state.ts'

/** What can be done to an outline as a whole, and why it may change nothing. */
const REFINEMENTS = {
  fill: { change: fillHoles, nothing: 'There is no hole to fill.' },
  grow: { change: growByPixel, nothing: 'All pixels around it belong to other ships, or there are none.' },
  shrink: { change: shrinkByPixel, nothing: 'It is cut by the border on all sides.' },
  smooth: { change: smoothOutline, nothing: 'The outline is smooth already.' },
} as const satisfies Record<string, { change: (rle: Rle, size: Size) => Rle; nothing: string }>

export type Refinement = keyof typeof REFINEMENTS

/** Fills holes of instances, grows or shrinks them by a pixel, or smooths their outlines. None of them is shrunk to nothing. */
export function planRefine(
  state: EditState,
  ids: readonly string[],
  how: Refinement,
  policy: Policy,
): Planned {
  const { change, nothing } = REFINEMENTS[how]
  const chosen = state.truth.filter(({ id }) => ids.includes(id))
  if (chosen.length === 0) return noneChosen(state, ids, 'Select the ships first.')
  const builder = new PlanBuilder(state)
  let vanishing = 0
  for (const { id } of chosen) {
    const before = builder.get(id)
    if (!before) continue
    const wanted = change(before.rle, state)
    if (wanted.length === 0) {
      vanishing++
      continue
    }
    const added = subtract(wanted, before.rle)
    const free = builder.claim(added, policy, before)
    const kept = subtract(before.rle, subtract(before.rle, wanted))
    const after = union(kept, free)
    if (!equal(after, before.rle)) builder.reshape(id, after)
  }
  const plan = builder.plan(how)
  if (plan) return withLosses(state, plan)
  return { refusal: vanishing > 0 ? 'Nothing would be left of it, so it stays as it is.' : nothing }
}
