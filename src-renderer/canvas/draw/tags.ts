import type { Box } from '../../../src-main/core/geometry/box.ts'
import { overlapOf } from '../../../src-main/core/geometry/box.ts'
import { TAG_GROUND, TAG_INK } from '../colours.ts'
import type { SceneInstance } from '../scene.ts'
import type { Frame } from './fit.ts'
import { inView } from './outlines.ts'
import type { Sign } from './signs.ts'
import { drawSign } from './signs.ts'

const FONT = '600 11px "Inter Variable", Inter, system-ui, sans-serif'
const HEIGHT = 16
const SIGN = 12
const GAP = 5

/** More than this many in view, and tags would only hide the picture. */
const MOST = 150
/** Smaller than this on the screen, CSS pixels, an instance has no tag until it is selected or under the pointer. */
const SMALLEST = 9

const SIGNS: Record<string, Sign> = { hit: 'tick', missed: 'cross', false: 'ring' }

export interface Tag {
  /** of its instance */
  id: string
  text: string
  sign: Sign | null
  ink: string
  box: Box
}

/** Tags beside the instances in view: above where there is room, else to the side or below; never one over another. */
export function placeTags(
  instances: readonly SceneInstance[],
  frame: Frame,
  widthOf: (text: string) => number,
): Tag[] {
  const seen = inView(instances, frame, 0).filter(
    ({ bounds, tag }) =>
      tag !== null && Math.max(bounds.width, bounds.height) * frame.camera.scale >= SMALLEST,
  )
  if (seen.length > MOST) return []
  const placed: Tag[] = []
  for (const instance of seen) {
    const tag = placeTag(instance, placed, frame, widthOf)
    if (tag) placed.push(tag)
  }
  return placed
}

/** The tag of one instance, at the first place that is free of `placed` and in view. */
export function placeTag(
  { id, bounds, tag, mark, hex }: SceneInstance,
  placed: readonly Tag[],
  { camera, width, height }: Frame,
  widthOf: (text: string) => number,
): Tag | null {
  if (tag === null) return null
  const sign = (mark && SIGNS[mark.style]) ?? null
  const w = Math.ceil(widthOf(tag)) + 10 + (sign ? SIGN : 0)
  const left = bounds.x * camera.scale + camera.x
  const top = bounds.y * camera.scale + camera.y
  const [right, bottom] = [left + bounds.width * camera.scale, top + bounds.height * camera.scale]
  const [middleX, middleY] = [(left + right - w) / 2, (top + bottom - HEIGHT) / 2]
  const places = [
    [middleX, top - GAP - HEIGHT],
    [left - GAP - w, middleY],
    [right + GAP, middleY],
    [middleX, bottom + GAP],
  ] as const
  for (const [x, y] of places) {
    const box = { x: Math.round(x), y: Math.round(y), width: w, height: HEIGHT }
    const inside = box.x >= 0 && box.y >= 0 && box.x + w <= width && box.y + HEIGHT <= height
    if (!inside || placed.some((other) => overlapOf(other.box, box))) continue
    return { id, text: tag, sign, ink: mark ? hex : TAG_INK, box }
  }
  return null
}

export function drawTags(context: CanvasRenderingContext2D, tags: readonly Tag[]): void {
  context.font = FONT
  context.textBaseline = 'middle'
  for (const { text, sign, ink, box } of tags) {
    context.fillStyle = TAG_GROUND
    context.beginPath()
    context.roundRect(box.x, box.y, box.width, box.height, 4)
    context.fill()
    if (sign) drawSign(context, sign, box.x + 5 + SIGN / 2 - 2, box.y + HEIGHT / 2, ink)
    context.fillStyle = ink
    context.fillText(text, box.x + 5 + (sign ? SIGN : 0), box.y + HEIGHT / 2 + 0.5)
  }
}

const widths = new Map<string, number>()

/** Width of a tag's text in CSS pixels. */
export function tagWidth(context: CanvasRenderingContext2D, text: string): number {
  const known = widths.get(text)
  if (known !== undefined) return known
  context.font = FONT
  const { width } = context.measureText(text)
  if (widths.size > 5000) widths.clear()
  widths.set(text, width)
  return width
}
