import {
  noneChosen,
  planAccept,
  planAttribute,
  planCategory,
  planDelete,
  planDescribe,
  planFlag,
  planHeading,
  planLeaveOut,
  planMerge,
  planMove,
  planNextHeading,
  planPaste,
  planRefine,
  planReject,
  planRelabel,
  stepBeside,
  type DrawOptions,
  type Copied,
  type Refinement,
  type Step,
  type EditState,
  type Planned,
} from '../../src-main/core/edit/edit.ts'
import type { EditTruth } from '../../src-main/core/edit/edit.ts'
import { boundsOf, unionAll, type Rle } from '../../src-main/core/mask/rle.ts'
import { plural } from '../ui/format.ts'
import type { Fix } from '../../src-main/contract/wire.ts'
import type { Categories } from './categories.svelte.ts'
import { toEdited } from '../canvas/index.ts'
import type { Display } from './display.svelte.ts'
import type { Editing } from './editing.svelte.ts'
import { objectsOf, type ShownPrediction } from './image-state.ts'
import type { Layout } from './layout.svelte.ts'
import type { OpenImage } from './open-image.svelte.ts'
import type { Toasts } from './toasts.svelte.ts'
import type { EditTarget } from './stage.svelte.ts'

/** What of the image a person sees, and how the window has them mark. */
export interface Desk {
  readonly display: Display
  readonly layout: Layout
}

/** Gestures on what is selected. Each does nothing but say why where there is nothing to do it to. */

function options({ display }: Desk): DrawOptions {
  return { policy: display.policy, newId: () => crypto.randomUUID() }
}

/**
 * The undecided predictions that are shown: in Annotate those at or above the least score, and none while predictions are switched off;
 * elsewhere all.
 */
export function acceptable(image: OpenImage | null, { display, layout }: Desk): ShownPrediction[] {
  const all = layout.view !== 'annotate'
  if (!all && !display.predictionShown.value) return []
  const least = all ? 0 : display.leastScore.value
  return (image?.state?.predictions ?? []).filter(
    ({ decision, score }) => decision === null && score >= least,
  )
}

/** The predictions meant: those selected, else the one under the pointer; nobody means one that is not shown. */
function meant(image: OpenImage, desk: Desk): string[] {
  const { selection, hovered } = image
  const shown = new Set(acceptable(image, desk).map(({ id }) => id))
  const chosen = selection.filter((id) => shown.has(id))
  return chosen.length > 0 || hovered === null || !shown.has(hovered) ? chosen : [hovered]
}

/** Selects the prediction that waits for a decision after `id` in the list, from the top again at its end. */
function selectNext(image: OpenImage, desk: Desk, id: string | undefined): void {
  const all = image.state?.predictions ?? []
  const at = all.findIndex((prediction) => prediction.id === id)
  const waiting = new Set(acceptable(image, desk))
  const next = [...all.slice(at + 1), ...all.slice(0, at + 1)].find((prediction) => waiting.has(prediction))
  image.selection = next ? [next.id] : []
}

/** Copies the predictions meant into truth, and selects the next that waits. */
export function accept(editing: Editing, desk: Desk, ids?: readonly string[]): void {
  const { shown } = editing
  if (!shown?.state) return
  const chosen = ids ?? meant(shown, desk)
  if (!editing.perform(planAccept(shown.state, chosen, options(desk)))) return
  selectNext(shown, desk, chosen.at(-1))
}

export function acceptAll(editing: Editing, desk: Desk): void {
  const { shown } = editing
  if (!shown?.state) return
  const ids = acceptable(shown, desk).map(({ id }) => id)
  editing.perform(planAccept(shown.state, ids, options(desk)))
}

/** Takes the whole result of a draft to truth, but for what was decided before. The draft stays. */
export function acceptAllOfDraft(editing: Editing, desk: Desk, target: EditTarget): void {
  const waiting = target.predictions.filter(({ decision }) => decision === null)
  acceptDraft(
    editing,
    desk,
    target,
    waiting.map(({ id }) => id),
  )
}

export function reject(editing: Editing, desk: Desk): void {
  const { shown } = editing
  if (!shown?.state) return
  const chosen = meant(shown, desk)
  if (!editing.perform(planReject(shown.state, chosen))) return
  selectNext(shown, desk, chosen.at(-1))
}

