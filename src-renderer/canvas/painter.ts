import type { Camera, Extent } from '../../src-main/core/geometry/camera.ts'
import type { Box } from '../../src-main/core/geometry/box.ts'
import type { ScreenPoint } from '../../src-main/core/geometry/points.ts'
import type { Display, OffsetField, Rays } from './api.ts'
import { DEFAULT_DISPLAY } from './api.ts'
import { drawArrows } from './draw/arrows.ts'
import type { Frame } from './draw/fit.ts'
import { drawField } from './draw/field.ts'
import { Foreground } from './draw/foreground.ts'
import { MapDrawing } from './draw/map-shapes.ts'
import { Minimap } from './draw/minimap.ts'
import { OutlinePicture } from './draw/outline-picture.ts'
import { drawEmphasis } from './draw/outlines.ts'
import { drawCrosshair, drawRays, drawToolView } from './draw/overlay.ts'
import type { Pixels } from './draw/pixels.ts'
import { drawPixelGrid } from './draw/pixels.ts'
import { drawRaster } from './draw/surfaces.ts'
import type { Tag } from './draw/tags.ts'
import { drawTags, placeTag, placeTags, tagWidth } from './draw/tags.ts'
import type { Shown } from './shown.ts'
import type { LayerDrawing } from './stage.ts'
import type { ToolView } from './tools/tool.ts'
import { PLAIN } from './tools/tool.ts'
import type { Workbench } from './workbench.ts'

/** So many selected instances get a tag where the others get none. */
const MOST_TAGGED = 50

/** Where the painter looks. */
export interface Look {
  camera: Camera
  view: Extent
  visible: Box | null
  ratio: number
  /** the camera is under way */
  moving: boolean
}

/** How strongly what is not selected is shown. */
const REST = { full: 1, dim: 0.3, hidden: 0 } as const

/** Draws the four layers from what it is told to show. */
export class Painter implements LayerDrawing {
  readonly foreground = new Foreground()
  readonly map = new MapDrawing()
  readonly minimap = new Minimap()
  display: Display = DEFAULT_DISPLAY
  rays: Rays | null = null
  field: OffsetField | null = null
  /** another image's picture is shown for the time being */
  comparing = false
  pointer: ScreenPoint | null = null
  toolView: ToolView = PLAIN
  readonly #shown: Shown
  readonly #pixels: Pixels
  readonly #bench: Workbench
  readonly #look: () => Look
  readonly #unfinished: () => void
  #image: Extent | null = null
  readonly #outlines = new OutlinePicture()
  #tagged: ReadonlySet<string> = new Set()

  /** @param unfinished the vector layer is to be drawn again in the next frame */
  constructor(shown: Shown, pixels: Pixels, bench: Workbench, look: () => Look, unfinished: () => void) {
    this.#shown = shown
    this.#pixels = pixels
    this.#bench = bench
    this.#look = look
    this.#unfinished = unfinished
  }

  setImage(image: Extent | null): void {
    this.#image = image
    this.rays = null
    this.field = null
    this.#outlines.forget()
    this.foreground.set(null, { width: 1, height: 1 })
  }

  minimapPlace(): { box: Box; scale: number } | null {
    const frame = this.#frame()
    const box = frame && this.#image && this.minimap.place(this.#image, frame)
    return box && this.#image && { box, scale: this.#image.width / box.width }
  }

