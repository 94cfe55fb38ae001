import { axesOf, momentsOf } from '../cluster/moments.ts'
import { overlapOf } from '../geometry/box.ts'
import type { PixelBox, Rle, Size } from '../mask/rle.ts'
import { componentsOf } from '../mask/components.ts'
import { fillHoles } from '../mask/morph.ts'
import {
  EMPTY_RLE,
  eachColumnRun,
  intersectionArea,
  canonicalise,
  pixelsOf,
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
import { netLean, netRectangle } from './net-lean.ts'
import type { BoxNet } from './net.ts'
import { mendedBy } from './strokes.ts'
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

/** The turned rectangle of the ship, finer than a pixel; null where none is seen. */
export function smartRectangle(question: SmartBoxQuestion): TurnedBox | null {
  const { net, size } = question
  if (!net) return rectangleOfMask(smartBox(question), size)
  const asked = askedOf(question)
  return takenShare(asked) > MOST_TAKEN ? null : netRectangle(asked, net)
}

/** The rectangle with the mask's own moments; null for an empty one. */
function rectangleOfMask(rle: Rle, { width, height }: Size): TurnedBox | null {
  const pixels = pixelsOf(rle, { width, height })
  if (pixels.length === 0) return null
  const xs = Float32Array.from(pixels, (p) => (p % width) + 0.5)
  const ys = Float32Array.from(pixels, (p) => Math.floor(p / width) + 0.5)
  const moments = momentsOf(new Int32Array(pixels.length), 1, xs, ys)[0]!
  return { x: moments.x / moments.n, y: moments.y / moments.n, ...axesOf(moments) }
}

function seenIn(question: SmartBoxQuestion): Rle {
  const { net } = question
  const asked = askedOf(net ? question : nearer(question))
  if (takenShare(asked) > MOST_TAKEN) return EMPTY_RLE
  return net ? seenByNet(asked, question, net) : seenByColours(asked, question)
}

/** Where more of the box than this belongs to others there is no ship of its own in it. */
const MOST_TAKEN = 0.8

/** What is seen without strokes, and how they change that: so that a stroke adds, or takes away, and does nothing else. */
function seenByNet(asked: Asked, { size, ship, water }: SmartBoxQuestion, net: BoxNet): Rle {
  const { area } = asked.picture
  const none = new Uint8Array(asked.ship.length)
  const plain = { ...asked, ship: none, water: none }
  const lean = netLean(plain, net)
  const [seen = EMPTY_RLE] = partsOf(withMarks(Float32Array.from(lean), plain), area, size)
  if (ship.length === 0 && water.length === 0) return fillHoles(seen, size)
  const mended = withMarks(mendedBy(lean, netLean(asked, net), asked), asked)
  const parts = partsOf(mended, area, size)
  const main = parts.find((part) => intersectionArea(part, seen) > 0) ?? EMPTY_RLE
  const painted = parts.filter((part) => intersectionArea(part, ship) > 0)
  return fillHoles(unionAll([main, ...painted]), size)
}

/** The part with most of what was painted, else the largest, without holes. */
function seenByColours(asked: Asked, { size, ship }: SmartBoxQuestion): Rle {
  const { picture } = asked
  const { width, height } = picture.area
  const lean = withMarks(colourLean(asked), asked)
  const side = cutGrid({ width, height, lean, links: linksOf(picture) })
  const parts = componentsOf(pack(side, picture.area, size), size.height, 8)
  const painted = parts.filter((part) => intersectionArea(part, ship) > 0)
  return fillHoles(painted.length > 0 ? unionAll(painted) : (parts[0] ?? EMPTY_RLE), size)
}

/** What is connected of the pixels that are likelier the ship's than not, the largest first. */
function partsOf(lean: Float32Array, area: PixelBox, size: Size): Rle[] {
  return componentsOf(
    pack(
      Uint8Array.from(lean, (odds) => (odds > 0 ? 1 : 0)),
      area,
      size,
    ),
    size.height,
    8,
  )
}

/** What a person has said goes before what is seen. */
function withMarks(lean: Float32Array, { taken, ship, water }: Asked): Float32Array {
  for (let p = 0; p < lean.length; p++) {
    if (taken[p] === 1 || water[p] === 1) lean[p] = -SURE
    else if (ship[p] === 1) lean[p] = SURE
  }
  return lean
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
