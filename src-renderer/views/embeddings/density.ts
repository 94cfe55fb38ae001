import type { Camera } from '../../../src-main/core/geometry/camera.ts'

/** How far a point reaches, in cells. */
const BLUR = 2

interface Cells {
  /** [rows * columns] how dense it is there, 0 to 1 in the densest */
  values: Float32Array
  columns: number
  rows: number
}

/**
 * How densely points lie in square cells of the view: their number, spread over the cells around by 1 / (1 + d^2).
 * @param mode [n] below 0: the point does not count
 * @param camera from the plane to cells
 */
export function densityOf(
  { x, y, mode }: { x: Float32Array; y: Float32Array; mode: Int32Array },
  camera: Camera,
  { columns, rows }: { columns: number; rows: number },
): Cells {
  const counts = new Float32Array(columns * rows)
  for (let i = 0; i < x.length; i++) {
    if (mode[i]! < 0) continue
    const column = Math.floor(x[i]! * camera.scale + camera.x)
    const row = Math.floor(y[i]! * camera.scale + camera.y)
    if (column >= 0 && row >= 0 && column < columns && row < rows) counts[row * columns + column]!++
  }
  const values = new Float32Array(columns * rows)
  let most = 0
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const count = counts[row * columns + column]!
      if (count === 0) continue
      for (let r = Math.max(0, row - BLUR); r <= Math.min(rows - 1, row + BLUR); r++) {
        for (let c = Math.max(0, column - BLUR); c <= Math.min(columns - 1, column + BLUR); c++) {
          const value = (values[r * columns + c]! += count / (1 + (r - row) ** 2 + (c - column) ** 2))
          if (value > most) most = value
        }
      }
    }
  }
  if (most > 0) for (let cell = 0; cell < values.length; cell++) values[cell]! /= most
  return { values, columns, rows }
}
