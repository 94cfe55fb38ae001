import { emptyLike } from '../core/mapping/sample-array.ts'
import type { SampleArray } from '../core/mapping/sample-array.ts'
import type { PixelWindow } from './pixel-source.ts'

/** Some bands of a window of whole rows of pixels; all of it as it is, not copied. */
export function cut<T extends SampleArray>(
  data: T,
  channels: number,
  { x, y, width, height, stride }: PixelWindow & { stride: number },
  bands: readonly number[],
): T {
  const asIs = bands.length === channels && bands.every((band, i) => band === i)
  const whole = x === 0 && y === 0 && width === stride && data.length === width * height * channels
  if (asIs && whole) return data
  const part = emptyLike(data, width * height * bands.length)
  let to = 0
  for (let row = 0; row < height; row++) {
    const start = ((y + row) * stride + x) * channels
    if (asIs) {
      part.set(data.subarray(start, start + width * channels), row * width * channels)
      continue
    }
    for (let at = start; at < start + width * channels; at += channels) {
      for (const band of bands) part[to++] = data[at + band]!
    }
  }
  return part
}
