import type { Box } from '../../../src-main/core/geometry/box.ts'
import { joinBoxes } from '../../../src-main/core/geometry/box.ts'
import type { InstanceRef } from '../instance-ref.ts'
import type { Outline } from '../raster/outline-drawing.ts'
import { OutlineDrawing } from '../raster/outline-drawing.ts'
import type { OutlineStyle } from '../raster/outline-raster.ts'
import { OUTLINE, OutlineRaster } from '../raster/outline-raster.ts'
import type { SceneInstance } from '../scene.ts'
import type { Seen } from './changes.ts'
import { HALO, differences, fillParts, isSmall, reachOf } from './changes.ts'
import type { Frame } from './fit.ts'
import { hasRings, inView, outlinePath, ringsOnce } from './outlines.ts'

/** Outlines that took longer than this to draw (ms) are drawn in slices while the camera moves. */
const SLOW = 4
/** So long a frame draws at such a picture, in ms. */
const SLICE = 4
/** While the camera moves, a picture of slow ones is begun this long after the one before was, in ms. */
const ANEW = 150
/** So long a frame may look for outlines that nobody has looked for yet, in ms; the next frame goes on. */
const LOOKING = 8
/** When more instances differ, everything is drawn anew. */
const FEW = 400

/** What outlines are drawn of. */
export interface Outlined {
  instances: readonly SceneInstance[]
  /** drawn white and on top */
  selection: readonly InstanceRef[]
  imageHeight: number
  /** the camera is under way: it may be drawn anew in a moment */
  moving: boolean
}

/** What is to be seen in the picture, and from where. */
interface Sight {
  instances: readonly SceneInstance[]
  selection: readonly InstanceRef[]
  seen: ReadonlyMap<string, Seen>
  frame: Frame
  /** the outlines of all of them are known */
  complete: boolean
}

/** What was drawn last. */
interface Drawn extends Sight {
  /** ms that drawing everything took */
  cost: number
  /** of `performance.now` */
  begun: number
}

/** A picture that is drawn in slices. */
interface Making {
  sight: Sight
  drawing: OutlineDrawing
  /** of `performance.now` */
  begun: number
  /** ms so far */
  cost: number
}

/**
 * The outlines of all instances in view, selected ones white and on top. While the camera moves over many of them, the last picture is
 * carried along and the next one is made in slices, so that no frame waits for it.
 */
export class OutlinePicture {
  #raster = new OutlineRaster(1, 1)
  #picture = new OffscreenCanvas(1, 1)
  #drawn: Drawn | null = null
  #making: Making | null = null

