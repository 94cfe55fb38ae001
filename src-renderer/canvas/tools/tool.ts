import type { EditState, Planned, Policy } from '../../../src-main/core/edit/edit.ts'
import type { BrushTip } from '../../../src-main/core/mask/shapes.ts'
import type { Box } from '../../../src-main/core/geometry/box.ts'
import type { ImagePoint } from '../../../src-main/core/geometry/points.ts'
import type { SparseInference } from '../../../src-main/contract/engine.ts'
import type { PixelBox, Rle } from '../../../src-main/core/mask/rle.ts'
import type { Picture } from '../../../src-main/core/smart-box/field.ts'
import type { BoxSight } from '../box-sight.ts'
import type { InstanceRef } from '../instance-ref.ts'

/**
 * A tool is a small state machine without DOM: `step` takes an event and gives the next state and what came of it, `view` tells what to
 * show meanwhile. The canvas feeds it and draws.
 */

/** What is held with the pointer, and how hard it is pressed. */
export interface Held {
  shift: boolean
  alt: boolean
  /** Ctrl, or Command */
  ctrl: boolean
  /** of a pen, 0..1; 1 for everything else */
  pressure: number
}

export const NOTHING_HELD: Held = { shift: false, alt: false, ctrl: false, pressure: 1 }

export type ToolEvent =
  | ({ type: 'down'; at: ImagePoint } & Held)
  /** `way`: where the pointer has been since the last event, oldest first, `at` included; comes with the pointer up, too */
  | ({ type: 'move'; at: ImagePoint; way: readonly ImagePoint[] } & Held)
  | ({ type: 'up'; at: ImagePoint } & Held)
  | { type: 'double'; at: ImagePoint }
  | { type: 'enter' }
  | { type: 'escape' }
  | { type: 'back' }
  /** the pointer has left the canvas, or the system has taken it away in mid-gesture */
  | { type: 'leave' }

/** What a tool may know. */
export interface ToolContext {
  /** the image; what gestures change stands in `truth`, also while that is a draft run */
  content: EditState
  /** what gestures change, as it is called in selections and hits */
  edited: InstanceRef['kind']
  selection: readonly InstanceRef[]
  /** in image pixels */
  brush: BrushTip
  policy: Policy
  /** how much the wand takes around what is pointed at, -1..1 */
  reach: number
  /** the cluster of embeddings that has a pixel, at the reach; null: the network sees nothing there, or has not looked at the image */
  clusterAt(at: ImagePoint): Rle | null
  /** whether the network has looked at the image */
  looked: boolean
  /** CSS pixels per image pixel */
  scale: number
  /** metres on the ground of a pixel's sides; null: not known */
  ground: { x: number; y: number } | null
  /** the pixels of a part of the image, as they are; null while they are not loaded */
  picture(area: PixelBox): Picture | null
  /** what a network sees in the image; null: none has looked, or nobody has asked for it */
  inference: SparseInference | null
  /** the smart box gives turned rectangles, as some labels are drawn, and not hulls */
  rectangles: boolean
  /** what the smart box looks with */
  sight: BoxSight
  newId(): string
  /** instances at a point, nearest first, within reach of the pointer */
  hits(at: ImagePoint): readonly InstanceRef[]
  /** instances that lie wholly inside a box */
  inside(box: Box): readonly InstanceRef[]
}

/** What came of an event. */
export interface Outcome {
  planned?: Planned
  /** selects what the plan creates */
  selectCreated?: boolean
  select?: readonly InstanceRef[]
  /** pixels that were pointed at; null: none any more */
  picked?: Rle | null
  /** zoom to this instance */
  show?: InstanceRef
  /** the tool is done with: back to select */
  leave?: boolean
}

export interface Step<S> extends Outcome {
  state: S
}

