import type { MenuCommand } from '../../src-main/contract/shell.ts'
import type { Refinement } from '../../src-main/core/edit/edit.ts'
import { TOOLS, TOOL_NAMES, type ToolName } from '../canvas/index.ts'
import type { Bindings } from './bindings.svelte.ts'
import { POLICY_NOTES, type Display } from './display.svelte.ts'
import type { ImageList } from './image-list.svelte.ts'
import { CATEGORY_ACTIONS, type Action } from './keys.ts'
import type { Layout, View } from './layout.svelte.ts'
import * as marking from './marking.ts'
import type { OpenProject } from './open-project.svelte.ts'
import { focusRegion } from './regions.ts'
import { restoreBackup, type Restoring } from './restoring.ts'
import type { Stage } from './stage.svelte.ts'
import type { Toasts } from './toasts.svelte.ts'

/** What an action of the window acts on. */
export interface Desk {
  readonly layout: Layout
  readonly display: Display
  readonly stage: Stage
  readonly bindings: Bindings
  readonly toasts: Toasts
  /** the open project */
  readonly project: OpenProject | null
}

/** @returns false where it has no use for the press, so that what else the key is bound to gets it */
type Act = (desk: Desk, project: OpenProject) => unknown

/** Whether a shape or stroke is under way, which would be lost with the image or the tool; if so, it is said. */
export function isDrawing({ stage, toasts }: Pick<Desk, 'stage' | 'toasts'>): boolean {
  const busy = stage.canvas?.busy ?? false
  if (busy) toasts.reply('First finish what you are drawing, or take it back with Escape.')
  return busy
}

/** What leaves the image or the tool: refused while something is being drawn. */
const unlessDrawing =
  <D extends Desk, Rest extends unknown[]>(act: (desk: D, ...rest: Rest) => void) =>
  (desk: D, ...rest: Rest): void => {
    if (!isDrawing(desk)) act(desk, ...rest)
  }

const take = (name: ToolName) => unlessDrawing(({ stage }: Desk) => (stage.tool = name))

const tool = (name: ToolName): Act => {
  const taken = take(name)
  return (desk) => {
    if (desk.stage.canvas?.correctBy(name) === true) return
    const refusal = desk.stage.refusal(name)
    if (refusal === null) taken(desk)
    else desk.toasts.reply(refusal)
  }
}

const view = (name: View): Act =>
  unlessDrawing(({ layout }) => {
    layout.compared = null
    layout.view = name
  })

const nudge = (dx: number, dy: number): Act =>
  unlessDrawing((desk, { editing }) => marking.nudge(editing, desk, { dx, dy }))

const refine = (how: Refinement): Act =>
  unlessDrawing((desk, { editing }) => marking.refineSelected(editing, desk, how, desk.stage.target))

/** The view's list of images. */
export function listed({ images }: Pick<OpenProject, 'images'>, { view: name }: Layout): ImageList {
  return name === 'review' ? images.ranked : images.visible
}

const step = (by: 1 | -1) =>
  unlessDrawing(({ layout }: Desk, project: OpenProject) => {
    const next = listed(project, layout).beside(project.editing.image, by)
    if (next !== undefined) void project.editing.open(next)
  })

/** What needs an open project and nothing else. */
const ANYWHERE: Partial<Record<Action, Act>> = {
  annotate: view('annotate'),
  embeddings: view('embeddings'),
  review: view('review'),
  train: view('train'),
  toggleLeft: ({ layout }) => layout.toggleLeft(),
  toggleRight: ({ layout }) => layout.toggleRight(),
}

/** Moves or turns the shape that shows its handles. */
function adjust(by: { dx: number; dy: number; degrees: number }): Act {
  return ({ stage }) => stage.canvas?.adjust(by) ?? false
}

/** Left and right are the shape's as long as its handles show, else the images'. */
function shapeOr(dx: 1 | -1, otherwise: Act): Act {
  return (desk, project) => {
    if (!desk.stage.canvas?.adjust({ dx, dy: 0, degrees: 0 })) otherwise(desk, project)
  }
}

