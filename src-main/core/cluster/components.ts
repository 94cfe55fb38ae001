import { DisjointSets } from '../disjoint-sets.ts'

/**
 * Connected components (8 neighbours) of a sparse set of pixels.
 * @param index [n] row-major pixel indices, ascending
 * @param width of the image in px
 * @returns [n] component of each pixel, numbered from 0 by first pixel, and how many there are
 */
export function sparseComponents(
  index: Uint32Array,
  width: number,
): { component: Int32Array; count: number } {
  const sets = new DisjointSets(index.length)
  forEachNeighbour(index, width, (k, before) => sets.join(k, before))
  const component = new Int32Array(index.length)
  let count = 0
  for (let k = 0; k < index.length; k++) {
    const first = sets.find(k)
    component[k] = first === k ? count++ : component[first]!
  }
  return { component, count }
}

/**
 * Visits each pair of pixels that touch, by a side or a corner, once.
 * @param index [n] row-major pixel indices, ascending
 * @param width of the image in px
 * @param visit gets positions in `index`, the later one first
 */
export function forEachNeighbour(
  index: Uint32Array,
  width: number,
  visit: (k: number, before: number) => void,
): void {
  let above = 0
  for (let k = 0; k < index.length; k++) {
    const pixel = index[k]!
    const column = pixel % width
    if (k > 0 && column > 0 && index[k - 1] === pixel - 1) visit(k, k - 1)
    const from = pixel - width - (column > 0 ? 1 : 0)
    const to = pixel - width + (column < width - 1 ? 1 : 0)
    while (index[above]! < from) above++
    for (let j = above; j < k && index[j]! <= to; j++) visit(k, j)
  }
}
