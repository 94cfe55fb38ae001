import type { Camera, Extent } from '../../src-main/core/geometry/camera.ts'
import type { Box } from '../../src-main/core/geometry/box.ts'
import type { Display, InstanceRef, Rays } from './api.ts'
import { DEFAULT_DISPLAY } from './api.ts'
import type { Frame } from './draw/fit.ts'
import { Foreground } from './draw/foreground.ts'
import { Minimap } from './draw/minimap.ts'
import { drawEmphasis, drawOutlines } from './draw/outlines.ts'
import { drawRays, drawToolView } from './draw/overlay.ts'
import type { Pixels } from './draw/pixels.ts'
import { drawPixelGrid } from './draw/pixels.ts'
import { drawRaster } from './draw/surfaces.ts'
import type { Tag } from './draw/tags.ts'
import { drawTags, placeTag, placeTags, tagWidth } from './draw/tags.ts'
import type { Shown } from './shown.ts'
import type { LayerDrawing } from './stage.ts'
import type { ToolView } from './tools/tool.ts'
import { PLAIN } from './tools/tool.ts'

/** Where the painter looks. */
export interface Look {
  camera: Camera
  view: Extent
  visible: Box | null
  ratio: number
}

/** Draws the three layers from what it is told to show. */
export class Painter implements LayerDrawing {
  readonly foreground = new Foreground()
  readonly minimap = new Minimap()
  image: Extent | null = null
  display: Display = DEFAULT_DISPLAY
  selection: readonly InstanceRef[] = []
  hover: InstanceRef | null = null
  rays: Rays | null = null
  toolView: ToolView = PLAIN
  readonly #shown: Shown
  readonly #pixels: Pixels
  readonly #look: () => Look
  #tagged: ReadonlySet<string> = new Set()

  constructor(shown: Shown, pixels: Pixels, look: () => Look) {
    this.#shown = shown
    this.#pixels = pixels
    this.#look = look
  }

  /** null while there is nothing in view. */
  frame(): Frame | null {
    const { camera, view, visible, ratio } = this.#look()
    return this.image && visible ? { camera, ...view, visible, ratio } : null
  }

  base(context: CanvasRenderingContext2D): void {
    const frame = this.frame()
    if (!frame) return
    this.#pixels.draw(context, frame)
    if (!this.display.hideAll) {
      drawRaster(context, this.#shown.predictionRaster, frame, this.display.predictionOpacity)
      drawRaster(context, this.#shown.truthRaster, frame, this.display.truthOpacity)
      this.foreground.draw(context, frame, this.display.foregroundOpacity)
    }
    drawPixelGrid(context, frame)
  }

  vector(context: CanvasRenderingContext2D): void {
    this.#tagged = new Set()
    const frame = this.frame()
    if (!frame || !this.image || this.display.hideAll) return
    const { still } = this.#shown
    if (this.display.outlines) drawOutlines(context, still, this.image.height, frame)
    if (!this.display.tags) return
    const tags = placeTags(still, frame, (text) => tagWidth(context, text))
    this.#tagged = new Set(tags.map(({ id }) => id))
    drawTags(context, tags)
  }

  overlay(context: CanvasRenderingContext2D): void {
    const frame = this.frame()
    if (!frame || !this.image) return
    if (this.rays) drawRays(context, this.rays, frame)
    if (!this.display.hideAll) this.#drawEmphases(context, this.image.height, frame)
    drawToolView(context, this.toolView, this.image, frame)
    this.minimap.draw(context, this.#pixels, this.image, frame)
  }

  #drawEmphases(context: CanvasRenderingContext2D, imageHeight: number, frame: Frame): void {
    const { moving, scene } = this.#shown
    const going = new Set(moving.map(({ id }) => id))
    const selected = new Set(this.selection.map(({ id }) => id))
    for (const instance of moving) {
      drawEmphasis(context, instance, imageHeight, frame, selected.has(instance.id) ? 'selected' : 'own')
    }
    if (this.toolView.busy && moving.length > 0) return
    const stressed = scene.filter(({ id }) => !going.has(id) && (selected.has(id) || id === this.hover?.id))
    const tags: Tag[] = []
    for (const instance of stressed) {
      const how = selected.has(instance.id) ? 'selected' : 'hovered'
      drawEmphasis(context, instance, imageHeight, frame, how)
      if (this.#tagged.has(instance.id) || !this.display.tags) continue
      const tag = placeTag(instance, tags, frame, (text) => tagWidth(context, text))
      if (tag) tags.push(tag)
    }
    drawTags(context, tags)
  }
}
