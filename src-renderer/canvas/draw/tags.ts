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
  const bodies = seen.map(({ bounds }) => onScreen(bounds, frame))
  for (const instance of seen) {
    const tag = placeTag(instance, placed, bodies, frame, widthOf)
    if (tag) placed.push(tag)
  }
  return placed
}

/**
 * The tag of one instance, at the first place that is in view, free of the tags in `placed`, and, where there is such a place, of the
 * instances in `bodies` (CSS pixels).
 */
export function placeTag(
  { id, bounds, tag, mark, hex }: SceneInstance,
  placed: readonly Tag[],
  bodies: readonly Box[],
  frame: Frame,
  widthOf: (text: string) => number,
): Tag | null {
  if (tag === null) return null
  const sign = (mark && SIGNS[mark.style]) ?? null
  const w = Math.ceil(widthOf(tag)) + 10 + (sign ? SIGN : 0)
  const body = onScreen(bounds, frame)
  // at the edge of the view a tag slides along its ship
  const within = (value: number, most: number) => Math.min(Math.max(0, most), Math.max(0, value))
  const middleX = within(body.x + (body.width - w) / 2, frame.width - w)
  const middleY = within(body.y + (body.height - HEIGHT) / 2, frame.height - HEIGHT)
  const free = [
    [middleX, body.y - GAP - HEIGHT],
    [body.x - GAP - w, middleY],
    [body.x + body.width + GAP, middleY],
    [middleX, body.y + body.height + GAP],
  ]
    .map(([x = 0, y = 0]) => ({ x: Math.round(x), y: Math.round(y), width: w, height: HEIGHT }))
    .filter(
      (box) =>
        box.x >= 0 &&
        box.y >= 0 &&
        box.x + w <= frame.width &&
        box.y + HEIGHT <= frame.height &&
        !placed.some((other) => overlapOf(other.box, box)),
    )
  const box = free.find((place) => !bodies.some((other) => overlapOf(other, place))) ?? free[0]
  return box ? { id, text: tag, sign, ink: mark ? hex : TAG_INK, box } : null
}

/** A box of the image in CSS pixels. */
function onScreen({ x, y, width, height }: Box, { camera }: Frame): Box {
  return {
    x: x * camera.scale + camera.x,
    y: y * camera.scale + camera.y,
    width: width * camera.scale,
    height: height * camera.scale,
  }
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
