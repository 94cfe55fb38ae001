import type { MenuCommand } from '../../src-main/contract/shell.ts'
import type { ImageRow } from '../../src-main/contract/wire.ts'
import { COMMANDS_WITHOUT_PROJECT } from '../../src-main/contract/words.ts'
import type { ToolName } from '../canvas/index.ts'
import type { App } from './app.svelte.ts'
import type { Action } from './keys.ts'
import * as marking from './marking.ts'
import { focusRegion } from './regions.ts'
import { restoreBackup } from './restoring.ts'

type Act = (app: App) => void

/** Whether a shape or stroke is under way, which would be lost with the image or the tool; if so, it is said. */
export function isDrawing({ stage, toasts }: App): boolean {
  const busy = stage.canvas?.busy ?? false
  if (busy) toasts.note('First finish what you are drawing, or take it back with Escape.')
  return busy
}

/** What leaves the image or the tool: refused while something is being drawn. */
const unlessDrawing =
  (act: Act): Act =>
  (app) => {
    if (!isDrawing(app)) act(app)
  }

const tool = (name: ToolName): Act => unlessDrawing(({ stage }) => (stage.tool = name))

const view = (name: App['layout']['view']): Act => unlessDrawing(({ layout }) => (layout.view = name))

/** The images in the order of the view's list. */
export function listed({ images, layout }: App): readonly ImageRow[] {
  return layout.view === 'review' ? images.ranked : images.visible
}

function step(app: App, by: 1 | -1): void {
  const rows = listed(app)
  const next = rows[rows.findIndex((row) => row.id === app.editing.image) + by]
  if (next) void app.editing.open(next.id)
}

/** What needs an open project and nothing else. */
const ANYWHERE: Partial<Record<Action, Act>> = {
  annotate: view('annotate'),
  embeddings: view('embeddings'),
  review: view('review'),
  train: view('train'),
  toggleLeft: ({ layout }) => layout.toggleLeft(),
  toggleRight: ({ layout }) => layout.toggleRight(),
}

/** What needs an image on the screen. */
const ON_IMAGE: Partial<Record<Action, Act>> = {
  next: unlessDrawing((app) => step(app, 1)),
  previous: unlessDrawing((app) => step(app, -1)),
  back: unlessDrawing(({ editing }) => editing.back()),
  predict: (app) => void app.predict('this'),
  fit: ({ stage }) => stage.canvas?.camera.fit(),
  zoomIn: ({ stage }) => stage.zoom(1),
  zoomOut: ({ stage }) => stage.zoom(-1),
  hide: ({ display }) => (display.allHidden = true),
}

/** Of a shape that is half drawn the last corner goes; straight after Done it returns to another image. */
function undo(app: App): void {
  if (app.stage.canvas?.takeBack() || isDrawing(app)) return
  void app.editing.undo()
}

/** What changes truth, or is a tool for it: in Annotate only. */
const MARKING: Partial<Record<Action, Act>> = {
  select: tool('select'),
  brush: tool('brush'),
  eraser: tool('eraser'),
  polygon: tool('polygon'),
  box: tool('box'),
  knife: tool('knife'),
  merge: unlessDrawing((app) => {
    if (!marking.mergeSelected(app)) app.stage.tool = 'merge'
  }),
  smaller: ({ display }) => display.resizeBrush(false),
  larger: ({ display }) => display.resizeBrush(true),
  undo,
  redo: ({ editing }) => editing.redo(),
  delete: marking.deleteSelected,
  accept: (app) => marking.accept(app),
  acceptAll: marking.acceptAll,
  reject: marking.reject,
  done: unlessDrawing(({ editing }) => editing.finish('done')),
  noShip: unlessDrawing(({ editing }) => editing.finish('no ship')),
  flag: marking.openFlag,
}

/**
 * Does what a key or a button asks for.
 * @returns false where the action means nothing here, so that the key goes on its way
 */
export function perform(app: App, action: Action): boolean {
  if (action === 'showKeys') app.layout.keysShown = !app.layout.keysShown
  else if (action === 'nextRegion' || action === 'previousRegion')
    focusRegion(action === 'nextRegion' ? 1 : -1)
  else {
    const act = find(app, action)
    if (!act) return false
    act(app)
  }
  return true
}

/**
 * Does what a button beside the canvas asks for. A click by pointer gives the keyboard back to the canvas: on the button Space
 * would press it again instead of panning.
 */
export function press(app: App, action: Action, { detail }: Pick<MouseEvent, 'detail'>): void {
  perform(app, action)
  if (detail > 0) app.stage.focus()
}

function find({ project, layout }: App, action: Action): Act | undefined {
  if (project.id === null) return undefined
  if (action in ANYWHERE) return ANYWHERE[action]
  if (layout.view === 'train') return undefined
  if (action in ON_IMAGE) return ON_IMAGE[action]
  return layout.view === 'annotate' ? MARKING[action] : undefined
}

const COMMANDS: Record<MenuCommand, Act> = {
  'new-project': unlessDrawing((app) => void app.chooseProject('images')),
  'open-project': unlessDrawing((app) => void app.chooseProject('project')),
  'open-sample': unlessDrawing((app) => void app.openSample()),
  'restore-backup': unlessDrawing((app) => void restoreBackup(app)),
  'close-project': unlessDrawing((app) => void app.closeProject()),
  'import-labels': (app) => void app.exchange.choose(app.project.id ?? ''),
  'export-truth': (app) => app.export('truth'),
  'export-predictions': (app) => app.export('predictions'),
  rescan: (app) => void app.rescan(),
  undo: (app) => perform(app, 'undo'),
  redo: (app) => perform(app, 'redo'),
  'predict-image': (app) => void app.predict('this'),
  'predict-all': (app) => void app.predict('all'),
  'view-annotate': view('annotate'),
  'view-embeddings': view('embeddings'),
  'view-review': view('review'),
  'view-train': view('train'),
  'toggle-left': ({ layout }) => layout.toggleLeft(),
  'toggle-right': ({ layout }) => layout.toggleRight(),
  'show-keys': (app) => perform(app, 'showKeys'),
}

/** Does what a menu entry asks for. */
export function command(app: App, name: MenuCommand): void {
  if (app.project.id !== null || COMMANDS_WITHOUT_PROJECT.has(name)) COMMANDS[name](app)
}
