import type { Box } from '../../../src-main/core/geometry/box.ts'
import { gapBetween, overlapOf } from '../../../src-main/core/geometry/box.ts'
import type { Size } from '../../../src-main/core/mask/rle.ts'
import type { Rgb } from '../colours.ts'
import type { RasterInstance, Slot } from './tile.ts'
import { RasterTile, TILE } from './tile.ts'

/** Tiles that are kept beside those in view; a tile is 2 to 4 MB. */
const KEPT = 16
/** With more tiles than this in view, instances are a few screen pixels large: their outlines do, and no tile is made. */
const MOST_IN_VIEW = 36
/** A pointer that reaches further (image pixels) hits bounding boxes, not pixels. */
const COARSE = 24

/** A hit: an instance, and how far (image pixels) its nearest pixel lies from the point; 0 = inside. */
export interface Hit {
  id: string
  distance: number
}

/**
 * The instances of one image as pixels: made tile by tile where someone looks, mended where instances change. The masks are the truth;
 * this is what is quick to draw and to hit.
 */
export class Raster {
  readonly #size: Size
  #slots: readonly Slot[] = []
  #byNumber = new Map<number, Slot>()
  readonly #tiles = new Map<string, RasterTile>()
  #lastNumber = 0

  constructor(size: Size) {
    this.#size = size
  }

  /** Takes the instances, in drawing order; only what differs from before is painted anew. */
  set(instances: readonly RasterInstance[]): void {
    const now = this.#slots
    if (instances.length === now.length && instances.every((one, i) => one === now[i]!.instance)) return
    const before = new Map(now.map((slot) => [slot.instance.id, slot]))
    const changed: Box[] = []
    const slots = instances.map((instance): Slot => {
      const old = before.get(instance.id)
      before.delete(instance.id)
      if (!old || !looksAlike(old.instance, instance)) {
        if (old) changed.push(old.instance.bounds)
        changed.push(instance.bounds)
      }
      return { instance, number: old?.number ?? ++this.#lastNumber }
    })
    for (const gone of before.values()) changed.push(gone.instance.bounds)
    this.#slots = slots
    this.#byNumber = new Map(slots.map((slot) => [slot.number, slot]))
    for (const tile of this.#tiles.values()) tile.repaint(changed, slots, this.#size.height)
  }

  /** The tiles that meet a box of the image, made where they are not there yet; none where they would be too many. */
  tilesIn(box: Box): RasterTile[] {
    const part = overlapOf(box, { x: 0, y: 0, ...this.#size })
    if (part === null || (part.width / TILE) * (part.height / TILE) > MOST_IN_VIEW) return []
    const tiles: RasterTile[] = []
    for (let row = Math.floor(part.y / TILE); row * TILE < part.y + part.height; row++) {
      for (let column = Math.floor(part.x / TILE); column * TILE < part.x + part.width; column++) {
        tiles.push(this.#tile(column, row))
      }
    }
    this.#forgetOld(tiles.length)
    return tiles
  }

  #tile(column: number, row: number): RasterTile {
    const key = `${column} ${row}`
    const known = this.#tiles.get(key)
    const tile = known ?? new RasterTile(column, row)
    if (!known) tile.repaint([tile.box], this.#slots, this.#size.height)
    // the map's order is the order of use
    this.#tiles.delete(key)
    this.#tiles.set(key, tile)
    return tile
  }

  #forgetOld(inUse: number): void {
    for (const key of this.#tiles.keys()) {
      if (this.#tiles.size <= inUse + KEPT) return
      this.#tiles.delete(key)
    }
  }

  /**
   * Instances at a point (image pixels): first those that hold it, uppermost first, then those within `reach`, nearest first.
   */
  hits(point: { x: number; y: number }, reach: number): Hit[] {
    if (reach > COARSE) return this.#boxesNear(point, reach)
    const best = new Map<number, number>()
    const left = Math.floor(point.x - reach)
    const top = Math.floor(point.y - reach)
    const area = {
      x: left,
      y: top,
      width: Math.floor(point.x + reach) - left + 1,
      height: Math.floor(point.y + reach) - top + 1,
    }
    for (const tile of this.tilesIn(area)) {
      const part = overlapOf(tile.box, area)
      if (part === null) continue
      for (let y = part.y; y < part.y + part.height; y++) {
        for (let x = part.x; x < part.x + part.width; x++) {
          const distance = distanceToPixel(point, x, y)
          if (distance > reach) continue
          for (const number of tile.at(x, y)) {
            if (distance < (best.get(number) ?? Infinity)) best.set(number, distance)
          }
        }
      }
    }
    const order = new Map(this.#slots.map((slot, i) => [slot.number, i]))
    return [...best]
      .sort(([a, da], [b, db]) => da - db || (order.get(b) ?? 0) - (order.get(a) ?? 0))
      .flatMap(([number, distance]) => {
        const slot = this.#byNumber.get(number)
        return slot ? [{ id: slot.instance.id, distance }] : []
      })
  }

  #boxesNear(point: { x: number; y: number }, reach: number): Hit[] {
    const spot = { ...point, width: 0, height: 0 }
    return this.#slots
      .map(({ instance: { id, bounds } }) => ({ id, distance: gapBetween(bounds, spot) }))
      .filter(({ distance }) => distance <= reach)
      .sort((a, b) => a.distance - b.distance)
  }
}

function looksAlike(a: RasterInstance, b: RasterInstance): boolean {
  return a === b || (a.rle === b.rle && sameColour(a.fill, b.fill))
}

function sameColour(a: Rgb | null, b: Rgb | null): boolean {
  return a === b || (a !== null && b !== null && a.every((value, i) => value === b[i]))
}

function distanceToPixel(point: { x: number; y: number }, x: number, y: number): number {
  const dx = Math.max(0, x - point.x, point.x - x - 1)
  const dy = Math.max(0, y - point.y, point.y - y - 1)
  return Math.hypot(dx, dy)
}