/** Copies instances of a draft into truth: those named, else those selected, else the one under the pointer. The draft stays. */
export function acceptDraft(editing: Editing, desk: Desk, target: EditTarget, ids?: readonly string[]): void {
  const { shown } = editing
  if (!shown?.state) return
  const chosen = shown.selection.length > 0 ? shown.selection : shown.hovered === null ? [] : [shown.hovered]
  const { predictions } = target
  const planned = planAccept({ ...shown.state, predictions }, ids ?? chosen, options(desk))
  if ('refusal' in planned) return void editing.perform(planned)
  // nothing is decided of what no run has stored
  const stored = new Set(shown.state.predictions.map(({ id }) => id))
  const decisions = planned.plan.decisions.filter(({ prediction }) => stored.has(prediction))
  if (editing.perform({ ...planned, plan: { ...planned.plan, decisions } })) target.accepted?.()
}

/** Fills, grows, shrinks or smooths what is selected of truth, or of a draft. */
export function refineSelected(
  editing: Editing,
  { display }: Desk,
  how: Refinement,
  target: EditTarget | null,
): void {
  const state = editedBy(editing, target)
  const selection = editing.shown?.selection ?? []
  if (state) perform(editing, target, planRefine(state, selection, how, display.policy))
}

/** What was copied last in a project, and the row that is being made of duplicates. */
export class Clipboard {
  copied: Copied = { height: 1, instances: [] }
  /** the last duplicate and what it was made of, as it lay then */
  row: { image: number; from: Rle; to: string } | null = null
}

interface Copying {
  readonly editing: Editing
  readonly clipboard: Clipboard
  readonly toasts: Toasts
}

/** The truth instances that are selected. */
function chosenTruth({ shown }: Editing): EditTruth[] {
  const ids = new Set(shown?.selection)
  return (shown?.state?.truth ?? []).filter(({ id }) => ids.has(id))
}

/** Keeps what is selected, to be pasted into this image or another. */
export function copySelected({ editing, clipboard, toasts }: Copying): void {
  const { state, selection = [] } = editing.shown ?? {}
  const instances = chosenTruth(editing)
  if (!state) return
  if (instances.length === 0)
    return void toasts.reply(noneChosen(state, selection, 'Select the ships to copy first.').refusal)
  clipboard.copied = { height: state.height, instances }
  toasts.reply(`${plural(instances.length, 'ship')} copied. Paste them here or in another image.`)
}

/** What was copied comes to the same place in the image on the screen. */
export function paste({ editing, clipboard }: Copying, desk: Desk): void {
  const { state } = editing.shown ?? {}
  if (state) editing.perform(planPaste(state, clipboard.copied, options(desk)))
}

/**
 * A copy of what is selected beside it, as ships lie in a raft. Pressed again it goes on in the same step, also after the copy was
 * moved: then in the step that it was moved to.
 */
export function duplicate({ editing, clipboard, toasts }: Copying, desk: Desk): void {
  const { shown } = editing
  const [first, ...others] = chosenTruth(editing)
  if (!shown?.state) return
  if (!first) {
    const { state, selection } = shown
    return void toasts.reply(noneChosen(state, selection, 'Select the ships to duplicate first.').refusal)
  }
  const { row } = clipboard
  const goesOn = others.length === 0 && row?.image === shown.id && row.to === first.id
  const whole = unionAll([first, ...others].map(({ rle }) => rle))
  const step = (goesOn && between(row.from, first.rle, shown.state.height)) || stepBeside(whole, shown.state)
  const copied = { height: shown.state.height, instances: [first, ...others] }
  if (!editing.perform(planPaste(shown.state, copied, options(desk), step))) return
  const [to] = shown.selection
  clipboard.row = to === undefined ? null : { image: shown.id, from: first.rle, to }
}

/** How far a copy lies from what it was made of; null: on it. */
function between(from: Rle, to: Rle, height: number): Step | null {
  const [a, b] = [boundsOf(from, height), boundsOf(to, height)]
  if (!a || !b) return null
  const step = { dx: b.x - a.x, dy: b.y - a.y }
  return step.dx === 0 && step.dy === 0 ? null : step
}

/** Moves what is selected by a pixel. */
export function nudge(editing: Editing, { display }: Desk, step: Step): void {
  const { shown } = editing
  if (shown?.state) editing.perform(planMove(shown.state, shown.selection, step, display.policy))
}

/** Whether predictions are selected, and no truth. */
export function selectsPredictions(editing: Editing): boolean {
  const { state, selection = [] } = editing.shown ?? {}
  const predicted = state?.predictions.some(({ id }) => selection.includes(id)) ?? false
  return predicted && chosenTruth(editing).length === 0
}

/** Deletes what is selected of truth, or of a draft. */
export function deleteSelected(editing: Editing, target: EditTarget | null): void {
  const state = editedBy(editing, target)
  if (state) perform(editing, target, planDelete(state, editing.shown?.selection ?? []))
}

