import type { ClusterSettings, EditPlan, MapShapes, PixelTile } from '../../src-main/contract/wire.ts'
import type { EditState, Policy } from '../../src-main/core/edit/edit.ts'
import type { Rle } from '../../src-main/core/mask/rle.ts'
import type { BrushTip } from '../../src-main/core/mask/shapes.ts'
import type { SparseInference } from '../../src-main/contract/engine.ts'
import type { Box } from '../../src-main/core/geometry/box.ts'
import type { InstanceRef } from './instance-ref.ts'
import type { Target } from './target.ts'
import type { ByteTables, Tone, TriedRange } from './tone.ts'
import type { ToolName } from './tools/registry.ts'

/** What the canvas is to its window: everything that goes in, and everything that comes out. */

/** What the pressure of a pen does: nothing, or it makes the brush smaller than it is at full pressure. */
export type PenUse = 'ignored' | 'size'

/** What the wheel does: zoom always, pan always, or zoom unless the device is a touch pad. */
export type WheelUse = 'device' | 'zoom' | 'pan'

/** The pixels to show. `key` names the image in this session: its camera is remembered under it. */
export interface CanvasImage {
  key: string
  /** as people call it */
  name: string
  width: number
  height: number
  tiles: readonly PixelTile[]
}

/** What the network gives for the image. */
export interface CanvasInference {
  pixels: SparseInference
  settings: ClusterSettings
}

/** How an instance is drawn where its own colour is not what matters. */
export interface InstanceMark {
  /** hit: green, tick. missed: orange, hatched, cross. false: yellow, dotted, ring. reference: thin white outline */
  style: 'hit' | 'missed' | 'false' | 'reference' | 'hidden'
  /** text of its tag after the sign, e.g. '.87'; null: no tag */
  tag: string | null
}

export interface Display {
  /** opacity of the fill, 0..1 */
  truthOpacity: number
  predictionOpacity: number
  /** opacity of the foreground probability, 0..1; 0 = not shown */
  foregroundOpacity: number
  /** nothing but the image */
  hideAll: boolean
  outlines: boolean
  tags: boolean
  /** what is not selected, while something is */
  rest: 'full' | 'dim' | 'hidden'
  /** lines through the pointer */
  crosshair: boolean
}

export const DEFAULT_DISPLAY: Display = {
  truthOpacity: 0.35,
  predictionOpacity: 0.2,
  foregroundOpacity: 0,
  hideAll: false,
  outlines: true,
  tags: true,
  rest: 'full',
  crosshair: false,
}

/** Foreground probability of single pixels: row-major index y * width + x, and 0..255. */
export interface ForegroundPixels {
  index: Uint32Array
  value: Uint8Array
}

/** Straight lines in image pixels, e.g. from brushed pixels to their mode: x0, y0, x1, y1, ... */
export type Rays = Float32Array

/** Where pixels point, drawn as arrows. Arrays of equal length n. */
export interface OffsetField {
  /** [n] row-major pixel index, y * width + x */
  pixel: Uint32Array
  /** [n] image px */
  x: Float32Array
  y: Float32Array
  /** [n] below 0: no arrow */
  shows: Int32Array
  /** of the image, px */
  width: number
}

/** What a view shows of the image: what is not shown cannot be hit either. */
export interface Layers {
  truth: boolean
  /** 'open': those that nobody has decided on */
  predictions: 'open' | 'all' | 'none'
  /** per instance id; null: every instance in its own colour */
  marks: ReadonlyMap<string, InstanceMark> | null
  /** colour 0..11 per category's key, in the place of the instances' own; null: each in its own */
  colours: ReadonlyMap<string, number> | null
  foreground: ForegroundPixels | null
  rays: Rays | null
  field: OffsetField | null
}

export const DEFAULT_LAYERS: Layers = {
  truth: true,
  predictions: 'open',
  marks: null,
  colours: null,
  foreground: null,
  rays: null,
  field: null,
}

export interface PointerReport {
  /** the pixel under the pointer */
  x: number
  y: number
  /** its colour as shown, 0..255; null while the tile is loading */
  rgb: readonly [number, number, number] | null
}

