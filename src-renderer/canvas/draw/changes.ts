import type { Box } from '../../../src-main/core/geometry/box.ts'
import { overlapOf } from '../../../src-main/core/geometry/box.ts'
import type { SceneInstance } from '../scene.ts'
import type { Frame } from './fit.ts'

/** What of a picture of outlines is to be drawn anew. */

/** Side of a cell, device pixels. */
const CELL = 32

/** Side of the frame about an instance too small to be seen, CSS pixels. */
export const HALO = 12

/** Smaller than this on the screen (CSS pixels) an instance gets a halo. */
const TOO_SMALL = 6
/** So far beyond its pixels an outline with its black ground goes at most, CSS pixels. */
const GROUND = 5

/** Whether an instance is too small to be seen without a halo. @param scale CSS pixels per image pixel */
export function isSmall({ width, height }: Box, scale: number): boolean {
  return Math.max(width, height) * scale < TOO_SMALL
}

/** An instance in view, and whether it is selected. */
export interface Seen {
  instance: SceneInstance
  selected: boolean
}

/** What was drawn otherwise, and what is to be drawn otherwise. */
export function differences(before: ReadonlyMap<string, Seen>, now: ReadonlyMap<string, Seen>): Seen[] {
  const different: Seen[] = []
  for (const [id, was] of before) if (!now.has(id)) different.push(was)
  for (const [id, is] of now) {
    const was = before.get(id)
    if (was && looksAlike(was, is)) continue
    different.push(is)
    if (was) different.push(was)
  }
  return different
}

function looksAlike(a: Seen, b: Seen): boolean {
  return a.selected === b.selected && (a.instance === b.instance || seenAlike(a.instance, b.instance))
}

function seenAlike(a: SceneInstance, b: SceneInstance): boolean {
  return a.rle === b.rle && a.hex === b.hex && a.kind === b.kind && a.mark?.style === b.mark?.style
}

/** Where an instance's outline may reach, halo and black ground included: device pixels, whole numbers. */
export function reachOf({ bounds }: SceneInstance, { camera, ratio }: Frame): Box {
  const margin = isSmall(bounds, camera.scale) ? HALO : GROUND
  const x = Math.floor((bounds.x * camera.scale + camera.x - margin) * ratio)
  const y = Math.floor((bounds.y * camera.scale + camera.y - margin) * ratio)
  const right = Math.ceil(((bounds.x + bounds.width) * camera.scale + camera.x + margin) * ratio)
  const bottom = Math.ceil(((bounds.y + bounds.height) * camera.scale + camera.y + margin) * ratio)
  return { x, y, width: right - x, height: bottom - y }
}

/** A part of a picture, and what is to be drawn in it. */
export interface Part<T> {
  /** device pixels, whole numbers; drawing is confined to it */
  box: Box
  /** all that reaches into it, in the order in which it was given */
  content: T[]
}

/** Parts of a picture with what reaches into each: found by way of cells, so that nothing is compared with all of the rest. @param reach of one of `all`, device pixels */
export function fillParts<T>(
  boxes: readonly Box[],
  all: readonly T[],
  reach: (one: T) => Box,
  { width, height }: { width: number; height: number },
): Part<T>[] {
  const columns = Math.ceil(width / CELL)
  const marked = new Uint8Array(columns * Math.ceil(height / CELL))
  const parts = boxes.flatMap((box) => {
    const within = overlapOf(box, { x: 0, y: 0, width, height })
    if (within) someCell(within, columns, marked, (cell) => ((marked[cell] = 1), false))
    return within ? [{ box: within, content: [] as T[] }] : []
  })
  for (const one of all) {
    const box = reach(one)
    if (!someCell(box, columns, marked, (cell) => marked[cell] === 1)) continue
    for (const part of parts) if (meet(box, part.box)) part.content.push(one)
  }
  return parts
}

function meet(a: Box, b: Box): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height
}

/** Whether `look` is true of one of the cells that a box meets. */
function someCell(
  { x, y, width, height }: Box,
  columns: number,
  { length }: Uint8Array,
  look: (cell: number) => boolean,
): boolean {
  const right = Math.min(columns - 1, Math.floor((x + width - 1) / CELL))
  const bottom = Math.min(length / columns - 1, Math.floor((y + height - 1) / CELL))
  for (let row = Math.max(0, Math.floor(y / CELL)); row <= bottom; row++) {
    for (let column = Math.max(0, Math.floor(x / CELL)); column <= right; column++) {
      if (look(row * columns + column)) return true
    }
  }
  return false
}