/** True where two or more instances of truth, or of a draft, are selected and have become one. */
export function mergeSelected(editing: Editing, target: EditTarget | null): boolean {
  const state = editedBy(editing, target)
  const selection = editing.shown?.selection ?? []
  const chosen = selection.filter((id) => state?.truth.some((instance) => instance.id === id))
  return state !== null && chosen.length >= 2 && perform(editing, target, planMerge(state, chosen))
}

/** The image with what gestures change in the place of truth. */
function editedBy({ shown }: Editing, target: EditTarget | null): EditState | null {
  if (!shown?.state || !target) return shown?.state ?? null
  return toEdited({ ...shown.state, predictions: target.predictions }, target.kind)
}

function perform(editing: Editing, target: EditTarget | null, planned: Planned): boolean {
  return target && 'plan' in planned ? target.apply(planned.plan) : editing.perform(planned)
}

/** Truth becomes what was predicted, where a fix says that they differ: the label is wrong, and the model right. */
export function relabel(editing: Editing, desk: Desk, fix: Fix): void {
  const { shown } = editing
  if (shown?.state) editing.perform(planRelabel(objectsOf(shown.state), fix, options(desk)))
}

/** Opens the box for the flag's comment and the panel that it stands in; where it is open already, it gets the focus. */
export function openFlag({ shown }: Editing, layout: Layout): void {
  if (!layout.rightShown) layout.toggleRight()
  if (shown) shown.flagging = true
  document.querySelector<HTMLElement>('[data-flag]')?.focus()
}

/** Opens the box for the reason why the image is left out, and the panel that it stands in; takes it back where it is. */
export function toggleLeftOut(editing: Editing, layout: Layout): void {
  const { shown } = editing
  if (!shown?.state) return
  if (shown.state.leftOut) return void editing.perform(planLeaveOut(shown.state, null))
  if (!layout.rightShown) layout.toggleRight()
  shown.leavingOut = true
}

export function setFlag(editing: Editing, flagged: boolean, comment: string): void {
  const { shown } = editing
  if (!shown?.state) return
  const { flag } = shown.state
  const same = flag.flagged === flagged && flag.comment === comment
  if (!same) editing.perform(planFlag(shown.state, { flagged, comment }))
}

/** Ids of the truth instances that are selected, areas to ignore aside: those have no category. */
export function selectedTruth(shown: OpenImage | null): string[] {
  const objects = shown?.state?.truth.filter(({ ignore }) => ignore !== true)
  const truth = new Set(objects?.map(({ id }) => id))
  return (shown?.selection ?? []).filter((id) => truth.has(id))
}

interface Categorised {
  readonly editing: Editing
  readonly categories: Categories
  readonly toasts: Toasts
}

/** Gives the selected instances the category of this key; without any it is what is drawn next. */
export function giveCategory({ editing, categories, toasts }: Categorised, key: string): void {
  const { shown } = editing
  const category = categories.of(key)
  if (!shown?.state || !category) return
  const ids = selectedTruth(shown)
  categories.use(category.key)
  if (ids.length > 0) editing.perform(planCategory(shown.state, ids, category.key))
  else toasts.reply(`What you draw next is of the category "${category.name}".`)
}

/** The same by its place among the project's categories, from 0. */
export function setCategory(project: Categorised, place: number): void {
  const category = project.categories.open[place]
  if (category) giveCategory(project, category.key)
  else project.toasts.reply(`This project has no category ${place + 1}. Add one in the list of instances.`)
}

/** The heading of what is selected: along the ship, the other way, none. */
export function nextHeading(editing: Editing): void {
  const { shown } = editing
  if (shown?.state) editing.perform(planNextHeading(shown.state, shown.selection))
}

/** @param heading in degrees; null: nobody knows */
export function setHeading(editing: Editing, heading: number | null): void {
  const { shown } = editing
  if (shown?.state) editing.perform(planHeading(shown.state, shown.selection, heading))
}

/** Notes an attribute of what is selected. @param value null: takes it away */
export function setAttribute(editing: Editing, name: string, value: string | null): void {
  const { shown } = editing
  if (shown?.state) editing.perform(planAttribute(shown.state, shown.selection, name, value))
}

/** Makes areas to ignore of the selected instances, or objects of such areas. */
export function setIgnored(editing: Editing, ignored: boolean): void {
  const { shown } = editing
  if (shown?.state)
    editing.perform(planDescribe(shown.state, shown.selection, { ignore: ignored ? true : undefined }))
}
