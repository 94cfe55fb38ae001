import type { EditPlan } from '../../src-main/contract/wire.ts'
import type { EditState, Policy } from '../../src-main/core/edit/edit.ts'
import { toImage } from '../../src-main/core/geometry/camera.ts'
import type { BrushTip } from '../../src-main/core/mask/shapes.ts'
import type { ScreenPoint } from '../../src-main/core/geometry/points.ts'
import type { Wand } from '../../src-main/core/wand/wand.ts'
import type { CanvasOptions, PenUse } from './api.ts'
import type { BoxSight } from './box-sight.ts'
import { DirectSight } from './box-sight.ts'
import type { CameraControl } from './camera-control.ts'
import { Handles, adjusted } from './handles.ts'
import type { InstanceRef } from './instance-ref.ts'
import type { Shown } from './shown.ts'
import type { Target } from './target.ts'
import { EDITED } from './target.ts'
import type { Outcome, RunningTool, ToolContext, ToolEntry, ToolEvent, ToolView } from './tools/tool.ts'
import { PLAIN } from './tools/tool.ts'
import type { ToolName } from './tools/registry.ts'
import { TOOLS } from './tools/registry.ts'

const HELD = 'Release to save, Escape drops it; Shift: right angles'
const OVER = 'Drag to reshape; Shift: right angles, Alt: one less'
const OVER_WITH_CTRL = 'The next one may begin here; Ctrl+drag reshapes this'

/** An instance can be hit this far (CSS pixels) from its nearest pixel: the target is at least 10 px wide. */
const REACH = 5

/** What stands for an image where there is none. */
export const NO_CONTENT: EditState = {
  width: 1,
  height: 1,
  status: 'to do',
  flag: { flagged: false, comment: '' },
  truth: [],
  predictions: [],
}

/** The tool in hand, what is selected and hovered, and what comes of gestures. Without DOM. */
export class Workbench {
  selection: readonly InstanceRef[] = []
  hover: InstanceRef | null = null
  brush: BrushTip = { diameter: 12, tip: 'round' }
  picture: ToolContext['picture'] = () => null
  inference: ToolContext['inference'] = null
  sight: BoxSight = new DirectSight()
  /** metres on the ground of a pixel's sides; null: not known */
  pen: PenUse = 'ignored'
  ground: { x: number; y: number } | null = null
  /** only what is selected is shown, and so only that is hit */
  alone = false
  policy: Policy = 'yield'
  reach = 0
  rectangles = false
  /** null: the network has not looked at the image */
  wand: Wand | null = null
  readonly #shown: Shown
  readonly #camera: CameraControl
  readonly #options: CanvasOptions
  /** 'tool': what the tool shows may be different; 'all': instances are drawn differently, too */
  readonly #changed: (what: 'tool' | 'all') => void
  #name: ToolName = 'select'
  /** of the pen, 0..1 */
  #pressure = 1
  #tool: RunningTool = TOOLS.select.make()
  readonly #handles = new Handles()

  constructor(
    shown: Shown,
    camera: CameraControl,
    options: CanvasOptions,
    changed: (what: 'tool' | 'all') => void,
  ) {
    this.#shown = shown
    this.#camera = camera
    this.#options = options
    this.#changed = changed
  }

  get name(): ToolName {
    return this.#name
  }

