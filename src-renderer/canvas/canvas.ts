import type { EditPlan } from '../../src-main/contract/wire.ts'
import type { EditState, Policy } from '../../src-main/core/edit/edit.ts'
import { applyPlan } from '../../src-main/core/edit/edit.ts'
import { toImage } from '../../src-main/core/geometry/camera.ts'
import type { ScreenPoint } from '../../src-main/core/geometry/points.ts'
import { imagePoint } from '../../src-main/core/geometry/points.ts'
import type { Canvas, CanvasImage, CanvasOptions, InstanceRef, ToolName } from './api.ts'
import { CameraControl } from './camera-control.ts'
import { Pixels } from './draw/pixels.ts'
import type { InputHandlers } from './input.ts'
import { listen } from './input.ts'
import { Painter } from './painter.ts'
import { Shown } from './shown.ts'
import { Stage } from './stage.ts'
import type { Outcome, RunningTool, ToolContext, ToolEvent } from './tools/tool.ts'
import { PLAIN } from './tools/tool.ts'
import { startTool } from './tools/tools.ts'

/** An instance can be hit this far (CSS pixels) from its nearest pixel: the target is at least 10 px wide. */
const REACH = 5

const NO_CONTENT: EditState = {
  width: 1,
  height: 1,
  status: 'to do',
  flag: { flagged: false, comment: '' },
  truth: [],
  predictions: [],
}

/** What the pointer is doing when no tool has it. */
type Drag = { kind: 'pan'; last: ScreenPoint } | { kind: 'minimap' }

/** Joins camera, tools and drawing into what the window sees. */
export class CanvasController {
  readonly #host: HTMLElement
  /** Konva's own element: it empties what it is given */
  readonly #frame = document.createElement('div')
  readonly #options: CanvasOptions
  readonly #shown = new Shown()
  readonly #camera = new CameraControl(() => this.#cameraMoved())
  readonly #pixels: Pixels
  readonly #painter: Painter
  readonly #stage: Stage
  readonly #stopListening: () => void
  readonly #unfocused: () => void
  #image: CanvasImage | null = null
  #tool: RunningTool = startTool('select')
  #toolName: ToolName = 'select'
  #toolStale = true
  #brush = 12
  #policy: Policy = 'yield'
  #pointer: ScreenPoint | null = null
  #pointerStale = false
  #drag: Drag | null = null
  #space = false
  #hint = ''
  #destroyed = false

