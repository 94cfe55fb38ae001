import type { PixelBox } from '../mask/rle.ts'
import type { Look } from './crop.ts'
import { CELLS, cellOf, cropOf, inputOf } from './crop.ts'
import { fieldOf } from './field.ts'
import { settled } from './fit.ts'
import type { Asked } from './lean.ts'
import { SURE, logit } from './lean.ts'
import type { BoxNet } from './net.ts'
import type { Drawn, Fit, Grid } from './rectangle.ts'
import { fitRectangle, gridOver, rectangleOf } from './rectangle.ts'
import type { TurnedBox } from './turned-box.ts'
import { depthsOf } from './turned-box.ts'

/**
 * What the network says of each pixel. It looks up to three times: at the box that was drawn, then nearer, along the ship that it saw there,
 * and, unless the two agree, from the other end.
 */

/** What is seen in each of the looks counts so much. */
const TWICE = [0.5, 0.5]
const THRICE = [0.3, 0.35, 0.35]
const TWICE_NEARER = [0.4, 0.6]
/** Where two looks agree so well, expected intersection over union, a third says nothing new. */
const AGREED = 0.9
/** Where the cells of the first look are no larger than this, image px, a nearer one sees no more. */
const PIXEL = 1
/** Log odds of what no look shows. */
const UNSEEN = -8

/** What a network that has seen the whole image says counts little: it does not know of the box. */
const BY_BELIEF = 0.2

/** A rectangle that fits what is seen no better than this says nothing of it, intersection over union. */
const FITS = 0.6
/** How much a pixel within or beyond the rectangle's sides counts, at the most; and how deep it lies for nearly all of that, px. */
const BY_RECTANGLE = 4
const DEPTH = 1
const ALL = 4
/** Windows of so many pixels at the most are looked at for sides of which nothing is seen. */
const SMALL = 128 * 128

/** [area.height, area.width] log odds that a pixel is the ship's. */
export function netLean(asked: Asked, net: BoxNet): Float32Array {
  const { picture, belief } = asked
  const { looks, shares, fit } = looksOf(asked, net)
  const lean = leanOf(pixelsOf(picture.area), looks, shares)
  if (belief) for (let p = 0; p < lean.length; p++) lean[p]! += BY_BELIEF * logit(belief[p]!)
  if (fit && fit.iou >= FITS) addRectangle(lean, asked, settledIn(asked, fit.box))
  return lean
}

/** The turned rectangle of the ship; null: next to nothing was seen. */
export function netRectangle(asked: Asked, net: BoxNet): TurnedBox | null {
  return looksOf(asked, net).fit?.box ?? null
}

interface Seen {
  looks: readonly Look[]
  shares: readonly number[]
  /** null: next to nothing was seen */
  fit: Fit | null
}

function looksOf(asked: Asked, net: BoxNet): Seen {
  const { box, along, picture } = asked
  const grid = gridOver(picture.area)
  const fitTo = (start: TurnedBox, looks: readonly Look[], shares: readonly number[], drawn?: Drawn) =>
    fitRectangle(withPlaces(leanOf(grid, looks, shares), grid, asked), grid, start, drawn)
  const drawn = { box, along }
  const first = lookAt(asked, net, box)
  const start = rectangleOf(first)
  if (Math.max(cellOf(box.length), cellOf(box.breadth)) <= PIXEL) {
    const looks = [first, lookAt(asked, net, turned(box))]
    return { looks, shares: TWICE, fit: start && fitTo(start, looks, TWICE, drawn) }
  }
  if (start === null) return { looks: [first], shares: [1], fit: null }
  const second = lookAt(asked, net, fitTo(start, [first], [1]).box)
  const nearer = fitTo(second.box, [first, second], TWICE)
  if (agreement(leanOf(grid, [first], [1]), leanOf(grid, [second], [1])) >= AGREED) {
    const looks = [first, second]
    return { looks, shares: TWICE_NEARER, fit: fitTo(nearer.box, looks, TWICE_NEARER, drawn) }
  }
  const looks = [first, second, lookAt(asked, net, turned(nearer.box))]
  return { looks, shares: THRICE, fit: fitTo(nearer.box, looks, THRICE, drawn) }
}