export interface CanvasOptions {
  /**
   * A gesture on `target` has ended, which the canvas shows already; when the window thinks otherwise (refused by the backend, undone)
   * it calls `setContent` again.
   */
  onPlan?(plan: EditPlan, target: Target): void
  /** why a gesture changed nothing, as a sentence */
  onRefusal?(sentence: string): void
  /** what a person should know of a gesture beside what is seen, as a sentence */
  onNote?(sentence: string): void
  /** pixels were pointed at, which changes nothing; null: none any more */
  onPick?(pixels: Rle | null): void
  onSelect?(selection: readonly InstanceRef[]): void
  onHover?(instance: InstanceRef | null): void
  onPointer?(report: PointerReport | null): void
  /** the tool's next step in one line */
  onHint?(hint: string): void
  /** CSS pixels per image pixel; 1 = 100 % */
  onCamera?(scale: number): void
  /** the canvas changed the tool itself (Escape leaves a tool) */
  onTool?(tool: ToolName): void
  /** secondary click, or the key for menus; `x`, `y` in CSS pixels of the window. The instance that is meant is selected already. */
  onMenu?(instance: InstanceRef | null, x: number, y: number): void
  /** Ctrl and the wheel: the brush is to be so many notches larger, less than 0: smaller */
  onBrushSize?(notches: number): void
  /** a drag that changes the tone has gone on by so many CSS pixels, right and up are more than 0 */
  onToneDrag?(right: number, up: number): void
  /** Ctrl and the wheel while the tool has a reach: it is to be so many notches wider, less than 0: narrower */
  onReach?(notches: number): void
  /** the picture of the image with this key is drawn, coarse at first; null: it is on its way */
  onPicture?(key: string | null): void
  /** a tile could not be fetched or decoded */
  onTileError?(url: string): void
}

export interface Canvas {
  /** Pictures that are likely to be shown next are fetched and decoded meanwhile. */
  prepare(tiles: readonly PixelTile[]): void
  /** Shows another image (null: none); its camera is what it was when it was last shown, else all of it. Content is emptied. */
  setImage(image: CanvasImage | null): void
  /** The image's truth, predictions, status and flag. Unchanged instances should be the same objects as before: it is faster. */
  setContent(content: EditState): void
  setSelection(selection: readonly InstanceRef[]): void
  /** lights an instance up, from outside (a list, a plot) */
  setHover(instance: InstanceRef | null): void
  setTool(tool: ToolName): void
  /** Brush or eraser correct what stands under the smart box, which learns from them; the smart box has its sides again. @returns whether something stands */
  correctBy(tool: ToolName): boolean
  /** diameter in image pixels, 1..200 */
  setBrush(brush: BrushTip): void
  setPolicy(policy: Policy): void
  /** the smart box gives turned rectangles, which keep their handles, and not hulls */
  setRectangles(rectangles: boolean): void
  /** how much the wand takes around what is pointed at, -1..1 */
  setReach(reach: number): void
  /** what the network gives for the image, and what instances are made of it by; null: it has not looked at it */
  setInference(inference: CanvasInference | null): void
  /** what gestures change from now on; one that is under way is dropped */
  setTarget(target: Target): void
  setWheel(use: WheelUse): void
  setPen(use: PenUse): void
  /** true: the next image is shown at the zoom and place of this one, where it was not looked at before */
  setKeepCamera(keep: boolean): void
  setDisplay(display: Partial<Display>): void
  /** in which tones the picture is shown; no data changes */
  setTone(tone: Tone): void
  /** Shows the picture as another range of its samples would make it, as well as its bytes can tell; null: as it is. */
  setTriedRange(tried: TriedRange | null): void
  /** The tables that even out what is in view; null where there is nothing to even out. */
  evenOut(): ByteTables | null
  /** true: drags change the tone and nothing else */
  setToneDrag(held: boolean): void
  /** metres on the ground of a pixel's sides; null: not known */
  setGround(metres: { x: number; y: number } | null): void
  /** Shows the picture of the image before, at the same zoom and place, until it is told false. @returns its name; null: there is none */
  compare(held: boolean): string | null
  /** lines and points of map layers, in image pixels; null: none */
  setMapShapes(shapes: MapShapes | null): void
  /** what the view in front shows */
  setLayers(layers: Layers): void
  /** true: drags move the image, whatever the tool */
  setPan(held: boolean): void
  /** Finishes the shape, or goes back by a step or a corner. @returns whether the tool had use for it */
  finish(step: 'enter' | 'escape' | 'back'): boolean
  /** Moves the shape of the selected instance by pixels, or turns it by degrees, clockwise. @returns whether it shows its handles */
  adjust(by: { dx: number; dy: number; degrees: number }): boolean
  /** Takes back the last corner of a shape that is half drawn. @returns whether there was one */
  takeBack(): boolean
  /** Tab: selects the next (1) or previous (-1) instance, left to right, and moves it into view. */
  step(direction: 1 | -1): void
  readonly camera: {
    /** CSS pixels per image pixel */
    readonly scale: number
    fit(): void
    /** zooms about the middle of the view */
    zoomBy(factor: number): void
    /** zooms to a scale about the middle of the view; 1 = 100 % */
    zoomTo(scale: number): void
    panBy(dx: number, dy: number): void
    /** shows a box of the image, in image pixels */
    show(box: Box): void
    /** zooms to an instance */
    showInstance(instance: InstanceRef): void
    /** moves an instance into view, at the scale as it is; leaves alone what is in view */
    revealInstance(instance: InstanceRef): void
  }
  /** true while a gesture is going on: a shape is half drawn, the pointer is down */
  readonly busy: boolean
  destroy(): void
}