  /** What is known of the tool in hand. */
  get entry(): ToolEntry {
    return TOOLS[this.#name]
  }

  view(): ToolView {
    const context = this.#context()
    const view = this.#tool.view(context)
    const shape = !view.busy && this.entry.handles === true ? this.#handles.view(context) : null
    if (!shape) return view
    if (!this.#handles.busy) {
      const shown = { ...view, handles: shape.places }
      if (!shape.over) return shown
      return shape.over === 'free'
        ? { ...shown, cursor: 'grab', hint: OVER }
        : { ...shown, hint: OVER_WITH_CTRL }
    }
    return {
      ...PLAIN,
      hint: HELD,
      cursor: 'grabbing',
      busy: true,
      lines: [{ points: shape.outline, closed: true }],
      handles: shape.places,
      live: shape.live,
    }
  }

  /** Ctrl and the wheel, by so many notches: a larger brush, or a wider reach. @returns whether the tool in hand has either */
  turn(notches: number): boolean {
    const { sized, reaches } = this.entry
    if (!sized && !reaches) return false
    if (notches !== 0) this.#options[sized ? 'onBrushSize' : 'onReach']?.(notches)
    return true
  }

  /** Moves or turns the shape of the selected instance. @returns whether it has one that shows its handles */
  adjust(by: { dx: number; dy: number; degrees: number }): boolean {
    const context = this.#context()
    if (!this.#offersHandles(context) || this.#handles.busy) return false
    const planned = adjusted(context, by)
    if (planned) this.#handle({ planned })
    return planned !== null
  }

  /** Handles are there with tools that draw shapes or select, between their gestures. */
  #offersHandles(context: ToolContext): boolean {
    return this.entry.handles === true && !this.#tool.view(context).busy
  }

  /** Another image: nothing is selected, no gesture is going on. */
  clear(): void {
    this.#handles.drop()
    this.selection = []
    this.hover = null
    this.#tool = this.entry.make()
  }

  setTool(name: ToolName): void {
    if (name === this.#name) return
    this.#handles.drop()
    this.#name = name
    this.#tool = this.entry.make()
    if (name === 'smart') this.sight.warm()
    this.#changed('tool')
  }

  /** What gestures change from now on; one that is under way is dropped. */
  setTarget(target: Target): void {
    if (target === this.#shown.target) return
    this.#handles.drop()
    this.#shown.setTarget(target)
    this.#tool = this.entry.make()
    this.#changed('all')
  }

  send(event: ToolEvent): void {
    // a pen above the page, or that has just left it, presses with 0
    if ('pressure' in event) this.#pressure = this.pen === 'size' ? event.pressure || 1 : 1
    const context = this.#context()
    const offered = this.#handles.busy || this.#offersHandles(context)
    // where a tool draws, the next ship may well begin at a corner of the one before
    const free = this.#name === 'select'
    const held = offered ? this.#handles.send(event, context, free) : null
    this.#handle(held ?? this.#tool.send(event, context))
    this.#changed('tool')
  }

  /** Finishes the shape, or goes back by a step or a corner, where the tool has use for it. @returns whether it had */
  finish(step: 'enter' | 'escape' | 'back'): boolean {
    const { busy } = this.view()
    const merging = this.#name === 'merge' && this.selection.length > 1
    const leaves = this.#name !== 'select' || this.selection.length > 0
    const used = { enter: busy || merging, back: busy, escape: busy || leaves }[step]
    if (used) this.send({ type: step })
    return used
  }

  /** Takes back the last corner of a shape that is half drawn. @returns whether the tool had one */
  takeBack(): boolean {
    const { stepsBack } = this.view()
    if (stepsBack) this.send({ type: 'back' })
    return stepsBack
  }

  /** Brush and eraser correct what stands under the tool in hand, where that learns from them. @returns whether it does */
  correctBy(name: ToolName): boolean {
    const by = name === 'brush' || name === 'eraser' || name === 'smart' ? name : null
    const does = by !== null && this.#tool.corrects(by)
    if (does) this.#changed('tool')
    return does
  }

  select(selection: readonly InstanceRef[]): void {
    if (selection.length === 0 && this.selection.length === 0) return
    this.selection = selection
    this.#changed('all')
    this.#options.onSelect?.(selection)
  }

  /** Selects the next (1) or previous (-1) instance, truth first, and moves it into view. */
  step(direction: 1 | -1): void {
    const { scene } = this.#shown
    const order = [
      ...scene.filter(({ kind }) => kind === 'truth'),
      ...scene.filter(({ kind }) => kind === 'prediction'),
    ]
    const last = this.selection.at(-1)
    const at = order.findIndex(({ id }) => id === last?.id)
    const from = at < 0 && direction === -1 ? 0 : at
    const next = order[(from + direction + order.length) % order.length]
    if (!next) return
    this.select([{ kind: next.kind, id: next.id }])
    this.#camera.reveal(next.bounds)
  }

  show({ id }: InstanceRef): void {
    const instance = this.#shown.find(id)
    if (instance) this.#camera.show(instance.bounds)
  }

  reveal({ id }: InstanceRef): void {
    const instance = this.#shown.find(id)
    if (instance) this.#camera.reveal(instance.bounds)
  }

  /** Instances at a point of the screen, nearest first. */
  hits(at: ScreenPoint): readonly InstanceRef[] {
    return this.#context().hits(toImage(this.#camera.camera, at))
  }

  /** Lights up what the tool would act on; null: the pointer is elsewhere. */
  hoverAt(at: ScreenPoint | null): void {
    const { hovers } = this.entry
    const hits = at === null || hovers === undefined ? [] : this.hits(at)
    const hover = hits.find(({ kind }) => hovers === 'any' || kind === EDITED[this.#shown.target]) ?? null
    if (hover?.id === this.hover?.id) return
    this.hover = hover
    this.#changed('tool')
    this.#options.onHover?.(hover)
  }

  /** The brush, as large as the pen is pressed. */
  #tip(): BrushTip {
    if (this.#pressure === 1) return this.brush
    return { ...this.brush, diameter: Math.max(1, Math.round(this.brush.diameter * this.#pressure)) }
  }

  #context(): ToolContext {
    const { scale } = this.#camera.camera
    return {
      content: this.#shown.edited ?? NO_CONTENT,
      edited: EDITED[this.#shown.target],
      selection: this.selection,
      brush: this.#tip(),
      policy: this.policy,
      reach: this.reach,
      clusterAt: ({ x, y }) => this.wand?.at(x, y, this.reach) ?? null,
      looked: this.wand !== null,
      scale,
      picture: this.picture,
      inference: this.inference,
      sight: this.sight,
      rectangles: this.rectangles,
      newId: () => crypto.randomUUID(),
      ground: this.ground,
      hits: (at) => this.#within(this.#shown.hits(at, REACH / scale)),
      inside: (box) => this.#shown.inside(box),
    }
  }

  /** What of `hits` can be seen. */
  #within(hits: readonly InstanceRef[]): readonly InstanceRef[] {
    if (!this.alone || this.selection.length === 0) return hits
    return hits.filter(({ id }) => this.selection.some((chosen) => chosen.id === id))
  }

  #handle({ planned, selectCreated, select, show, leave, picked }: Outcome): void {
    if (picked !== undefined) this.#options.onPick?.(picked)
    if (select) this.select(select)
    if (show) this.show(show)
    if (planned && 'refusal' in planned) this.#options.onRefusal?.(planned.refusal)
    if (planned && 'plan' in planned) {
      this.#commit(planned.plan, selectCreated ?? false)
      if (planned.note !== undefined) this.#options.onNote?.(planned.note)
    }
    if (leave && this.#name !== 'select') {
      this.setTool('select')
      this.#options.onTool?.('select')
    }
  }

  #commit(plan: EditPlan, selectCreated: boolean): void {
    const { target } = this.#shown
    const next = this.#shown.after(plan)
    if (!next) return
    this.#shown.setContent(next)
    this.#changed('all')
    this.#options.onPlan?.(plan, target)
    const created = plan.instances
      .filter(({ before }) => before === null)
      .map(({ instance: id }) => ({ kind: EDITED[target], id }))
    const kept = this.selection.filter(({ id }) => this.#shown.find(id) !== null)
    if (selectCreated && created.length > 0) this.select(created)
    else if (kept.length < this.selection.length) this.select(kept)
  }
}