/** Expected intersection over union of what is seen in two looks, 0..1. @param a log odds at the same places as `b` */
function agreement(a: Float32Array, b: Float32Array): number {
  let [both, either] = [0, 0]
  for (let p = 0; p < a.length; p++) {
    const least = Math.min(a[p]!, b[p]!)
    const most = Math.max(a[p]!, b[p]!)
    both += 1 / (1 + Math.exp(-least))
    either += 1 / (1 + Math.exp(-most))
  }
  return both / either
}

/** What a person has painted, and what others hold, is known of a place. */
function withPlaces(lean: Float32Array, grid: Grid, { picture, ship, water, taken }: Asked): Float32Array {
  const { area } = picture
  for (let y = 0, p = 0; y < grid.height; y++) {
    const row = Math.min(area.height - 1, Math.floor(grid.y + y * grid.gap - area.y)) * area.width
    for (let x = 0; x < grid.width; x++, p++) {
      const at = row + Math.min(area.width - 1, Math.floor(grid.x + x * grid.gap - area.x))
      if (taken[at] === 1 || water[at] === 1) lean[p] = -SURE
      else if (ship[at] === 1) lean[p] = SURE
    }
  }
  return lean
}

/** The same box seen from its other end: what is seen twice is surer. */
function turned(box: TurnedBox): TurnedBox {
  return { ...box, angle: box.angle + Math.PI }
}

/** Between two ships of one colour their side is where a person put it. */
function settledIn({ picture, taken, box }: Asked, rectangle: TurnedBox): TurnedBox {
  const { width, height } = picture.area
  return width * height > SMALL ? rectangle : settled(fieldOf(picture, taken, null), box, rectangle)
}

/** People mark ships by rectangles, and see what they mark as one. */
function addRectangle(lean: Float32Array, { picture, water }: Asked, rectangle: TurnedBox): void {
  const depths = depthsOf(picture.area, rectangle)
  // a person has said that it is no such rectangle
  if (water.some((painted, p) => painted === 1 && depths[p]! > 0)) return
  for (let p = 0; p < lean.length; p++) {
    const depth = depths[p]! / DEPTH
    lean[p]! += BY_RECTANGLE * (depth > ALL ? 1 : depth < -ALL ? -1 : Math.tanh(depth))
  }
}

function pixelsOf({ x, y, width, height }: PixelBox): Grid {
  return { x: x + 0.5, y: y + 0.5, width, height, gap: 1 }
}

/** [grid.height, grid.width] log odds that a place is the ship's. */
function leanOf(grid: Grid, looks: readonly Look[], shares: readonly number[]): Float32Array {
  const lean = new Float32Array(grid.width * grid.height).fill(UNSEEN)
  looks.forEach((look, i) => {
    addTo(lean, grid, look, shares[i]!)
  })
  return lean
}

function lookAt(asked: Asked, net: BoxNet, box: TurnedBox): Look {
  return { box, odds: net.run(inputOf(cropOf(asked, box), box)) }
}

/** Adds what was seen less UNSEEN at each place, between the cells around it by their distances. */
function addTo(lean: Float32Array, grid: Grid, { box, odds }: Look, share: number): void {
  const [cos, sin] = [Math.cos(box.angle), Math.sin(box.angle)]
  const [u, v] = [cellOf(box.length), cellOf(box.breadth)]
  const [right, down] = [(grid.gap * cos) / u, (-grid.gap * sin) / v]
  const last = CELLS - 1
  const dx = grid.x - box.x
  for (let y = 0, p = 0; y < grid.height; y++) {
    const dy = grid.y + y * grid.gap - box.y
    let i = (dx * cos + dy * sin) / u + CELLS / 2 - 0.5
    let j = (dy * cos - dx * sin) / v + CELLS / 2 - 0.5
    for (let x = 0; x < grid.width; x++, p++, i += right, j += down) {
      if (i < 0 || j < 0 || i > last || j > last) continue
      const left = Math.min(last - 1, Math.floor(i))
      const top = Math.min(last - 1, Math.floor(j))
      const a = i - left
      const b = j - top
      const at = top * CELLS + left
      const above = odds[at]! * (1 - a) + odds[at + 1]! * a
      const below = odds[at + CELLS]! * (1 - a) + odds[at + CELLS + 1]! * a
      lean[p]! += share * (above * (1 - b) + below * b - UNSEEN)
    }
  }
}