/** What needs an image on the screen. */
const ON_IMAGE: Partial<Record<Action, Act>> = {
  next: shapeOr(1, step(1)),
  previous: shapeOr(-1, step(-1)),
  shapeUp: adjust({ dx: 0, dy: -1, degrees: 0 }),
  shapeDown: adjust({ dx: 0, dy: 1, degrees: 0 }),
  turnLeft: adjust({ dx: 0, dy: 0, degrees: -1 }),
  turnRight: adjust({ dx: 0, dy: 0, degrees: 1 }),
  back: unlessDrawing((_, { editing }) => editing.back()),
  predict: (_, project) => void project.predict('this'),
  fit: ({ stage }) => stage.canvas?.camera.fit(),
  zoomIn: ({ stage }) => stage.zoom(1),
  zoomOut: ({ stage }) => stage.zoom(-1),
  hide: ({ display }) => (display.allHidden = true),
  outlinesAlone: ({ display }) => (display.filled.value = !display.filled.value),
  rest: ({ display }) => display.nextRest(),
  crosshair: ({ display }) => (display.crosshair.value = !display.crosshair.value),
  compare: unlessDrawing(({ stage, toasts }: Desk) => {
    if (!stage.compare(true)) toasts.reply('There is no image before this one to compare with.')
  }),
  pan: ({ stage }) => stage.canvas?.setPan(true),
  finish: ({ stage }) => stage.canvas?.finish('enter') ?? false,
  stepBack: ({ stage }) => stage.canvas?.finish('escape') ?? false,
  takeBack: ({ stage }) => stage.canvas?.finish('back') ?? false,
  nextInstance: ({ stage }) => stage.canvas?.step(1),
  previousInstance: ({ stage }) => stage.canvas?.step(-1),
  tone: ({ stage }) => stage.canvas?.setToneDrag(true),
  brighter: (_, { eye }) => eye.brighten(1),
  darker: (_, { eye }) => eye.brighten(-1),
  moreContrast: (_, { eye }) => eye.sharpen(1),
  lessContrast: (_, { eye }) => eye.sharpen(-1),
  gammaUp: (_, { eye }) => eye.lift(1),
  gammaDown: (_, { eye }) => eye.lift(-1),
  invert: (_, { eye }) => eye.set({ invert: !eye.tone.invert }),
  even: ({ stage }, { eye }) => eye.toggleEven(() => stage.canvas?.evenOut() ?? null),
  plainTone: (_, { eye }) => eye.reset(),
}

/** Of a shape that is half drawn the last corner goes; straight after Done it returns to another image. */
const undo: Act = (desk, { editing, chosen }) => {
  if (desk.stage.canvas?.takeBack() || isDrawing(desk)) return
  if (chosen.undo()) return
  const { target } = desk.stage
  if (target?.canUndo && !target.acceptedLast) return void target.undo?.()
  editing.undo()
  target?.takenBack?.()
}

const redo: Act = ({ stage: { target } }, { editing }) => {
  if (target?.canRedo) target.redo?.()
  else editing.redo()
}

/** `[` and `]`: the size of the tool in hand. */
function resize({ display, stage }: Desk, larger: boolean): void {
  if (TOOLS[stage.tool].reaches) display.widen(larger)
  else display.resizeBrush(larger)
}

/** What changes truth, or is a tool for it: wherever the canvas is. */
const MARKING: Partial<Record<Action, Act>> = {
  ...Object.fromEntries(TOOL_NAMES.map((name) => [name, tool(name)])),
  merge: unlessDrawing((desk, project) => {
    if (!marking.mergeSelected(project.editing, desk.stage.target)) tool('merge')(desk, project)
  }),
  smaller: (app) => resize(app, false),
  larger: (app) => resize(app, true),
  tip: ({ display }) => (display.brushTip.value = display.brushTip.value === 'round' ? 'square' : 'round'),
  form: ({ stage }, { labelForm }) => (TOOLS[stage.tool].rectangles ? labelForm.toggle() : false),
  overlap: ({ display, toasts }) => {
    display.policy = display.policy === 'yield' ? 'take' : 'yield'
    toasts.reply(`Overlap: ${display.policy}. ${POLICY_NOTES[display.policy]}.`)
  },
  copy: (_, project) => marking.copySelected(project),
  paste: unlessDrawing((desk, project) => marking.paste(project, desk)),
  duplicate: unlessDrawing((desk, project) => marking.duplicate(project, desk)),
  nudgeLeft: nudge(-1, 0),
  nudgeRight: nudge(1, 0),
  nudgeUp: nudge(0, -1),
  nudgeDown: nudge(0, 1),
  heading: unlessDrawing((_, { editing }) => marking.nextHeading(editing)),
  fill: refine('fill'),
  grow: refine('grow'),
  shrink: refine('shrink'),
  smooth: refine('smooth'),
  undo,
  redo,
  // who wants a prediction away rejects it
  delete: (desk, { editing }) =>
    !desk.stage.target && marking.selectsPredictions(editing)
      ? marking.reject(editing, desk)
      : marking.deleteSelected(editing, desk.stage.target),
  accept: (desk, { editing }) =>
    desk.stage.target ? marking.acceptDraft(editing, desk, desk.stage.target) : marking.accept(editing, desk),
  ...Object.fromEntries(
    CATEGORY_ACTIONS.map((name, i): [Action, Act] => [name, (_, project) => marking.setCategory(project, i)]),
  ),
  reject: (desk, { editing }) => marking.reject(editing, desk),
}

