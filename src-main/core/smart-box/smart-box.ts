import { overlapOf } from '../geometry/box.ts'
import type { PixelBox, Rle, Size } from '../mask/rle.ts'
import { componentsOf } from '../mask/components.ts'
import { fillHoles } from '../mask/morph.ts'
import {
  EMPTY_RLE,
  eachColumnRun,
  intersectionArea,
  canonicalise,
  subtract,
  union,
  unionAll,
} from '../mask/rle.ts'
import { colourLean } from './colour-lean.ts'
import type { Picture } from './field.ts'
import { cutGrid } from './grid-cut.ts'
import type { Asked } from './lean.ts'
import { SURE } from './lean.ts'
import { linksOf } from './links.ts'
import { netLean } from './net-lean.ts'
import type { BoxNet } from './net.ts'
import type { TurnedBox } from './turned-box.ts'
import { areaAround, depthsOf } from './turned-box.ts'

/**
 * From a rough box to the mask of the ship in it. A small network says of each pixel whether it is the ship's; where its weights are not there, the cheapest
 * cut between ship and water by rectangles that stand out, colours and edges. What a person has painted holds in either case.
 */

export interface SmartBoxQuestion {
  box: TurnedBox
  /** the box lies along the ship (two clicks), or merely around it */
  along: boolean
  /** of the image */
  size: Size
  /** the pixels of `smartBoxArea` */
  picture: Picture
  /** pixels that are not to be had: of other ships */
  taken: Rle
  /** painted on the ship, and beside it */
  ship: Rle
  water: Rle
  /** [area.height, area.width] 0..1: how sure a network is that a pixel belongs to this ship; null where none has looked */
  belief: Float32Array | null
  /** null: its weights are not there */
  net: BoxNet | null
}

/** Pixels beyond a box that are looked at, of its half extent, and pixels. */
const AROUND = 1
const AROUND_LEAST = 3

/** The pixels that are looked at; null where the box lies outside the image. */
export function smartBoxArea(box: TurnedBox, size: Size): PixelBox | null {
  return areaAround(box, AROUND, AROUND_LEAST, size)
}

/** Pixels of the ship: all that is painted on it, also beyond what is looked at, and nothing that is painted beside it or taken. */
export function smartBox(question: SmartBoxQuestion): Rle {
  const { ship, water, taken } = question
  return subtract(union(seenIn(question), ship), union(water, taken))
}

function seenIn(question: SmartBoxQuestion): Rle {
  const { net } = question
  const asked = askedOf(net ? question : nearer(question))
  if (takenShare(asked) > MOST_TAKEN) return EMPTY_RLE
  const side = net ? netSide(asked, net) : colourSide(asked)
  return cleaned(pack(side, asked.picture.area, question.size), question)
}

/** Where more of the box than this belongs to others there is no ship of its own in it. */
const MOST_TAKEN = 0.8
/** [area.height, area.width] 1: the ship's */
function netSide(asked: Asked, net: BoxNet): Uint8Array {
  const lean = withMarks(netLean(asked, net), asked)
  const side = new Uint8Array(lean.length)
  for (let p = 0; p < side.length; p++) if (lean[p]! > 0) side[p] = 1
  return side
}

/** [area.height, area.width] 1: the ship's */
function colourSide(asked: Asked): Uint8Array {
  const { picture } = asked
  const { width, height } = picture.area
  const lean = withMarks(colourLean(asked), asked)
  return cutGrid({ width, height, lean, links: linksOf(picture) })
}

/** What a person has said goes before what is seen. */
function withMarks(lean: Float32Array, { taken, ship, water }: Asked): Float32Array {
  for (let p = 0; p < lean.length; p++) {
    if (taken[p] === 1 || water[p] === 1) lean[p] = -SURE
    else if (ship[p] === 1) lean[p] = SURE
  }
  return lean
}

/** The part with most of what was painted, else the largest, without holes. */
function cleaned(rle: Rle, { size, ship }: SmartBoxQuestion): Rle {
  const parts = componentsOf(rle, size.height, 8)
  const painted = parts.filter((part) => intersectionArea(part, ship) > 0)
  const main = painted.length > 0 ? unionAll(painted) : (parts[0] ?? EMPTY_RLE)
  return fillHoles(main, size)
}

function askedOf({ box, along, size, picture, belief, ...marks }: SmartBoxQuestion): Asked {
  const plane = (rle: Rle) => unpack(rle, picture.area, size)
  const { taken, ship, water } = marks
  return { box, along, picture, belief, taken: plane(taken), ship: plane(ship), water: plane(water) }
}

/** What lies further from the box than this, of its half extent, only confuses the colours. */
const NEAR = 0.5

/** The same question of a smaller window. */
function nearer(question: SmartBoxQuestion): SmartBoxQuestion {
  const { box, size, picture, belief } = question
  const { step } = picture
  const all = picture.area
  const nearest = areaAround(box, NEAR, AROUND_LEAST, size)
  const area = nearest && overlapOf(nearest, all)
  if (!area) return question
  const pixels = new Uint8Array(area.width * area.height * step)
  const believed = belief && new Float32Array(area.width * area.height)
  for (let y = 0; y < area.height; y++) {
    const from = (area.y - all.y + y) * all.width + area.x - all.x
    pixels.set(picture.pixels.subarray(from * step, (from + area.width) * step), y * area.width * step)
    if (belief) believed?.set(belief.subarray(from, from + area.width), y * area.width)
  }
  return { ...question, picture: { area, pixels, step }, belief: believed }
}

/** Share of the box's pixels that belong to others, 0..1. */
function takenShare({ box, picture, taken }: Asked): number {
  if (!taken.includes(1)) return 0
  let [all, others] = [0, 0]
  depthsOf(picture.area, box).forEach((depth, p) => {
    if (depth < 0) return
    all++
    others += taken[p]!
  })
  return all === 0 ? 0 : others / all
}

/** [area.height, area.width] 1 where the mask has the pixel */
function unpack(rle: Rle, area: PixelBox, { height }: Size): Uint8Array {
  const out = new Uint8Array(area.width * area.height)
  eachColumnRun(rle, height, (x, y, length) => {
    const column = x - area.x
    if (column < 0 || column >= area.width) return
    const from = Math.max(y, area.y) - area.y
    const to = Math.min(y + length, area.y + area.height) - area.y
    for (let row = from; row < to; row++) out[row * area.width + column] = 1
  })
  return out
}

function pack(side: Uint8Array, area: PixelBox, { height }: Size): Rle {
  const runs: number[] = []
  for (let x = 0; x < area.width; x++) {
    for (let y = 0; y < area.height; y++) {
      if (side[y * area.width + x] === 1) runs.push((area.x + x) * height + area.y + y + 1, 1)
    }
  }
  return canonicalise(runs)
}