  constructor(host: HTMLElement, options: CanvasOptions) {
    this.#host = host
    this.#frame.style.position = 'absolute'
    this.#frame.style.inset = '0'
    host.append(this.#frame)
    this.#options = options
    this.#pixels = new Pixels(
      () => {
        this.#painter.minimap.forget()
        this.#pointerStale = true
        this.#stage.invalidate('base', 'overlay')
      },
      (url) => options.onTileError?.(url),
    )
    this.#painter = new Painter(this.#shown, this.#pixels, () => ({
      camera: this.#camera.camera,
      view: this.#camera.view,
      visible: this.#camera.visible(),
      ratio: this.#stage.ratio,
    }))
    this.#stage = new Stage(
      this.#frame,
      this.#painter,
      () => this.#beforeFrame(),
      (view) => this.#camera.setView(view),
    )
    this.#stopListening = listen(host, this.#input())
    this.#unfocused = () => this.#holdSpace(false)
    window.addEventListener('blur', this.#unfocused)
  }

  /** The object that the window holds. */
  api(): Canvas {
    const camera = this.#camera
    const painter = this.#painter
    const show = (instance: InstanceRef) => this.#show(instance)
    const busy = () => this.#busy
    return {
      setImage: (image) => this.#setImage(image),
      setContent: (content) => {
        this.#shown.setContent(content)
        this.#redrawAll()
      },
      setSelection: (selection) => {
        painter.selection = selection
        this.#toolChanged()
      },
      setHover: (instance) => {
        painter.hover = instance
        this.#stage.invalidate('overlay')
      },
      setTool: (tool) => this.#setTool(tool),
      setBrushSize: (diameter) => {
        this.#brush = Math.min(200, Math.max(1, Math.round(diameter)))
        this.#toolChanged()
      },
      setPolicy: (policy) => (this.#policy = policy),
      setDisplay: (display) => {
        painter.display = { ...painter.display, ...display }
        this.#shown.setSettings({ display: painter.display })
        this.#redrawAll()
      },
      setMarks: (marks) => {
        this.#shown.setSettings({ marks })
        this.#redrawAll()
      },
      setForeground: (pixels) => {
        painter.foreground.set(pixels, this.#image ?? NO_CONTENT)
        this.#stage.invalidate('base')
      },
      setRays: (rays) => {
        painter.rays = rays
        this.#stage.invalidate('overlay')
      },
      key: (event) => this.#key(event),
      step: (direction) => this.#step(direction),
      camera: {
        get scale() {
          return camera.camera.scale
        },
        fit: () => camera.fit(),
        zoomBy: (factor) => camera.zoomBy(factor),
        zoomTo: (scale) => camera.zoomBy(scale / camera.camera.scale),
        panBy: (dx, dy) => camera.panBy(dx, dy),
        show: (box) => camera.show(box),
        showInstance: show,
      },
      get busy() {
        return busy()
      },
      destroy: () => this.#destroy(),
    }
  }

  get #busy(): boolean {
    return this.#drag !== null || this.#tool.view(this.#context()).busy
  }

  #context(): ToolContext {
    const { scale } = this.#camera.camera
    return {
      content: this.#shown.content ?? NO_CONTENT,
      selection: this.#painter.selection,
      brush: this.#brush,
      policy: this.#policy,
      scale,
      newId: () => crypto.randomUUID(),
      hits: (at) => this.#shown.hits(at, REACH / scale),
      inside: (box) => this.#shown.inside(box),
    }
  }

  #setImage(image: CanvasImage | null): void {
    const before = this.#image
    this.#image = image
    this.#pixels.setTiles(image?.tiles ?? [])
    this.#painter.minimap.forget()
    const same =
      before?.key === image?.key && before?.width === image?.width && before?.height === image?.height
    if (!same) {
      this.#painter.image = image
      this.#painter.selection = []
      this.#painter.hover = null
      this.#painter.rays = null
      this.#painter.foreground.set(null, NO_CONTENT)
      this.#shown.clear(image ?? NO_CONTENT)
      this.#tool = startTool(this.#toolName)
      this.#camera.setImage(image?.key ?? '', image)
    }
    this.#redrawAll()
  }

  #setTool(name: ToolName): void {
    const wanted = this.#options.mode === 'view' && name !== 'pan' ? 'select' : name
    if (wanted === this.#toolName) return
    this.#toolName = wanted
    this.#tool = startTool(wanted)
    if (this.#pointer) this.#sendMove(this.#pointer, [this.#pointer])
    this.#toolChanged()
  }

  #input(): InputHandlers {
    return {
      down: (at, { button, shift }) => {
        if (!this.#image) return false
        this.#pointer = at
        if (this.#minimapAt(at)) {
          this.#drag = { kind: 'minimap' }
          this.#toMinimap(at)
        } else if (button === 1 || this.#space || this.#toolName === 'pan') {
          this.#drag = { kind: 'pan', last: at }
        } else {
          this.#send({ type: 'down', at: this.#toImage(at), shift })
        }
        this.#toolChanged()
        return true
      },
      move: (at, way) => {
        this.#pointer = at
        this.#pointerStale = true
        if (this.#drag?.kind === 'pan') {
          this.#camera.panBy(at.x - this.#drag.last.x, at.y - this.#drag.last.y)
          this.#drag = { kind: 'pan', last: at }
        } else if (this.#drag) this.#toMinimap(at)
        else this.#sendMove(at, way)
      },
      up: (at, { shift }) => {
        if (this.#drag) this.#drag = null
        else this.#send({ type: 'up', at: this.#toImage(at), shift })
        this.#toolChanged()
      },
      leave: () => {
        this.#pointer = null
        this.#pointerStale = true
        this.#drag = null
        this.#send({ type: 'leave' })
        this.#setHover(null)
      },
      double: (at) => {
        if (!this.#minimapAt(at)) this.#send({ type: 'double', at: this.#toImage(at) })
      },
      zoom: (at, factor) => this.#camera.zoomBy(factor, at),
      pan: (dx, dy) => this.#camera.panBy(dx, dy),
      menu: (at, window) => {
        const [hit] = this.#context().hits(this.#toImage(at))
        if (hit && !this.#painter.selection.some(({ id }) => id === hit.id)) this.#select([hit])
        this.#options.onMenu?.(hit ?? null, window.x, window.y)
      },
    }
  }

  #toImage(at: ScreenPoint) {
    return toImage(this.#camera.camera, at)
  }

  #sendMove(at: ScreenPoint, way: readonly ScreenPoint[]): void {
    this.#send({ type: 'move', at: this.#toImage(at), way: way.map((point) => this.#toImage(point)) })
  }

  #send(event: ToolEvent): void {
    if (!this.#image) return
    this.#handle(this.#tool.send(event, this.#context()))
    this.#toolChanged()
  }

  #handle({ planned, selectCreated, select, show, leave }: Outcome): void {
    if (select) this.#select(select)
    if (show) this.#show(show)
    if (planned && 'refusal' in planned) this.#options.onRefusal?.(planned.refusal)
    if (planned && 'plan' in planned && this.#options.mode === 'edit') {
      this.#commit(planned.plan, selectCreated ?? false)
    }
    if (leave && this.#toolName !== 'select') {
      this.#setTool('select')
      this.#options.onTool?.('select')
    }
  }

  #commit(plan: EditPlan, selectCreated: boolean): void {
    const { content } = this.#shown
    if (!content) return
    const next = applyPlan(content, plan)
    this.#shown.setContent(next)
    this.#redrawAll()
    this.#options.onPlan?.(plan, next)
    const created = plan.instances
      .filter(({ lifecycle }) => lifecycle === 'create')
      .map(({ instance: id }) => ({ kind: 'truth' as const, id }))
    const kept = this.#painter.selection.filter(({ id }) => this.#shown.find(id) !== null)
    if (selectCreated && created.length > 0) this.#select(created)
    else if (kept.length < this.#painter.selection.length) this.#select(kept)
  }

  #select(selection: readonly InstanceRef[]): void {
    if (selection.length === 0 && this.#painter.selection.length === 0) return
    this.#painter.selection = selection
    this.#toolChanged()
    this.#options.onSelect?.(selection)
  }

  #setHover(instance: InstanceRef | null): void {
    if (instance?.id === this.#painter.hover?.id) return
    this.#painter.hover = instance
    this.#stage.invalidate('overlay')
    this.#options.onHover?.(instance)
  }

  #show({ id }: InstanceRef): void {
    const instance = this.#shown.find(id)
    if (instance) this.#camera.show(instance.bounds)
  }

  #step(direction: 1 | -1): void {
    const order = this.#shown.scene.toSorted((a, b) => a.kind.localeCompare(b.kind) * -1)
    if (order.length === 0) return
    const last = this.#painter.selection.at(-1)
    const at = order.findIndex(({ id }) => id === last?.id)
    const next =
      at < 0 ? (direction === 1 ? 0 : order.length - 1) : (at + direction + order.length) % order.length
    const { kind, id, bounds } = order[next]!
    this.#select([{ kind, id }])
    this.#camera.reveal(bounds)
  }

  #key(event: KeyboardEvent): boolean {
    if (event.key === ' ') return this.#holdSpace(event.type === 'keydown')
    if (event.type !== 'keydown' || event.ctrlKey || event.metaKey || event.altKey || !this.#image)
      return false
    const { busy } = this.#tool.view(this.#context())
    const merging = this.#toolName === 'merge' && this.#painter.selection.length > 1
    const leaves = this.#toolName !== 'select' || this.#painter.selection.length > 0
    if (event.key === 'Enter' && (busy || merging)) this.#send({ type: 'enter' })
    else if (event.key === 'Backspace' && busy) this.#send({ type: 'back' })
    else if (event.key === 'Escape' && (busy || leaves)) this.#send({ type: 'escape' })
    else return false
    return true
  }

  #holdSpace(held: boolean): boolean {
    this.#space = held
    this.#toolChanged()
    return this.#image !== null
  }

  #minimapAt(at: ScreenPoint): boolean {
    const frame = this.#painter.frame()
    const place = frame && this.#image && this.#painter.minimap.place(this.#image, frame)
    return (
      place !== null &&
      at.x >= place.x &&
      at.y >= place.y &&
      at.x < place.x + place.width &&
      at.y < place.y + place.height
    )
  }

  /** Moves the middle of the view to where the minimap was pressed. */
  #toMinimap(at: ScreenPoint): void {
    const frame = this.#painter.frame()
    const place = frame && this.#image && this.#painter.minimap.place(this.#image, frame)
    if (!place || !this.#image) return
    const scale = this.#image.width / place.width
    this.#camera.lookAt(imagePoint((at.x - place.x) * scale, (at.y - place.y) * scale))
  }

  #cameraMoved(): void {
    this.#pointerStale = true
    this.#redrawAll()
    this.#options.onCamera?.(this.#camera.camera.scale)
  }

  #redrawAll(): void {
    this.#toolStale = true
    this.#stage.invalidate('base', 'vector', 'overlay')
  }

  #toolChanged(): void {
    this.#toolStale = true
    this.#stage.invalidate('overlay')
  }

  #beforeFrame(): void {
    if (this.#toolStale) this.#refreshTool()
    if (this.#pointerStale) this.#refreshPointer()
  }

  #refreshTool(): void {
    this.#toolStale = false
    const view = this.#image ? this.#tool.view(this.#context()) : PLAIN
    this.#painter.toolView = view
    const { base, vector } = this.#shown.setLive(view.live)
    if (base) this.#stage.invalidate('base')
    if (vector) this.#stage.invalidate('vector')
    this.#host.style.cursor =
      this.#drag?.kind === 'pan' ? 'grabbing' : this.#space && this.#image ? 'grab' : view.cursor
    if (view.hint !== this.#hint) {
      this.#hint = view.hint
      this.#options.onHint?.(view.hint)
    }
  }

  #refreshPointer(): void {
    this.#pointerStale = false
    const at = this.#pointer && this.#image ? this.#toImage(this.#pointer) : null
    const [x, y] = at ? [Math.floor(at.x), Math.floor(at.y)] : [-1, -1]
    const { width, height } = this.#image ?? NO_CONTENT
    const inside = at !== null && x >= 0 && y >= 0 && x < width && y < height
    this.#options.onPointer?.(inside ? { x, y, rgb: this.#pixels.rgbAt(x, y) } : null)
    if (!at || this.#drag || this.#painter.toolView.busy) return
    const wanted = HOVERS[this.#toolName]
    const hits = wanted === undefined ? [] : this.#context().hits(at)
    this.#setHover(hits.find(({ kind }) => wanted === 'any' || kind === wanted) ?? null)
  }

  #destroy(): void {
    if (this.#destroyed) return
    this.#destroyed = true
    this.#stopListening()
    window.removeEventListener('blur', this.#unfocused)
    this.#stage.destroy()
    this.#pixels.close()
    this.#frame.remove()
    this.#host.style.cursor = ''
  }
}

/** Which instances light up under the pointer, by tool. */
const HOVERS: Partial<Record<ToolName, InstanceRef['kind'] | 'any'>> = {
  select: 'any',
  merge: 'truth',
  accept: 'prediction',
  reject: 'prediction',
}
