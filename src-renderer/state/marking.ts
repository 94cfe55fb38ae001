import {
  planAccept,
  planDelete,
  planFlag,
  planMerge,
  planReject,
  type DrawOptions,
} from '../../src-main/core/edit/edit.ts'
import type { App } from './app.svelte.ts'
import type { ShownPrediction } from './image-state.ts'

/** Gestures on what is selected. Each does nothing but say why where there is nothing to do it to. */

function options(app: App): DrawOptions {
  return { policy: app.display.policy, newId: () => crypto.randomUUID() }
}

/** The undecided predictions that are shown: at or above the least score, and none while predictions are switched off. */
export function acceptable({ editing, display }: App): ShownPrediction[] {
  if (!display.predictionShown.value) return []
  const least = display.leastScore.value
  return (editing.state?.predictions ?? []).filter(
    ({ decision, score }) => decision === null && score >= least,
  )
}

/** The predictions meant: those selected, else the one under the pointer; nobody means one that is not shown. */
function meant(app: App): string[] {
  const { selection, hovered } = app.editing
  const shown = new Set(acceptable(app).map(({ id }) => id))
  const chosen = selection.filter((id) => shown.has(id))
  return chosen.length > 0 || hovered === null || !shown.has(hovered) ? chosen : [hovered]
}

/** Selects the prediction that waits for a decision after `id` in the list, from the top again at its end. */
function selectNext(app: App, id: string | undefined): void {
  const all = app.editing.state?.predictions ?? []
  const at = all.findIndex((prediction) => prediction.id === id)
  const waiting = new Set(acceptable(app))
  const next = [...all.slice(at + 1), ...all.slice(0, at + 1)].find((prediction) => waiting.has(prediction))
  app.editing.selection = next ? [next.id] : []
}

/** Copies the predictions meant into truth, and selects the next that waits. */
export function accept(app: App, ids?: readonly string[]): void {
  const { state } = app.editing
  if (!state) return
  const chosen = ids ?? meant(app)
  if (!app.editing.perform(planAccept(state, chosen, options(app)))) return
  selectNext(app, chosen.at(-1))
}

export function acceptAll(app: App): void {
  const { state } = app.editing
  if (!state) return
  const ids = acceptable(app).map(({ id }) => id)
  app.editing.perform(planAccept(state, ids, options(app)))
}

export function reject(app: App): void {
  const { state } = app.editing
  if (!state) return
  const chosen = meant(app)
  if (!app.editing.perform(planReject(state, chosen))) return
  selectNext(app, chosen.at(-1))
}

export function deleteSelected(app: App): void {
  const { state, selection } = app.editing
  if (state) app.editing.perform(planDelete(state, selection))
}

/** True where two or more truth instances are selected and have become one. */
export function mergeSelected(app: App): boolean {
  const { state, selection } = app.editing
  const chosen = selection.filter((id) => state?.truth.some((instance) => instance.id === id))
  if (!state || chosen.length < 2) return false
  return app.editing.perform(planMerge(state, chosen))
}

/** Opens the box for the flag's comment and the panel that it stands in; where it is open already, it gets the focus. */
export function openFlag({ editing, layout }: App): void {
  if (!layout.rightShown) layout.toggleRight()
  editing.flagging = true
  document.querySelector<HTMLElement>('[data-flag]')?.focus()
}

export function setFlag(app: App, flagged: boolean, comment: string): void {
  const { state } = app.editing
  if (!state) return
  const same = state.flag.flagged === flagged && state.flag.comment === comment
  if (!same) app.editing.perform(planFlag(state, { flagged, comment }))
}
