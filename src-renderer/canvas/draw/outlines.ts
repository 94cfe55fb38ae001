import type { Box } from '../../../src-main/core/geometry/box.ts'
import { growBox, joinBoxes, overlapOf } from '../../../src-main/core/geometry/box.ts'
import { contoursOf } from '../../../src-main/core/mask/contours.ts'
import type { Rle } from '../../../src-main/core/mask/rle.ts'
import type { InstanceRef } from '../api.ts'
import { UNDER } from '../colours.ts'
import type { OutlineStyle } from '../raster/outline-raster.ts'
import { OUTLINE, OutlineRaster } from '../raster/outline-raster.ts'
import type { SceneInstance } from '../scene.ts'
import type { Seen } from './changes.ts'
import { HALO, differences, reachOf } from './changes.ts'
import type { Frame } from './fit.ts'

const rings = new WeakMap<Rle, readonly Int32Array[]>()
const paths = new WeakMap<Rle, Path2D>()

/** A mask's outlines in image pixels: x0, y0, x1, y1, ... of each. */
function ringsOnce(rle: Rle, imageHeight: number): readonly Int32Array[] {
  const known = rings.get(rle) ?? contoursOf(rle, imageHeight).map(({ points }) => points)
  rings.set(rle, known)
  return known
}

/** A mask's outlines in image pixels, as a path. */
export function outlineOf(rle: Rle, imageHeight: number): Path2D {
  const known = paths.get(rle)
  if (known) return known
  const path = new Path2D()
  for (const points of ringsOnce(rle, imageHeight)) {
    path.moveTo(points[0]!, points[1]!)
    for (let i = 2; i < points.length; i += 2) path.lineTo(points[i]!, points[i + 1]!)
    path.closePath()
  }
  paths.set(rle, path)
  return path
}

/** Draws in image pixels while `draw` runs; widths and dashes are then given in CSS pixels by way of the scale. */
export function inImageSpace(
  context: CanvasRenderingContext2D,
  { camera, ratio }: Frame,
  draw: (perPixel: number) => void,
): void {
  const scale = camera.scale * ratio
  context.save()
  context.setTransform(scale, 0, 0, scale, camera.x * ratio, camera.y * ratio)
  draw(1 / camera.scale)
  context.restore()
}

/** Instances of which something is in view, `margin` CSS pixels around it included. */
export function inView(instances: readonly SceneInstance[], frame: Frame, margin: number): SceneInstance[] {
  const area = growBox(frame.visible, margin / frame.camera.scale)
  return instances.filter(({ bounds }) => overlapOf(bounds, area) !== null)
}

/** Smaller than this on the screen (CSS pixels) an instance gets a halo. */
const TOO_SMALL = 6

function styleOf({ kind, rgb, mark }: SceneInstance, selected: boolean): OutlineStyle {
  const dash = kind === 'prediction' && mark === null ? ([5, 3] as const) : null
  if (selected) {
    return { rgb: [255, 255, 255], opacity: 0.95, under: 3, underOpacity: 0.85, dash }
  }
  if (mark?.style === 'reference') return { rgb, opacity: 0.5, under: 0, underOpacity: 0, dash: null }
  return { ...OUTLINE, rgb, dash: mark?.style === 'false' ? [2, 2] : dash }
}

/** Outlines that took longer than this to draw (ms) are drawn anew less often than the camera moves. */
const SLOW = 4
/** While the camera moves, slow ones are drawn anew this often, in ms; between, the last picture is carried along. */
const ANEW = 150
/** So long a frame may look for outlines that nobody has looked for yet, in ms; the next frame goes on. */
const SLICE = 8
/** When more instances differ, everything is drawn anew. */
const FEW = 100

/** What was drawn last, and from where. */
interface Drawn {
  instances: readonly SceneInstance[]
  selection: readonly InstanceRef[]
  seen: ReadonlyMap<string, Seen>
  frame: Frame
  /** ms that drawing everything took */
  cost: number
  /** of `performance.now` */
  at: number
}

/** What outlines are drawn of. */
export interface Outlined {
  instances: readonly SceneInstance[]
  /** drawn white and on top */
  selection: readonly InstanceRef[]
  imageHeight: number
  /** the camera is under way: it may be drawn anew in a moment */
  moving: boolean
}

/** The outlines of all instances in view, selected ones white and on top. */
export class Outlines {
  #raster = new OutlineRaster(1, 1)
  #picture = new OffscreenCanvas(1, 1)
  #drawn: Drawn | null = null

