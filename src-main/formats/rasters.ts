import type { Rle } from '../core/mask/rle.ts'
import type { LabelRaster } from './format.ts'

/** Pictures of labels to masks. */

/** The pixels that are not 0. */
export function maskOfRaster(raster: LabelRaster): Rle {
  return masksOfRaster(raster, () => 1).get(1) ?? new Uint32Array(0)
}

/** Mask by value, 0 left out; one pass down the columns. @param group puts values together */
export function masksOfRaster(
  { width, height, data }: LabelRaster,
  group: (value: number) => number = (value) => value,
): Map<number, Rle> {
  const runs = new Map<number, number[]>()
  for (let x = 0; x < width; x++) {
    let value = 0
    let start = 0
    for (let y = 0; y <= height; y++) {
      const found = y < height ? data[y * width + x]! : 0
      const next = found === 0 ? 0 : group(found)
      if (next === value) continue
      if (value !== 0) extend(runs, value, x * height + start + 1, y - start)
      value = next
      start = y
    }
  }
  return new Map([...runs].sort(([a], [b]) => a - b).map(([value, own]) => [value, Uint32Array.from(own)]))
}

function extend(runs: Map<number, number[]>, value: number, start: number, length: number): void {
  const own = runs.get(value)
  if (!own) runs.set(value, [start, length])
  else if (own.at(-2)! + own.at(-1)! === start) own[own.length - 1]! += length
  else own.push(start, length)
}
