import type { Rle } from '../mask/rle.ts'

/** Length and breadth of an instance on the ground, in metres: of the rectangle that has the same second moments. */
export interface Measured {
  length: number
  breadth: number
}

/**
 * Measures a mask.
 * @param rle at least one pixel
 * @param height of the image in px
 * @param metres sides of a pixel on the ground
 */
export function measure(rle: Rle, height: number, metres: { x: number; y: number }): Measured {
  let [n, x, y, xx, xy, yy] = [0, 0, 0, 0, 0, 0]
  for (let i = 0; i + 1 < rle.length; i += 2) {
    let start = rle[i]! - 1
    let left = rle[i + 1]!
    while (left > 0) {
      const column = Math.floor(start / height)
      const top = start - column * height
      const rows = Math.min(left, height - top)
      // sums over rows top to top + rows - 1, in closed form
      const sum = (rows * (2 * top + rows - 1)) / 2
      const squares = rows * top * top + top * rows * (rows - 1) + ((rows - 1) * rows * (2 * rows - 1)) / 6
      n += rows
      x += rows * column
      y += sum
      xx += rows * column * column
      xy += column * sum
      yy += squares
      start += rows
      left -= rows
    }
  }
  const [a, b] = [metres.x, metres.y]
  // a pixel is a square and no point: a twelfth more along each axis
  const spreadX = a * a * (xx / n - (x / n) ** 2 + 1 / 12)
  const spreadY = b * b * (yy / n - (y / n) ** 2 + 1 / 12)
  const both = a * b * (xy / n - (x / n) * (y / n))
  const half = (spreadX + spreadY) / 2
  const away = Math.hypot((spreadX - spreadY) / 2, both)
  return { length: Math.sqrt(12 * (half + away)), breadth: Math.sqrt(12 * Math.max(0, half - away)) }
}
