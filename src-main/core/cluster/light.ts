import type { RgbImage, SparseInference, SparseLight } from '../../contract/engine.ts'
import { SPARSE_FOREGROUND } from './sparse.ts'

/** Side of the cells that light is summed in, px. */
const CELL = 8

/** What is around a pixel is its own cell and so many in each direction: a square of 40 px. */
const REACH = 2

/** Deviations are kept in steps of a quarter. */
const STEPS = 4

/** Number of pixels and sums of their light, by cell or over some. */
interface Sums<T> {
  n: T
  light: T
  squares: T
}

interface Cells extends Sums<Float64Array> {
  across: number
  down: number
}

/**
 * What the image shows at the pixels of an inference. The water around a pixel is whatever has less than the least foreground that inferences keep; where there is none
 * within reach, the whole image stands for it.
 * @param sparse of this image
 */
export function lightOf(
  image: RgbImage,
  { index, foreground }: Pick<SparseInference, 'index' | 'foreground'>,
): SparseLight {
  const { width } = image
  const cells = cellsOf(image)
  const { across, down, ...sums } = cells
  const whole = momentsOf(sumOver(cells, { left: 0, right: across, top: 0, bottom: down }))
  const own = new Uint8Array(index.length)
  const cell = new Uint32Array(index.length)
  for (let k = 0; k < index.length; k++) {
    const pixel = index[k]!
    const x = pixel % width
    const at = Math.floor((pixel - x) / width / CELL) * across + Math.floor(x / CELL)
    const light = lightAt(image, pixel)
    own[k] = Math.round(light)
    cell[k] = at
    if (foreground[k]! < Math.round(SPARSE_FOREGROUND * 255)) continue
    sums.n[at]!--
    sums.light[at]! -= light
    sums.squares[at]! -= light * light
  }
  const water = new Uint8Array(index.length)
  const roughness = new Uint8Array(index.length)
  const known = new Map<number, { mean: number; deviation: number }>()
  cell.forEach((at, k) => {
    const around = known.get(at) ?? waterAround(cells, at) ?? whole
    known.set(at, around)
    water[k] = Math.round(around.mean)
    roughness[k] = Math.min(255, Math.round(STEPS * around.deviation))
  })
  return { own, water, roughness, whole: Math.fround(whole.deviation) }
}

/** Light of a pixel, 0..255. */
function lightAt({ data }: RgbImage, pixel: number): number {
  return (data[3 * pixel]! + data[3 * pixel + 1]! + data[3 * pixel + 2]!) / 3
}

function cellsOf({ width, height, data }: RgbImage): Cells {
  const across = Math.ceil(width / CELL)
  const down = Math.ceil(height / CELL)
  const [n, light, squares] = [0, 1, 2].map(() => new Float64Array(across * down)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ]
  for (let y = 0; y < height; y++) {
    for (let column = 0; column < across; column++) {
      const from = y * width + column * CELL
      const end = y * width + Math.min(width, (column + 1) * CELL)
      // whole numbers until a cell's row is summed: each pixel of the image comes by here
      let [sum, squared] = [0, 0]
      for (let i = 3 * from; i < 3 * end; i += 3) {
        const bands = data[i]! + data[i + 1]! + data[i + 2]!
        sum += bands
        squared += bands * bands
      }
      const at = Math.floor(y / CELL) * across + column
      n[at]! += end - from
      light[at]! += sum / 3
      squares[at]! += squared / 9
    }
  }
  return { across, down, n, light, squares }
}

/** null: all that is there is foreground */
function waterAround(cells: Cells, at: number): { mean: number; deviation: number } | null {
  const { across, down } = cells
  const x = at % across
  const y = (at - x) / across
  const sums = sumOver(cells, {
    left: Math.max(0, x - REACH),
    right: Math.min(across, x + REACH + 1),
    top: Math.max(0, y - REACH),
    bottom: Math.min(down, y + REACH + 1),
  })
  return sums.n > 0 ? momentsOf(sums) : null
}

/** @param cells from left and top, before right and bottom */
function sumOver(
  { across, n, light, squares }: Cells,
  { left, right, top, bottom }: Record<'left' | 'right' | 'top' | 'bottom', number>,
): Sums<number> {
  const sums = { n: 0, light: 0, squares: 0 }
  for (let y = top; y < bottom; y++) {
    for (let at = y * across + left; at < y * across + right; at++) {
      sums.n += n[at]!
      sums.light += light[at]!
      sums.squares += squares[at]!
    }
  }
  return sums
}

function momentsOf({ n, light, squares }: Sums<number>): { mean: number; deviation: number } {
  // differences of sums may fall below 0 by rounding
  const mean = Math.max(0, light / n)
  return { mean, deviation: Math.sqrt(Math.max(0, squares / n - mean * mean)) }
}
