import type { Box } from '../../../src-main/core/geometry/box.ts'
import { joinBoxes, overlapOf } from '../../../src-main/core/geometry/box.ts'
import type { Rle } from '../../../src-main/core/mask/rle.ts'
import { eachColumnRun } from '../../../src-main/core/mask/rle.ts'
import type { Rgb } from '../colours.ts'

/** Side of a raster tile in pixels. */
export const TILE = 512

/** With more changes than this in a tile, what lies between them is painted anew too, in one pass over the instances. */
const FEW = 8

/** An instance as the raster holds it. */
export interface RasterInstance {
  id: string
  rle: Rle
  /** of the mask */
  bounds: Box
  /** null: it can be hit, but is not filled */
  fill: Rgb | null
}

/** An instance with its place in the raster. */
export interface Slot {
  readonly instance: RasterInstance
  /** > 0; what the id planes hold */
  readonly number: number
}

/**
 * 512 x 512 pixels of the image as instance numbers and as colours, row-major. `ids` holds the uppermost instance of each pixel,
 * `under` the one below it where instances overlap; 0 = none.
 */
export class RasterTile {
  readonly box: Box
  readonly ids = new Int32Array(TILE * TILE)
  #under: Int32Array | null = null
  /** opaque colours, transparent where there is no instance; the layer's opacity is applied when it is drawn */
  readonly rgba = new Uint8ClampedArray(TILE * TILE * 4)
  #dirty: Box | null = null

  constructor(column: number, row: number) {
    this.box = { x: column * TILE, y: row * TILE, width: TILE, height: TILE }
  }

  /** The part, in the tile's own pixels, that changed since this was last asked. */
  takeDirty(): Box | null {
    const dirty = this.#dirty
    this.#dirty = null
    return dirty
  }

  /** Numbers at an image pixel of this tile, uppermost first. */
  at(x: number, y: number): number[] {
    const i = (y - this.box.y) * TILE + x - this.box.x
    return [this.ids[i] ?? 0, this.#under?.[i] ?? 0].filter((n) => n !== 0)
  }

  /** Paints what of the tile lies inside `areas` (image pixels) anew. @param slots in drawing order. */
  repaint(areas: readonly Box[], slots: readonly Slot[], imageHeight: number): void {
    const parts = areas.flatMap((area) => overlapOf(area, this.box) ?? [])
    const joined = parts.length > FEW ? [parts.reduce(joinBoxes)] : parts
    for (const part of joined) this.#repaintPart(part, slots, imageHeight)
  }

  #repaintPart(part: Box, slots: readonly Slot[], imageHeight: number): void {
    this.#clear(part)
    const colours = new Map<number, Rgb | null>()
    for (const slot of slots) {
      const touched = overlapOf(part, slot.instance.bounds)
      if (touched === null) continue
      colours.set(slot.number, slot.instance.fill)
      this.#paint(slot, touched, colours, imageHeight)
    }
    const own = { ...part, x: part.x - this.box.x, y: part.y - this.box.y }
    this.#dirty = this.#dirty === null ? own : joinBoxes(this.#dirty, own)
  }

  #clear(part: Box): void {
    for (let y = part.y - this.box.y; y < part.y - this.box.y + part.height; y++) {
      const from = y * TILE + part.x - this.box.x
      this.ids.fill(0, from, from + part.width)
      this.#under?.fill(0, from, from + part.width)
      this.rgba.fill(0, from * 4, (from + part.width) * 4)
    }
  }

  #paint(slot: Slot, part: Box, colours: ReadonlyMap<number, Rgb | null>, imageHeight: number): void {
    const { x: left, y: top } = this.box
    const bottom = part.y + part.height
    const { rle, fill } = slot.instance
    eachColumnRun(rle, imageHeight, (x, y, length) => {
      if (x < part.x || x >= part.x + part.width) return
      const end = Math.min(y + length, bottom)
      for (let row = Math.max(y, part.y); row < end; row++) {
        const i = (row - top) * TILE + x - left
        const below = this.ids[i]!
        if (below !== 0) {
          this.#under ??= new Int32Array(TILE * TILE)
          this.#under[i] = below
        }
        this.ids[i] = slot.number
        // pixels of two instances show both, as a chequer
        const rgb = below !== 0 && (x + row) % 2 === 0 ? (colours.get(below) ?? fill) : fill
        if (rgb === null) continue
        this.rgba[i * 4] = rgb[0]
        this.rgba[i * 4 + 1] = rgb[1]
        this.rgba[i * 4 + 2] = rgb[2]
        this.rgba[i * 4 + 3] = 255
      }
    })
  }
}