  /** @returns false where it is not as it is to be yet: it is to be called again in the next frame */
  draw(context: CanvasRenderingContext2D, outlined: Outlined, frame: Frame): boolean {
    const { width, height } = context.canvas
    if (this.#drawn && this.#carries(this.#drawn, outlined, frame, width, height)) {
      const drawn = this.#makeOn(this.#drawn, outlined, frame)
      carry(context, this.#picture, drawn.frame, frame)
      return outlined.moving || sameFrame(drawn.frame, frame)
    }
    this.#making = null
    const sight = look(outlined, frame)
    // at the first look nothing is drawn before all are known: each frame would draw everything anew
    if (!this.#drawn && !sight.complete) return false
    const stale = this.#stale(sight.seen, frame, width, height)
    this.#drawn =
      stale === 'everything'
        ? this.#redraw(sight, outlined.imageHeight, width, height)
        : this.#mend(sight, stale, outlined.imageHeight)
    context.imageSmoothingEnabled = false
    context.drawImage(this.#picture, 0, 0, width / frame.ratio, height / frame.ratio)
    const hatched = [...sight.seen.values()].map(({ instance }) => instance)
    drawHatching(context, hatched.filter(({ mark, ignored }) => ignored || mark?.style === 'missed'), outlined.imageHeight, frame) // prettier-ignore
    return sight.complete
  }

  /** Another image: what is drawn is of no use any more. */
  forget(): void {
    this.#drawn = null
    this.#making = null
  }

  /** Whether the last picture will do for now: only the camera has moved, and drawing it anew would hold it up. */
  #carries(
    drawn: Drawn,
    { instances, selection }: Outlined,
    frame: Frame,
    width: number,
    height: number,
  ): boolean {
    return (
      drawn.cost > SLOW &&
      drawn.instances === instances &&
      drawn.selection === selection &&
      drawn.frame.ratio === frame.ratio &&
      !sameFrame(drawn.frame, frame) &&
      this.#picture.width === width &&
      this.#picture.height === height
    )
  }

  /** Gives the next picture a slice of this frame. @returns what is drawn by now */
  #makeOn(drawn: Drawn, outlined: Outlined, frame: Frame): Drawn {
    const now = performance.now()
    // one from where the camera was is of use while it moves, and of none when it stands
    if (this.#making && !outlined.moving && !sameFrame(this.#making.sight.frame, frame)) this.#making = null
    if (this.#making === null && (!outlined.moving || now - drawn.begun > ANEW)) {
      const sight = look(outlined, frame)
      this.#raster.clear(null)
      const drawing = new OutlineDrawing(
        this.#raster,
        groupsOf([...sight.seen.values()], outlined.imageHeight, frame),
        frame,
      )
      this.#making = { sight, drawing, begun: now, cost: 0 }
    }
    if (this.#making === null) return drawn
    const { sight, drawing, begun } = this.#making
    const done = drawing.goOn(() => performance.now() - now < SLICE)
    this.#making.cost += performance.now() - now
    if (!done) return drawn
    this.#show({ x: 0, y: 0, width: this.#raster.width, height: this.#raster.height })
    this.#drawn = { ...sight, cost: this.#making.cost, begun }
    this.#making = null
    return this.#drawn
  }

  /** Where in the picture (device pixels) something differs from what was drawn last. */
  #stale(
    seen: ReadonlyMap<string, Seen>,
    frame: Frame,
    width: number,
    height: number,
  ): readonly Box[] | 'everything' {
    const drawn = this.#drawn
    if (!drawn || this.#picture.width !== width || this.#picture.height !== height) return 'everything'
    if (!sameFrame(drawn.frame, frame)) return 'everything'
    const different = differences(drawn.seen, seen)
    return different.length > FEW ? 'everything' : different.map(({ instance }) => reachOf(instance, frame))
  }

  #redraw(sight: Sight, imageHeight: number, width: number, height: number): Drawn {
    const begun = performance.now()
    if (this.#raster.width !== width || this.#raster.height !== height) {
      this.#raster = new OutlineRaster(width, height)
      this.#picture = new OffscreenCanvas(width, height)
    }
    this.#raster.clear(null)
    new OutlineDrawing(this.#raster, groupsOf([...sight.seen.values()], imageHeight, sight.frame), sight.frame).goOn(() => true) // prettier-ignore
    this.#show({ x: 0, y: 0, width, height })
    return { ...sight, cost: performance.now() - begun, begun }
  }

  /** Draws parts of the picture anew, one by one: where few instances differ, they mostly lie far apart. */
  #mend(sight: Sight, stale: readonly Box[], imageHeight: number): Drawn {
    const { seen, frame } = sight
    const parts = fillParts(
      stale,
      [...seen.values()],
      ({ instance }) => reachOf(instance, frame),
      this.#raster,
    )
    for (const { box, content } of parts) {
      this.#raster.clear(box)
      new OutlineDrawing(this.#raster, groupsOf(content, imageHeight, frame), frame).goOn(() => true)
    }
    if (parts.length > 0) this.#show(parts.map(({ box }) => box).reduce(joinBoxes))
    return { cost: 0, begun: 0, ...this.#drawn, ...sight }
  }

  /** @param part device pixels, whole numbers */
  #show({ x, y, width, height }: Box): void {
    const data = new ImageData(this.#raster.rgba, this.#raster.width, this.#raster.height)
    this.#picture.getContext('2d')?.putImageData(data, 0, 0, x, y, width, height)
  }
}

/** What is in sight; outlines that nobody has looked for yet are looked for, as long as this frame has time. */
function look({ instances, selection, imageHeight }: Outlined, frame: Frame): Sight {
  const chosen = new Set(selection.map(({ id }) => id))
  const inSight = inView(instances, frame, 8)
  const end = performance.now() + LOOKING
  const found = inSight.filter(({ rle }) => {
    if (!hasRings(rle) && performance.now() > end) return false
    ringsOnce(rle, imageHeight)
    return true
  })
  const seen = new Map(
    found.map((instance) => [instance.id, { instance, selected: chosen.has(instance.id) }] as const),
  )
  return { instances, selection, seen, frame, complete: found.length === inSight.length }
}

/** What is drawn of instances: what is not selected, and over it what is. */
function groupsOf(seen: readonly Seen[], imageHeight: number, frame: Frame): [Outline[], Outline[]] {
  const groups: [Outline[], Outline[]] = [[], []]
  for (const { instance, selected } of seen) {
    const rings = ringsOf(instance, imageHeight, frame.camera.scale)
    groups[selected ? 1 : 0].push({ rings, style: styleOf(instance, selected) })
  }
  return groups
}

function styleOf({ kind, rgb, mark }: SceneInstance, selected: boolean): OutlineStyle {
  const dash = kind === 'prediction' && mark === null ? ([5, 3] as const) : null
  if (selected) {
    return { rgb: [255, 255, 255], opacity: 0.95, under: 3, underOpacity: 0.85, dash }
  }
  if (mark?.style === 'reference') return { rgb, opacity: 0.5, under: 0, underOpacity: 0, dash: null }
  return { ...OUTLINE, rgb, dash: mark?.style === 'false' ? [2, 2] : dash }
}

function sameFrame(a: Frame, b: Frame): boolean {
  const same = a.camera.scale === b.camera.scale && a.camera.x === b.camera.x && a.camera.y === b.camera.y
  return same && a.ratio === b.ratio && a.width === b.width && a.height === b.height
}

/** Draws a picture of the whole view as it lies for the camera of now. @param then what it was drawn for */
function carry(
  context: CanvasRenderingContext2D,
  picture: OffscreenCanvas,
  then: Frame,
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
  return isSmall(bounds, scale) ? [...outline, haloOf(bounds, scale)] : outline
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
    clip.addPath(outlinePath(rle, imageHeight), {
      a: camera.scale,
      d: camera.scale,
      e: camera.x,
      f: camera.y,
    })
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