  /** null while there is nothing in view. */
  #frame(): Frame | null {
    const { camera, view, visible, ratio } = this.#look()
    return this.#image && visible ? { camera, ...view, visible, ratio } : null
  }

  picture(context: CanvasRenderingContext2D): void {
    const frame = this.#frame()
    if (frame) this.#pixels.draw(context, frame)
  }

  fills(context: CanvasRenderingContext2D): void {
    const frame = this.#frame()
    if (!frame || !this.#image) return
    if (!this.#bare()) {
      this.map.draw(context, this.#image, frame)
      const { truthOpacity, predictionOpacity, foregroundOpacity } = this.display
      const share = this.#shareOfRest()
      drawRaster(context, this.#shown.predictionRaster, frame, predictionOpacity * share)
      drawRaster(context, this.#shown.truthRaster, frame, truthOpacity * share)
      this.foreground.draw(context, frame, foregroundOpacity)
    }
    drawPixelGrid(context, frame)
  }

  /** Nothing but the picture is shown. */
  #bare(): boolean {
    return this.display.hideAll || this.comparing
  }

  /** How strongly what is not selected is shown, 0..1. */
  #shareOfRest(): number {
    return this.#bench.selection.length === 0 ? 1 : REST[this.display.rest]
  }

  vector(context: CanvasRenderingContext2D): void {
    this.#tagged = new Set()
    const frame = this.#frame()
    if (!frame || !this.#image || this.#bare()) return
    const { still } = this.#shown
    const selected = this.#selected()
    const share = this.#shareOfRest()
    const shown = share > 0 ? still : still.filter(({ id }) => selected.has(id))
    const outlined = this.display.outlines ? shown : shown.filter(({ id }) => selected.has(id))
    if (share > 0) context.globalAlpha = share
    const { selection } = this.#bench
    const { moving } = this.#look()
    const all = { instances: outlined, selection, imageHeight: this.#image.height, moving }
    if (this.field) drawField(context, this.field, frame)
    if (!this.#outlines.draw(context, all, frame)) this.#unfinished()
    drawArrows(context, shown, this.#image.height, frame)
    if (!this.display.tags) return
    const tags = placeTags(shown, frame, (text) => tagWidth(context, text))
    this.#tagged = new Set(tags.map(({ id }) => id))
    drawTags(context, tags)
  }

  overlay(context: CanvasRenderingContext2D): void {
    const frame = this.#frame()
    if (!frame || !this.#image) return
    if (this.rays) drawRays(context, this.rays, frame)
    if (!this.#bare()) this.#drawEmphases(context, this.#image.height, frame)
    if (this.display.crosshair && this.pointer) drawCrosshair(context, this.pointer, frame)
    drawToolView(context, this.toolView, this.#image, frame)
    this.minimap.draw(context, this.#pixels, this.#image, frame)
  }

  /** What the gesture changes, what the pointer is over, and the tags that these lack. */
  #drawEmphases(context: CanvasRenderingContext2D, imageHeight: number, frame: Frame): void {
    const { moving, scene } = this.#shown
    const selected = this.#selected()
    for (const instance of moving) {
      drawEmphasis(context, instance, imageHeight, frame, {
        lit: false,
        line: selected.has(instance.id) ? 'white' : 'own',
      })
    }
    if (moving.length > 0) return
    if (this.#shareOfRest() < 1) this.#drawSelected(context, imageHeight, frame)
    const hovered = scene.find(({ id }) => id === this.#bench.hover?.id)
    if (hovered) {
      const line = selected.has(hovered.id) ? 'white' : 'wide'
      drawEmphasis(context, hovered, imageHeight, frame, { lit: true, line })
    }
    if (!this.display.tags || selected.size > MOST_TAGGED) return
    const tags: Tag[] = []
    for (const instance of scene) {
      if (this.#tagged.has(instance.id) || (instance !== hovered && !selected.has(instance.id))) continue
      const tag = placeTag(instance, tags, [], frame, (text) => tagWidth(context, text))
      if (tag) tags.push(tag)
    }
    drawTags(context, tags)
  }

  /** What is selected stands out from a rest that is faint or hidden. */
  #drawSelected(context: CanvasRenderingContext2D, imageHeight: number, frame: Frame): void {
    const selected = this.#selected()
    for (const instance of this.#shown.scene) {
      if (!selected.has(instance.id)) continue
      const fill = instance.kind === 'truth' ? this.display.truthOpacity : this.display.predictionOpacity
      drawEmphasis(context, instance, imageHeight, frame, { lit: false, fill, line: 'white' })
    }
  }

  #selected(): ReadonlySet<string> {
    return new Set(this.#bench.selection.map(({ id }) => id))
  }
}
