import type { EditPlan } from '../../src-main/contract/wire.ts'
import type { EditState, Policy } from '../../src-main/core/edit/edit.ts'
import { applyPlan } from '../../src-main/core/edit/edit.ts'
import { toImage } from '../../src-main/core/geometry/camera.ts'
import type { ScreenPoint } from '../../src-main/core/geometry/points.ts'
import type { CanvasOptions, InstanceRef, ToolName } from './api.ts'
import type { CameraControl } from './camera-control.ts'
import type { Shown } from './shown.ts'
import type { Outcome, RunningTool, ToolContext, ToolEvent, ToolView } from './tools/tool.ts'
import { startTool } from './tools/tools.ts'

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

/** Which instances light up under the pointer, by tool. */
const HOVERS: Partial<Record<ToolName, InstanceRef['kind'] | 'any'>> = {
  select: 'any',
  merge: 'truth',
  accept: 'prediction',
  reject: 'prediction',
}

/** The tool in hand, what is selected and hovered, and what comes of gestures. Without DOM. */
export class Workbench {
  selection: readonly InstanceRef[] = []
  hover: InstanceRef | null = null
  brush = 12
  policy: Policy = 'yield'
  readonly #shown: Shown
  readonly #camera: CameraControl
  readonly #options: CanvasOptions
  /** 'tool': what the tool shows may be different; 'all': instances are drawn differently, too */
  readonly #changed: (what: 'tool' | 'all') => void
  #name: ToolName = 'select'
  #tool: RunningTool = startTool('select')

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

  get toolName(): ToolName {
    return this.#name
  }

  view(): ToolView {
    return this.#tool.view(this.#context())
  }

  /** Another image: nothing is selected, no gesture is going on. */
  clear(): void {
    this.selection = []
    this.hover = null
    this.#tool = startTool(this.#name)
  }

  setTool(name: ToolName): void {
    const wanted = this.#options.mode === 'view' && name !== 'pan' ? 'select' : name
    if (wanted === this.#name) return
    this.#name = wanted
    this.#tool = startTool(wanted)
    this.#changed('tool')
  }

  send(event: ToolEvent): void {
    this.#handle(this.#tool.send(event, this.#context()))
    this.#changed('tool')
  }

  /** Enter, Escape and Backspace, where the tool has use for them. @returns whether it had */
  key(key: string): boolean {
    const { busy } = this.view()
    const merging = this.#name === 'merge' && this.selection.length > 1
    const leaves = this.#name !== 'select' || this.selection.length > 0
    if (key === 'Enter' && (busy || merging)) this.send({ type: 'enter' })
    else if (key === 'Backspace' && busy) this.send({ type: 'back' })
    else if (key === 'Escape' && (busy || leaves)) this.send({ type: 'escape' })
    else return false
    return true
  }

  /** Takes back the last corner of a shape that is half drawn. @returns whether the tool had one */
  takeBack(): boolean {
    const before = this.view().dots.length
    if (before > 0) this.send({ type: 'back' })
    return before > 0
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
    const wanted = HOVERS[this.#name]
    const hits = at === null || wanted === undefined ? [] : this.hits(at)
    const hover = hits.find(({ kind }) => wanted === 'any' || kind === wanted) ?? null
    if (hover?.id === this.hover?.id) return
    this.hover = hover
    this.#changed('tool')
    this.#options.onHover?.(hover)
  }

  #context(): ToolContext {
    const { scale } = this.#camera.camera
    return {
      content: this.#shown.content ?? NO_CONTENT,
      selection: this.selection,
      brush: this.brush,
      policy: this.policy,
      scale,
      newId: () => crypto.randomUUID(),
      hits: (at) => this.#shown.hits(at, REACH / scale),
      inside: (box) => this.#shown.inside(box),
    }
  }

  #handle({ planned, selectCreated, select, show, leave }: Outcome): void {
    if (select) this.select(select)
    if (show) this.show(show)
    if (planned && 'refusal' in planned) this.#options.onRefusal?.(planned.refusal)
    if (planned && 'plan' in planned && this.#options.mode === 'edit') {
      this.#commit(planned.plan, selectCreated ?? false)
    }
    if (leave && this.#name !== 'select') {
      this.setTool('select')
      this.#options.onTool?.('select')
    }
  }

  #commit(plan: EditPlan, selectCreated: boolean): void {
    const { content } = this.#shown
    if (!content) return
    const next = applyPlan(content, plan)
    this.#shown.setContent(next)
    this.#changed('all')
    this.#options.onPlan?.(plan, next)
    const created = plan.instances
      .filter(({ before }) => before === null)
      .map(({ instance: id }) => ({ kind: 'truth' as const, id }))
    const kept = this.selection.filter(({ id }) => this.#shown.find(id) !== null)
    if (selectCreated && created.length > 0) this.select(created)
    else if (kept.length < this.selection.length) this.select(kept)
  }
}
