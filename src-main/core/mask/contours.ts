import { columnRuns } from './components.ts'
import type { Rle } from './rle.ts'

/**
 * One closed outline along pixel edges: x0, y0, x1, y1, ... in image pixels, corners only, the last point joins the first.
 * Outer outlines run clockwise on the screen, holes counter-clockwise (the mask lies to the right of the way).
 */
export interface Contour {
  points: Int32Array
  hole: boolean
}

/**
 * The outlines of a mask. Parts that meet at a corner only are outlined apart. The even-odd or non-zero rule fills exactly the
 * mask's pixels.
 */
export function contoursOf(rle: Rle, height: number): Contour[] {
  const edges = edgesOf(rle, height)
  const used = new Uint8Array(edges.length)
  const contours: Contour[] = []
  const stride = height + 1
  const starts = new Map<number, number[]>()
  edges.forEach((edge, index) => {
    const key = edge.x0 * stride + edge.y0
    const at = starts.get(key)
    if (at) at.push(index)
    else starts.set(key, [index])
  })
  for (let first = 0; first < edges.length; first++) {
    if (used[first]) continue
    const ring: number[] = []
    let turn = 0
    let current = first
    let before = -1
    while (!used[current]) {
      used[current] = 1
      const edge = edges[current]!
      if (before < 0 || directionOf(edges[before]!) !== directionOf(edge)) ring.push(edge.x0, edge.y0)
      const leaving = (starts.get(edge.x1 * stride + edge.y1) ?? []).filter((i) => !used[i] || i === first)
      before = current
      current = rightmost(edge, leaving, edges)
    }
    // the start lies in the middle of a straight side where the last edge runs as the first
    if (directionOf(edges[before]!) === directionOf(edges[first]!)) ring.splice(0, 2)
    for (let i = 0; i < ring.length; i += 2) {
      const j = (i + 2) % ring.length
      turn += ring[i]! * ring[j + 1]! - ring[j]! * ring[i + 1]!
    }
    contours.push({ points: Int32Array.from(ring), hole: turn < 0 })
  }
  return contours
}

interface Edge {
  x0: number
  y0: number
  x1: number
  y1: number
}

/** 0 right, 1 down, 2 left, 3 up */
function directionOf(edge: Edge): number {
  if (edge.y0 === edge.y1) return edge.x1 > edge.x0 ? 0 : 2
  return edge.y1 > edge.y0 ? 1 : 3
}

/** Of the edges that leave a corner, the one that turns right: it stays with the pixel that the way has come along. */
function rightmost(arriving: Edge, leaving: number[], edges: Edge[]): number {
  const right = (directionOf(arriving) + 1) % 4
  return leaving.find((i) => directionOf(edges[i]!) === right) ?? leaving[0]!
}

/** All boundary edges, directed so that the mask lies to the right; vertical ones as long as they are straight. */
function edgesOf(rle: Rle, height: number): Edge[] {
  const { column, top, bottom, count } = columnRuns(rle, height)
  const edges: Edge[] = []
  const side = (x: number, run: number, neighbour: number, from: number, up: boolean) => {
    const add = (y0: number, y1: number) => {
      if (y0 < y1) edges.push(up ? { x0: x, y0: y1, x1: x, y1: y0 } : { x0: x, y0, x1: x, y1 })
    }
    let y = top[run]!
    let i = from
    for (; i < count && column[i] === neighbour && top[i]! < bottom[run]!; i++) {
      if (bottom[i]! <= y) continue
      add(y, Math.min(top[i]!, bottom[run]!))
      y = Math.max(y, bottom[i]!)
    }
    add(y, bottom[run]!)
  }
  let left = 0
  let right = 0
  for (let i = 0; i < count; i++) {
    const x = column[i]!
    edges.push({ x0: x, y0: top[i]!, x1: x + 1, y1: top[i]! })
    edges.push({ x0: x + 1, y0: bottom[i]!, x1: x, y1: bottom[i]! })
    while (column[left]! < x - 1 || (column[left] === x - 1 && bottom[left]! <= top[i]!)) left++
    while (right < count && (column[right]! <= x || (column[right] === x + 1 && bottom[right]! <= top[i]!)))
      right++
    side(x, i, x - 1, left, true)
    side(x + 1, i, x + 1, right, false)
  }
  return edges
}