/** What goes through the images of the queue, or by the sliders of Annotate. */
const ANNOTATING: Partial<Record<Action, Act>> = {
  acceptAll: (desk, { editing }) => marking.acceptAll(editing, desk),
  done: unlessDrawing((_, { editing }) => editing.finish('done')),
  noShip: unlessDrawing((_, { editing }) => editing.finish('no ship')),
  flag: ({ layout }, { editing }) => marking.openFlag(editing, layout),
  leaveOut: unlessDrawing(({ layout }, { editing }) => marking.toggleLeftOut(editing, layout)),
}

/** What takes in hand what the model saw. */
const IN_EMBEDDINGS: Partial<Record<Action, Act>> = {
  acceptAll: unlessDrawing((desk, { editing }) => {
    const { stage, toasts } = desk
    if (stage.target) marking.acceptAllOfDraft(editing, desk, stage.target)
    else toasts.reply('There is no embedding of this image, so there is no result to accept.')
  }),
}

const IN_VIEW: Partial<Record<View, Partial<Record<Action, Act>>>> = {
  annotate: ANNOTATING,
  embeddings: IN_EMBEDDINGS,
}

/**
 * Does what a key or a button asks for.
 * @returns false where the action means nothing here, so that the key goes on its way
 */
export function perform(desk: Desk, action: Action): boolean {
  if (action === 'showKeys') desk.layout.keysShown = !desk.layout.keysShown
  else if (action === 'nextRegion' || action === 'previousRegion')
    focusRegion(action === 'nextRegion' ? 1 : -1)
  else {
    const act = find(desk.layout, action)
    if (!desk.project || !act) return false
    return act(desk, desk.project) !== false
  }
  return true
}

/** Ends what lasts as long as a key is down. */
export function release({ display, stage }: Desk, action: Action): void {
  if (action === 'hide') display.allHidden = false
  else if (action === 'compare') stage.compare(false)
  else if (action === 'pan') stage.canvas?.setPan(false)
  else if (action === 'tone') stage.canvas?.setToneDrag(false)
}

/**
 * Does what a button beside the canvas asks for. A click by pointer gives the keyboard back to the canvas: on the button Space
 * would press it again instead of panning.
 */
export function press(desk: Desk, action: Action, { detail }: Pick<MouseEvent, 'detail'>): void {
  perform(desk, action)
  if (detail > 0) desk.stage.focus()
}

function find(layout: Layout, action: Action): Act | undefined {
  if (action in ANYWHERE) return ANYWHERE[action]
  if (!layout.hasCanvas && layout.compared === null) return undefined
  if (action in ON_IMAGE) return ON_IMAGE[action]
  if (action in MARKING) return MARKING[action]
  return layout.compared === null ? IN_VIEW[layout.view]?.[action] : undefined
}

/** What a menu entry acts on: also the window that opens and closes projects. */
export interface Commanded extends Desk, Restoring {
  readonly toasts: Toasts
  readonly project: OpenProject | null
  chooseProject(purpose: 'images' | 'project'): Promise<void>
  openSample(): Promise<void>
}

type Command = (window: Commanded) => void

const inProject =
  (act: Act): Command =>
  (window) => {
    if (window.project) act(window, window.project)
  }

const COMMANDS: Record<MenuCommand, Command> = {
  'new-project': unlessDrawing((window) => void window.chooseProject('images')),
  'open-project': unlessDrawing((window) => void window.chooseProject('project')),
  'open-sample': unlessDrawing((window) => void window.openSample()),
  'restore-backup': unlessDrawing((window) => void restoreBackup(window)),
  'close-project': unlessDrawing((window) => void window.closeProject()),
  'import-labels': inProject((_, { exchange }) => void exchange.choose()),
  'import-label-folder': inProject((_, { exchange }) => void exchange.chooseFolder()),
  'add-map-layer': inProject((_, { mapLayers }) => void mapLayers.choose()),
  'export-truth': inProject((_, project) => project.export('truth')),
  'export-predictions': inProject((_, project) => project.export('predictions')),
  'export-labels': inProject((_, { outgoing }) => void outgoing.ask('truth')),
  rescan: inProject((_, project) => void project.rescan()),
  undo: (window) => perform(window, 'undo'),
  redo: (window) => perform(window, 'redo'),
  'predict-image': inProject((_, project) => void project.predict('this')),
  'predict-all': inProject((_, project) => void project.predict('all')),
  'view-annotate': inProject(view('annotate')),
  'view-embeddings': inProject(view('embeddings')),
  'view-review': inProject(view('review')),
  'view-train': inProject(view('train')),
  'toggle-left': inProject(({ layout }) => layout.toggleLeft()),
  'toggle-right': inProject(({ layout }) => layout.toggleRight()),
  'show-keys': (window) => perform(window, 'showKeys'),
}

/** Does what a menu entry asks for. */
export function command(window: Commanded, name: MenuCommand): void {
  COMMANDS[name](window)
}
