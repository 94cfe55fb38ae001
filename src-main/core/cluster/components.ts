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
  const parent = new Int32Array(index.length)
  const find = (k: number): number => {
    while (parent[k] !== k) k = parent[k] = parent[parent[k]!]!
    return k
  }
  const join = (a: number, b: number): void => {
    const ra = find(a)
    const rb = find(b)
    parent[Math.max(ra, rb)] = Math.min(ra, rb)
  }

  let above = 0
  for (let k = 0; k < index.length; k++) {
    const pixel = index[k]!
    const column = pixel % width
    parent[k] = k
    if (k > 0 && column > 0 && index[k - 1] === pixel - 1) join(k, k - 1)
    const from = pixel - width - (column > 0 ? 1 : 0)
    const to = pixel - width + (column < width - 1 ? 1 : 0)
    while (index[above]! < from) above++
    for (let j = above; j < k && index[j]! <= to; j++) join(k, j)
  }

  const component = new Int32Array(index.length)
  let count = 0
  for (let k = 0; k < index.length; k++) component[k] = parent[k] === k ? count++ : component[find(k)]!
  return { component, count }
}
