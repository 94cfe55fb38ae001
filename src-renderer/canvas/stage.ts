import Konva from 'konva/lib/Core'
import type { Extent } from '../../src-main/core/geometry/camera.ts'

/** What each layer draws, bottom to top. */
export interface LayerDrawing {
  picture(context: CanvasRenderingContext2D): void
  fills(context: CanvasRenderingContext2D): void
  vector(context: CanvasRenderingContext2D): void
  overlay(context: CanvasRenderingContext2D): void
}

export type LayerName = keyof LayerDrawing

const LAYERS: readonly LayerName[] = ['picture', 'fills', 'vector', 'overlay']

/** Which layers share a canvas, that of the lowest of them. */
const GROUPS = {
  apart: [['picture'], ['fills'], ['vector'], ['overlay']],
  marks: [['picture'], ['fills', 'vector', 'overlay']],
  all: [LAYERS],
} as const satisfies Record<string, readonly (readonly LayerName[])[]>

type Grouping = keyof typeof GROUPS

/** Instances that change again within so many ms change in every frame. */
const EACH_FRAME = 50
/** After so long without that, in ms, layers part again. */
const QUIET = 120

/**
 * The Konva stage: four layers that do not listen, each of one shape that draws for itself; every layer that has changed is drawn once
 * a frame. Each canvas costs some milliseconds whatever is drawn on it, so while several change in every frame they share one.
 */
export class Stage {
  readonly #stage: Konva.Stage
  readonly #layers = new Map<LayerName, Konva.Layer>()
  readonly #stale = new Set<LayerName>()
  readonly #observer: ResizeObserver
  readonly #beforeFrame: () => void
  #request = 0
  #built = false
  #grouping: Grouping = 'apart'
  /** the picture's element is shown through a filter, which nothing else may pass */
  #filtered = false
  /** when all instances were drawn last, of `performance.now` */
  #marked = -Infinity
  #quiet: ReturnType<typeof setTimeout> | undefined

  /**
   * @param beforeFrame runs in each frame before anything is drawn; may invalidate layers
   * @param resized the host has this size, CSS pixels
   */
  constructor(
    host: HTMLDivElement,
    drawing: LayerDrawing,
    beforeFrame: () => void,
    resized: (view: Extent) => void,
  ) {
    this.#beforeFrame = beforeFrame
    this.#stage = new Konva.Stage({ container: host, width: 1, height: 1, listening: false })
    for (const name of LAYERS) {
      const layer = new Konva.Layer({ listening: false })
      layer.add(
        new Konva.Shape({
          listening: false,
          perfectDrawEnabled: false,
          sceneFunc: (context) => this.#draw(drawing, name, context._context),
        }),
      )
      this.#layers.set(name, layer)
      this.#stage.add(layer)
    }
    const measure = () => {
      const { clientWidth: width, clientHeight: height } = host
      // no view shows it: it stays as it is until one does
      if (width === 0 || height === 0) return
      for (const layer of this.#layers.values()) layer.getCanvas().setPixelRatio(window.devicePixelRatio)
      resized({ width, height })
      this.#stage.size({ width, height })
    }
    this.#observer = new ResizeObserver(measure)
    this.#built = true
    // it reports once at the start, too
    this.#observer.observe(host)
  }

  /** Device pixels per CSS pixel. */
  get ratio(): number {
    return this.#layers.get('picture')?.getCanvas().getPixelRatio() ?? 1
  }

  /** The element that the picture is drawn on, with nothing else on it. */
  pictureElement(): HTMLCanvasElement | null {
    if (this.#grouping === 'all') {
      this.#group('apart')
      this.#drawStale()
    }
    return this.#elementOf('picture')
  }

  /** Whether the picture's element has a filter. */
  set filtered(filtered: boolean) {
    this.#filtered = filtered
    if (filtered && this.#grouping === 'all') this.#group('marks')
  }

  /** Draws these layers in the next frame. */
  invalidate(...names: LayerName[]): void {
    for (const name of names) this.#stale.add(name)
    if (this.#request === 0) this.#request = requestAnimationFrame(() => this.#frame())
  }

  destroy(): void {
    cancelAnimationFrame(this.#request)
    clearTimeout(this.#quiet)
    this.#request = -1
    this.#observer.disconnect()
    this.#stage.destroy()
  }

  #frame(): void {
    this.#beforeFrame()
    this.#request = 0
    this.#regroup()
    this.#drawStale()
  }

  /** Puts layers on one canvas where all instances are drawn in each frame. */
  #regroup(): void {
    if (!this.#stale.has('fills') || !this.#stale.has('vector')) return
    const now = performance.now()
    const again = now - this.#marked < EACH_FRAME
    this.#marked = now
    if (!again) return
    const all = (this.#stale.has('picture') || this.#grouping === 'all') && !this.#filtered
    this.#group(all ? 'all' : 'marks')
    clearTimeout(this.#quiet)
    this.#quiet = setTimeout(() => this.#group('apart'), QUIET)
  }

  #group(grouping: Grouping): void {
    if (grouping === this.#grouping) return
    this.#grouping = grouping
    const used = new Set<LayerName>(GROUPS[grouping].map(([lowest]) => lowest))
    for (const name of LAYERS) {
      const element = this.#elementOf(name)
      if (element) element.style.display = used.has(name) ? 'block' : 'none'
    }
    this.invalidate(...LAYERS)
  }

  #drawStale(): void {
    const stale = new Set(this.#stale)
    // what is not finished is stale again
    this.#stale.clear()
    for (const group of GROUPS[this.#grouping]) {
      if (group.some((name) => stale.has(name))) this.#layers.get(group[0])?.drawScene()
    }
  }

  #draw(drawing: LayerDrawing, lowest: LayerName, context: CanvasRenderingContext2D): void {
    // adding a layer draws it, before the stage can be asked for anything
    if (!this.#built) return
    for (const name of GROUPS[this.#grouping].find(([first]) => first === lowest) ?? []) {
      context.save()
      drawing[name](context)
      context.restore()
    }
  }

  #elementOf(name: LayerName): HTMLCanvasElement | null {
    return this.#layers.get(name)?.getNativeCanvasElement() ?? null
  }
}
