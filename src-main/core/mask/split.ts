import { DisjointSets } from '../disjoint-sets.ts'
import { componentsOf, largestFirst } from './components.ts'
import type { Rle, Size } from './rle.ts'
import { equal, fromPixels, pixelsOf, unionAll } from './rle.ts'
import type { Corner } from './shapes.ts'

/** The four neighbours that, taken from every pixel, name each pair of neighbours once. */
const LINKS = [
  [1, 0],
  [0, 1],
  [1, 1],
  [-1, 1],
] as const

/**
 * Cuts a mask along a stroke without width: every pixel goes to a side, none is lost. Two neighbouring pixels come apart where the
 * stroke passes between their centres. Parts of the mask that the stroke does not divide stay with the largest piece.
 * @param stroke at least two points, image pixels.
 * @returns the pieces, largest first; one piece where the stroke divides nothing.
 */
export function splitMask(rle: Rle, stroke: readonly Corner[], size: Size): Rle[] {
  const pixels = pixelsOf(rle, size)
  const cut = cutLinks(stroke, size)
  const indexOf = new Map<number, number>()
  pixels.forEach((pixel, i) => indexOf.set(pixel, i))
  const sets = new DisjointSets(pixels.length)
  pixels.forEach((pixel, i) => {
    const x = pixel % size.width
    LINKS.forEach(([dx, dy], link) => {
      if (x + dx < 0 || x + dx >= size.width) return
      const neighbour = indexOf.get(pixel + dy * size.width + dx)
      if (neighbour !== undefined && !cut.has(pixel * LINKS.length + link)) sets.join(i, neighbour)
    })
  })
  const groups = new Map<number, number[]>()
  pixels.forEach((pixel, i) => {
    const root = sets.find(i)
    const group = groups.get(root)
    if (group) group.push(pixel)
    else groups.set(root, [pixel])
  })
  const pieces = [...groups.values()].map((group) => fromPixels(group, size))
  return gatherUndivided(pieces, componentsOf(rle, size.height, 8))
}

/** Joins the pieces that are whole components to the largest of the others. */
function gatherUndivided(pieces: Rle[], components: Rle[]): Rle[] {
  const isWhole = (piece: Rle) => components.some((component) => equal(piece, component))
  const whole = pieces.filter(isWhole)
  const divided = largestFirst(pieces.filter((piece) => !whole.includes(piece)))
  if (divided.length === 0) return [unionAll(whole)]
  return largestFirst([unionAll([...whole, divided[0]!]), ...divided.slice(1)])
}

/** Keys (pixel * 4 + link) of the neighbour links that the stroke passes an odd number of times. */
function cutLinks(stroke: readonly Corner[], { width, height }: Size): Set<number> {
  const cut = new Set<number>()
  const way = stroke.flatMap((point, i) => (i === 0 ? [point] : shortSteps(stroke[i - 1]!, point)))
  for (let i = 0; i + 1 < way.length; i++) {
    const [a, b] = [way[i]!, way[i + 1]!]
    const left = Math.max(0, Math.floor(Math.min(a.x, b.x)) - 2)
    const right = Math.min(width - 1, Math.ceil(Math.max(a.x, b.x)) + 1)
    const top = Math.max(0, Math.floor(Math.min(a.y, b.y)) - 2)
    const bottom = Math.min(height - 1, Math.ceil(Math.max(a.y, b.y)) + 1)
    for (let y = top; y <= bottom; y++) {
      for (let x = left; x <= right; x++) {
        LINKS.forEach(([dx, dy], link) => {
          const p = { x: x + 0.5, y: y + 0.5 }
          if (!cross(p, { x: p.x + dx, y: p.y + dy }, a, b)) return
          const key = (y * width + x) * LINKS.length + link
          if (!cut.delete(key)) cut.add(key)
        })
      }
    }
  }
  return cut
}

/** The points on the way from `a` (left out) to `b`, at most 8 px apart: short steps have small surroundings. */
function shortSteps(a: Corner, b: Corner): Corner[] {
  const steps = Math.max(1, Math.ceil(Math.hypot(b.x - a.x, b.y - a.y) / 8))
  return Array.from({ length: steps }, (_, i) => {
    const t = (i + 1) / steps
    return i + 1 === steps ? b : { x: a.x + t * (b.x - a.x), y: a.y + t * (b.y - a.y) }
  })
}

/** Half-open: a stroke that only touches a link from one side crosses it not at all or twice. */
function cross(p: Corner, q: Corner, a: Corner, b: Corner): boolean {
  return isLeft(a, b, p) !== isLeft(a, b, q) && isLeft(p, q, a) !== isLeft(p, q, b)
}

function isLeft(from: Corner, to: Corner, point: Corner): boolean {
  return (to.x - from.x) * (point.y - from.y) - (to.y - from.y) * (point.x - from.x) >= 0
}
