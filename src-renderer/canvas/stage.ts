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

/**
 * The Konva stage: four layers that do not listen, each of one shape that draws for itself; every layer that has changed is drawn once
 * a frame.
 */
export class Stage {
  readonly #stage: Konva.Stage
  readonly #layers = new Map<LayerName, Konva.Layer>()
  readonly #stale = new Set<LayerName>()
  readonly #observer: ResizeObserver
  readonly #beforeFrame: () => void
  #request = 0
  #built = false

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
          // adding a layer draws it, before the stage can be asked for anything
          sceneFunc: (context) => this.#built && drawing[name](context._context),
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

  /** The element that a layer is drawn on. */
  element(name: LayerName): HTMLCanvasElement | null {
    return this.#layers.get(name)?.getNativeCanvasElement() ?? null
  }

  /** Draws these layers in the next frame. */
  invalidate(...names: LayerName[]): void {
    for (const name of names) this.#stale.add(name)
    if (this.#request === 0) this.#request = requestAnimationFrame(() => this.#frame())
  }

  destroy(): void {
    cancelAnimationFrame(this.#request)
    this.#request = -1
    this.#observer.disconnect()
    this.#stage.destroy()
  }

  #frame(): void {
    this.#beforeFrame()
    this.#request = 0
    for (const name of LAYERS) if (this.#stale.delete(name)) this.#layers.get(name)?.drawScene()
  }
}