/** What to show while a tool is in use. */
export interface ToolView {
  /** the next step in one line */
  hint: string
  /** null: the tool's own */
  cursor: string | null
  /** a gesture is going on */
  busy: boolean
  /** 'back' takes back a part of it */
  stepsBack: boolean
  /** lines in image pixels; closed ones are filled lightly */
  lines: readonly { points: readonly ImagePoint[]; closed: boolean }[]
  /** corners that can be seen; the first is larger where a click on it closes the shape */
  dots: readonly ImagePoint[]
  /** what of a shape can be taken hold of */
  handles: readonly ImagePoint[]
  /** words beside a point */
  labels: readonly { at: ImagePoint; text: string }[]
  /** brush footprint */
  brush: ({ at: ImagePoint } & BrushTip) | null
  /** a sign beside the pointer */
  sign: { at: ImagePoint; kind: 'tick' | 'cross' | 'join' | 'cut' | 'plus' | 'minus' } | null
  /** pixels that a click would take: outlined, and nothing else is drawn anew for them */
  offer: Rle | null
  /** what the image would be if the gesture ended now */
  live: Planned | null
}

export interface Tool<S> {
  start: S
  step(state: S, event: ToolEvent, context: ToolContext): Step<S>
  view(state: S, context: ToolContext): ToolView
  /** Another tool, or this one again, is asked for while something stands: the state in which that corrects it; null: it does not. */
  corrects?(state: S, tool: Correcting): S | null
}

/** Tools that may correct what stands under the smart box; itself: its sides again. */
export type Correcting = 'brush' | 'eraser' | 'smart'

export const PLAIN: ToolView = {
  hint: '',
  cursor: null,
  busy: false,
  stepsBack: false,
  lines: [],
  dots: [],
  handles: [],
  labels: [],
  brush: null,
  sign: null,
  offer: null,
  live: null,
}

/** Elements of a picture of 24 x 24, drawn by strokes. */
export type Icon = readonly (readonly [
  tag: 'path' | 'rect' | 'circle' | 'line',
  attributes: Readonly<Record<string, string>>,
])[]

/** All that the window has to know of a tool. */
export interface ToolEntry {
  /** what it does, in the tool bar and in the list of keys */
  title: string
  /** its key as `state/keys.ts` writes them */
  key: string
  icon: Icon
  /** of CSS, unless its view says another */
  cursor: string
  /** the brush's size matters to it */
  sized?: boolean
  /** it takes what the network sees, by a reach */
  reaches?: boolean
  /** it gives turned rectangles instead of hulls, where that is asked for */
  rectangles?: boolean
  /** it points at pixels and changes nothing: of use where a view shows more about them */
  picks?: boolean
  /** it changes nothing: of use also where a view only looks at what is there */
  looks?: boolean
  /** why it is of no use where gestures change a draft run; left out: it is */
  refusesDrafts?: string
  /** the shape of what is selected shows its handles */
  handles?: boolean
  /** which instances light up under the pointer; none where it is left out */
  hovers?: 'any' | 'edited'
  make(): RunningTool
}

/** A tool with its state. */
export interface RunningTool {
  send(event: ToolEvent, context: ToolContext): Outcome
  view(context: ToolContext): ToolView
  /** Another tool is to correct what stands. @returns whether it does */
  corrects(tool: Correcting): boolean
}

export function run<S>(tool: Tool<S>): RunningTool {
  let state = tool.start
  return {
    send(event, context) {
      const { state: next, ...outcome } = tool.step(state, event, context)
      state = next
      return outcome
    },
    view: (context) => tool.view(state, context),
    corrects(by) {
      const next = tool.corrects?.(state, by) ?? null
      state = next ?? state
      return next !== null
    },
  }
}

/** Escape where there is no step to go back: first the selection goes, then the tool. */
export function stepOut<S>(state: S, context: ToolContext): Step<S> {
  return context.selection.length > 0 ? { state, select: [] } : { state, leave: true }
}

/** Ids of the selected instances among those that gestures change. */
export function selectedIds({ selection, edited }: ToolContext): string[] {
  return selection.filter(({ kind }) => kind === edited).map(({ id }) => id)
}

/** The number of an instance as lists and tags show it. */
export function instanceNumber(context: ToolContext, id: string): string {
  return String(context.content.truth.findIndex((t) => t.id === id) + 1)
}

/** Whether two points are one click target: within so many CSS pixels. */
export function near(a: ImagePoint, b: ImagePoint, pixels: number, scale: number): boolean {
  return Math.hypot(a.x - b.x, a.y - b.y) * scale <= pixels
}
