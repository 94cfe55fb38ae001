import type { Box } from '../../../src-main/core/geometry/box.ts'
import type { SceneInstance } from '../scene.ts'
import type { Frame } from './fit.ts'

/** What of a picture of outlines is to be drawn anew. */

/** Side of the frame about an instance too small to be seen, CSS pixels. */
export const HALO = 12

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
  const x = Math.floor((bounds.x * camera.scale + camera.x - HALO) * ratio)
  const y = Math.floor((bounds.y * camera.scale + camera.y - HALO) * ratio)
  const right = Math.ceil(((bounds.x + bounds.width) * camera.scale + camera.x + HALO) * ratio)
  const bottom = Math.ceil(((bounds.y + bounds.height) * camera.scale + camera.y + HALO) * ratio)
  return { x, y, width: right - x, height: bottom - y }
}