  /** @returns false where some outlines were not found in time: it is to be called again in the next frame */
  draw(context: CanvasRenderingContext2D, outlined: Outlined, frame: Frame): boolean {
    const { width, height } = context.canvas
    if (this.#carries(outlined, frame, width, height)) {
      carry(context, this.#picture, this.#drawn!, frame)
      return true
    }
    const { instances, selection, imageHeight } = outlined
    const chosen = new Set(selection.map(({ id }) => id))
    const inSight = inView(instances, frame, 8)
    const found = findOutlines(inSight, imageHeight)
    const seen = new Map(
      found.map((instance) => [instance.id, { instance, selected: chosen.has(instance.id) }] as const),
    )
    const part = this.#stale(seen, frame, width, height)
    if (part !== 'nothing') this.#redraw(seen, part, imageHeight, frame, width, height)
    this.#drawn = { ...this.#drawn!, instances, selection, seen, frame }
    context.imageSmoothingEnabled = false
    context.drawImage(this.#picture, 0, 0, width / frame.ratio, height / frame.ratio)
    drawHatching(context, found.filter(({ mark, ignored }) => ignored || mark?.style === 'missed'), imageHeight, frame) // prettier-ignore
    return found.length === inSight.length
  }

  /** Whether the last picture will do: only the camera has moved, and drawing it anew would hold it up. */
  #carries({ instances, selection, moving }: Outlined, frame: Frame, width: number, height: number): boolean {
    const drawn = this.#drawn
    return (
      moving &&
      drawn !== null &&
      drawn.cost > SLOW &&
      drawn.instances === instances &&
      drawn.selection === selection &&
      drawn.frame.ratio === frame.ratio &&
      this.#picture.width === width &&
      this.#picture.height === height &&
      performance.now() - drawn.at < ANEW
    )
  }

  /** The part of the picture (device pixels) in which something differs from what was drawn last. */
  #stale(
    seen: ReadonlyMap<string, Seen>,
    frame: Frame,
    width: number,
    height: number,
  ): Box | 'everything' | 'nothing' {
    const drawn = this.#drawn
    if (!drawn || this.#picture.width !== width || this.#picture.height !== height) return 'everything'
    if (!sameFrame(drawn.frame, frame)) return 'everything'
    const different = differences(drawn.seen, seen)
    if (different.length > FEW) return 'everything'
    const boxes = different.map(({ instance }) => reachOf(instance, frame))
    const part = boxes.length > 0 ? overlapOf(boxes.reduce(joinBoxes), { x: 0, y: 0, width, height }) : null
    return part ?? 'nothing'
  }

  #redraw(
    seen: ReadonlyMap<string, Seen>,
    part: Box | 'everything',
    imageHeight: number,
    frame: Frame,
    width: number,
    height: number,
  ): void {
    const start = performance.now()
    if (this.#raster.width !== width || this.#raster.height !== height) {
      this.#raster = new OutlineRaster(width, height)
      this.#picture = new OffscreenCanvas(width, height)
    }
    const all = [...seen.values()]
    const touched =
      part === 'everything'
        ? all
        : all.filter(({ instance }) => overlapOf(reachOf(instance, frame), part) !== null)
    this.#raster.clear(part === 'everything' ? null : part)
    for (const selected of [false, true]) {
      const group = touched.filter((one) => one.selected === selected).map(({ instance }) => instance)
      this.#drawGroup(group, selected, imageHeight, frame)
    }
    const data = new ImageData(this.#raster.rgba, width, height)
    const { x, y, ...size } = part === 'everything' ? { x: 0, y: 0, width, height } : part
    this.#picture.getContext('2d')?.putImageData(data, 0, 0, x, y, size.width, size.height)
    const now = performance.now()
    const cost = part === 'everything' ? now - start : (this.#drawn?.cost ?? 0)
    this.#drawn = { instances: [], selection: [], seen, frame, cost, at: now }
  }

  #drawGroup(
    instances: readonly SceneInstance[],
    selected: boolean,
    imageHeight: number,
    { camera, ratio }: Frame,
  ): void {
    const styles = instances.map((instance) => styleOf(instance, selected))
    const outlines = instances.map((instance) => ringsOf(instance, imageHeight, camera.scale))
    outlines.forEach((outline, i) => {
      for (const ring of outline) this.#raster.under(ring, camera, ratio, styles[i]!)
    })
    outlines.forEach((outline, i) => {
      for (const ring of outline) this.#raster.line(ring, camera, ratio, styles[i]!)
    })
  }
}

/** Instances whose outlines are known: those that are not are looked for, as long as this frame has time. */
function findOutlines(instances: readonly SceneInstance[], imageHeight: number): SceneInstance[] {
  const end = performance.now() + SLICE
  return instances.filter(({ rle }) => {
    if (!rings.has(rle) && performance.now() > end) return false
    ringsOnce(rle, imageHeight)
    return true
  })
}

function sameFrame(a: Frame, b: Frame): boolean {
  const same = a.camera.scale === b.camera.scale && a.camera.x === b.camera.x && a.camera.y === b.camera.y
  return same && a.ratio === b.ratio && a.width === b.width && a.height === b.height
}

/** Draws a picture of the whole view as it lies for the camera of now. */
function carry(
  context: CanvasRenderingContext2D,
  picture: OffscreenCanvas,
  { frame: then }: Drawn,
  { camera, width, height }: Frame,
): void {
  const factor = camera.scale / then.camera.scale
  context.imageSmoothingEnabled = false
  context.drawImage(
    picture,
    camera.x - then.camera.x * factor,
    camera.y - then.camera.y * factor,
    width * factor,
    height * factor,
  )
}

function ringsOf(instance: SceneInstance, imageHeight: number, scale: number): readonly Int32Array[] {
  const { rle, bounds } = instance
  const outline = ringsOnce(rle, imageHeight)
  const small = Math.max(bounds.width, bounds.height) * scale < TOO_SMALL
  return small ? [...outline, haloOf(bounds, scale)] : outline
}

function haloOf({ x, y, width, height }: Box, scale: number): Int32Array {
  const side = Math.ceil(HALO / scale)
  const left = Math.round(x + width / 2 - side / 2)
  const top = Math.round(y + height / 2 - side / 2)
  return Int32Array.of(left, top, left + side, top, left + side, top + side, left, top + side)
}

/** Hatching at 45 degrees, 6 px pitch, in screen space. */
function drawHatching(
  context: CanvasRenderingContext2D,
  instances: readonly SceneInstance[],
  imageHeight: number,
  { camera }: Frame,
): void {
  for (const { rle, bounds, hex } of instances) {
    context.save()
    const clip = new Path2D()
    clip.addPath(outlineOf(rle, imageHeight), { a: camera.scale, d: camera.scale, e: camera.x, f: camera.y })
    context.clip(clip)
    const left = bounds.x * camera.scale + camera.x
    const top = bounds.y * camera.scale + camera.y
    const [width, height] = [bounds.width * camera.scale, bounds.height * camera.scale]
    const step = 6 * Math.SQRT2
    // lines lie on multiples of the step across the whole picture, so that neighbours hatch alike and panning carries them along
    const origin = camera.x + camera.y
    context.beginPath()
    for (
      let sum = Math.ceil((left + top - origin) / step) * step + origin;
      sum < left + width + top + height;
      sum += step
    ) {
      context.moveTo(sum - top, top)
      context.lineTo(sum - top - height, top + height)
    }
    context.strokeStyle = hex
    context.lineWidth = 1.25
    context.stroke()
    context.restore()
  }
}

/** One instance over all others: what the pointer is over is lit up and has a wide line, what is selected a white one. @param how `fill`: opacity of its colour, 0..1 */
export function drawEmphasis(
  context: CanvasRenderingContext2D,
  instance: SceneInstance,
  imageHeight: number,
  frame: Frame,
  how: { lit: boolean; line: 'white' | 'wide' | 'own'; fill?: number },
): void {
  const path = outlineOf(instance.rle, imageHeight)
  inImageSpace(context, frame, (pixel) => {
    context.lineJoin = 'miter'
    if (how.fill) {
      context.globalAlpha = how.fill
      context.fillStyle = instance.hex
      context.fill(path, 'evenodd')
      context.globalAlpha = 1
    }
    if (how.lit) {
      context.fillStyle = 'rgb(255 255 255 / 0.16)'
      context.fill(path, 'evenodd')
    }
    context.lineWidth = (how.line === 'own' ? 3 : 4.5) * pixel
    context.strokeStyle = how.line === 'own' ? UNDER : 'rgb(0 0 0 / 0.9)'
    context.stroke(path)
    context.lineWidth = (how.line === 'wide' ? 2.5 : 1.5) * pixel
    context.strokeStyle = how.line === 'white' ? '#ffffff' : instance.hex
    context.stroke(path)
  })
}
