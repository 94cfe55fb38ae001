import type { Picture } from './field.ts'
import { NEIGHBOURS } from './grid-cut.ts'

/** What it costs to part two neighbours: always something, and more where they look alike. */
const PARTING = 0.1
const PARTING_ANYWHERE = 0.33

/** [height, width, 8] for `cutGrid`. */
export function linksOf({ area, pixels, step }: Picture): Float32Array {
  const { width, height } = area
  const links = new Float32Array(width * height * 8)
  const apart = (p: number, q: number): number => {
    let sum = 0
    for (let c = 0; c < 3; c++) {
      const difference = pixels[p * step + c]! - pixels[q * step + c]!
      sum += difference * difference
    }
    return sum
  }
  let [sum, pairs] = [0, 0]
  eachPair(width, height, (p, q) => {
    sum += apart(p, q)
    pairs++
  })
  const usual = (2 * sum) / Math.max(1, pairs) + 1
  eachPair(width, height, (p, q, d, length) => {
    const weight = (PARTING * (PARTING_ANYWHERE + Math.exp(-apart(p, q) / usual))) / length
    links[p * 8 + d] = weight
    links[q * 8 + 7 - d] = weight
  })
  return links
}

/** Each two neighbours once. */
function eachPair(
  width: number,
  height: number,
  visit: (p: number, q: number, direction: number, length: number) => void,
): void {
  for (let d = 4; d < 8; d++) {
    const [dx, dy] = NEIGHBOURS[d]!
    const length = Math.hypot(dx, dy)
    for (let y = 0; y < height - dy; y++) {
      for (let x = Math.max(0, -dx); x < width - Math.max(0, dx); x++) {
        visit(y * width + x, (y + dy) * width + x + dx, d, length)
      }
    }
  }
}
