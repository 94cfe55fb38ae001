import type { PixelBox } from '../mask/rle.ts'
import type { Look } from './crop.ts'
import { CELLS, cellOf, cropOf, inputOf } from './crop.ts'
import { fieldOf } from './field.ts'
import { settled } from './fit.ts'
import type { Asked } from './lean.ts'
import { logit } from './lean.ts'
import type { BoxNet } from './net.ts'
import { fitRectangle, rectangleOf } from './rectangle.ts'
import type { TurnedBox } from './turned-box.ts'
import { depthsOf } from './turned-box.ts'

/** What the network says of each pixel. It looks up to three times: at the box that was drawn, then nearer, along the ship that it saw there. */

/** What is seen in each of the looks counts so much. */
const FINE = [0.3, 0.35, 0.35] as const
const COARSE = [0.5, 0.5] as const
/** Where the cells of the first look are no larger than this, image px, a nearer one sees no more. */
const PIXEL = 1
/** Log odds of what no look shows. */
const UNSEEN = -8

/** What a network that has seen the whole image says counts little: it does not know of the box. */
const BY_BELIEF = 0.2

/** A rectangle that fits what is seen no better than this says nothing of it, intersection over union. */
const FITS = 0.7
/** How much a pixel within or beyond the rectangle's sides counts, at the most; and how deep it lies for nearly all of that, px. */
const BY_RECTANGLE = 4
const DEPTH = 1
/** Windows of so many pixels at the most are looked at for sides of which nothing is seen. */
const SMALL = 128 * 128

/** [area.height, area.width] log odds that a pixel is the ship's. */
export function netLean(asked: Asked, net: BoxNet): Float32Array {
  const { box, picture, belief } = asked
  const { area } = picture
  const first = lookAt(asked, net, box)
  const start = rectangleOf(first)
  const looks: Look[] = [first]
  let lean = leanOf(area, looks, [1])
  let fit = start && fitRectangle(lean, area, start)
  if (Math.max(cellOf(box.length), cellOf(box.breadth)) <= PIXEL) {
    looks.push(lookAt(asked, net, turned(box)))
    lean = leanOf(area, looks, COARSE)
  } else if (fit) {
    looks.push(lookAt(asked, net, fit.box))
    fit = fitRectangle(leanOf(area, looks, COARSE), area, fit.box)
    looks.push(lookAt(asked, net, turned(fit.box)))
    lean = leanOf(area, looks, FINE)
  }
  if (belief) for (let p = 0; p < lean.length; p++) lean[p]! += BY_BELIEF * logit(belief[p]!)
  if (fit) fit = fitRectangle(lean, area, fit.box)
  if (fit && fit.iou >= FITS) addRectangle(lean, area, settledIn(asked, fit.box))
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
function addRectangle(lean: Float32Array, area: PixelBox, rectangle: TurnedBox): void {
  depthsOf(area, rectangle).forEach((depth, p) => {
    lean[p]! += BY_RECTANGLE * Math.tanh(depth / DEPTH)
  })
}

function leanOf(area: PixelBox, looks: readonly Look[], shares: readonly number[]): Float32Array {
  const lean = new Float32Array(area.width * area.height).fill(UNSEEN)
  looks.forEach((look, i) => {
    addTo(lean, area, look, shares[i]!)
  })
  return lean
}

function lookAt(asked: Asked, net: BoxNet, box: TurnedBox): Look {
  return { box, odds: net.run(inputOf(cropOf(asked, box), box)) }
}

/** Adds what was seen less UNSEEN at each pixel's centre, between the cells around it by their distances. */
function addTo(lean: Float32Array, area: PixelBox, { box, odds }: Look, share: number): void {
  const [cos, sin] = [Math.cos(box.angle), Math.sin(box.angle)]
  const [u, v] = [cellOf(box.length), cellOf(box.breadth)]
  const last = CELLS - 1
  for (let y = 0, p = 0; y < area.height; y++) {
    const dy = area.y + y + 0.5 - box.y
    let i = ((area.x + 0.5 - box.x) * cos + dy * sin) / u + CELLS / 2 - 0.5
    let j = (dy * cos - (area.x + 0.5 - box.x) * sin) / v + CELLS / 2 - 0.5
    for (let x = 0; x < area.width; x++, p++, i += cos / u, j -= sin / v) {
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
