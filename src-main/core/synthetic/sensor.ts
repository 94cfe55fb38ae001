import type { Random } from '../random.ts'
import { between, normal } from '../random.ts'
import type { Surface } from './surface.ts'
import { mapping, TEXTURE_SIDE, textures } from './textures.ts'
import { compress } from './jpeg.ts'

/**
 * What lens, sensor and storage do to a scene: blur, the sharpening that image providers apply (it draws dark
 * seams around bright ships), noise, colour cast, contrast, and the blocks of JPEG.
 * @returns 8-bit RGB, row-major [height, width, 3]
 */
export function photograph(surface: Surface, random: Random): Uint8Array {
  const { width, height, rgb } = surface
  const grain = 0.9 * Math.exp(0.45 * normal(random)) * (random() < 0.1 ? 3 : 1)
  addGrain(rgb, random, grain)
  const blurred = blur(rgb, width, height, 3, between(random, 0.45, 0.95))
  if (random() < 0.85) {
    sharpen(blurred, width, height, between(random, 0.9, 1.6), between(random, 0.4, 2))
  }
  const exposure = Math.exp(0.1 * normal(random))
  const gain = [0, 1, 2].map(() => exposure * Math.exp(0.015 * normal(random)))
  const offset = [0, 1, 2].map(() => 1.5 * normal(random))
  for (let c = 0; c < 3; c++) {
    const factor = gain[c]!
    const base = offset[c]!
    for (let i = c; i < blurred.length; i += 3) blurred[i] = blurred[i]! * factor + base
  }
  addGrain(blurred, random, between(random, 0.2, 0.9))
  if (random() < 0.8) compress(blurred, width, height, between(random, 74, 97))
  const out = new Uint8ClampedArray(blurred.length)
  for (let i = 0; i < out.length; i++) out[i] = blurred[i]!
  return new Uint8Array(out.buffer)
}

/** Adds white noise of this standard deviation, mostly the same in all three channels. */
function addGrain(rgb: Float32Array, random: Random, strength: number): void {
  const { grain } = textures()
  const map = mapping(random, 1, 0)
  const texels = TEXTURE_SIDE * TEXTURE_SIDE - 1
  let at = Math.floor(map.y) * TEXTURE_SIDE + Math.floor(map.x)
  const common = strength * 0.85
  const own = strength * 0.5
  // a large odd stride, so that no row of the picture meets the same row of the texture again
  for (let i = 0; i < rgb.length; i += 3, at += 1) {
    const shared = grain[at & texels]! * common
    rgb[i] = rgb[i]! + shared + own * grain[(at * 5 + 101) & texels]!
    rgb[i + 1] = rgb[i + 1]! + shared + own * grain[(at * 7 + 50_077) & texels]!
    rgb[i + 2] = rgb[i + 2]! + shared + own * grain[(at * 11 + 90_001) & texels]!
  }
}

/** Gaussian blur of [height, width, channels] with edges repeated; sigma in px, at most 2. */
export function blur(
  values: Float32Array,
  width: number,
  height: number,
  channels: number,
  sigma: number,
): Float32Array {
  const radius = sigma < 0.7 ? 1 : sigma < 1.2 ? 2 : 3
  const weights = new Float64Array(radius + 1)
  let sum = 0
  for (let k = 0; k <= radius; k++) {
    weights[k] = Math.exp((-k * k) / (2 * sigma * sigma))
    sum += (k ? 2 : 1) * weights[k]!
  }
  for (let k = 0; k <= radius; k++) weights[k] = weights[k]! / sum
  const row = width * channels
  const across = new Float32Array(values.length)
  const line = new Float32Array(row + 2 * radius * channels)
  for (let y = 0; y < height; y++) {
    const start = y * row
    line.set(values.subarray(start, start + row), radius * channels)
    for (let i = 0; i < radius * channels; i++) {
      line[i] = values[start + (i % channels)]!
      line[line.length - 1 - i] = values[start + row - 1 - (i % channels)]!
    }
    for (let i = 0, at = radius * channels; i < row; i++, at++) {
      let value = weights[0]! * line[at]!
      for (let k = 1, step = channels; k <= radius; k++, step += channels) {
        value += weights[k]! * (line[at - step]! + line[at + step]!)
      }
      across[start + i] = value
    }
  }
  const out = new Float32Array(values.length)
  for (let y = 0; y < height; y++) {
    const start = y * row
    for (let i = 0; i < row; i++) out[start + i] = weights[0]! * across[start + i]!
    for (let k = 1; k <= radius; k++) {
      const above = Math.max(0, y - k) * row
      const below = Math.min(height - 1, y + k) * row
      const weight = weights[k]!
      for (let i = 0; i < row; i++) {
        out[start + i] = out[start + i]! + weight * (across[above + i]! + across[below + i]!)
      }
    }
  }
  return out
}

/** Unsharp mask on brightness, in place. */
function sharpen(rgb: Float32Array, width: number, height: number, sigma: number, amount: number): void {
  const light = new Float32Array(width * height)
  for (let p = 0, i = 0; p < light.length; p++, i += 3) light[p] = (rgb[i]! + rgb[i + 1]! + rgb[i + 2]!) / 3
  const wide = blur(light, width, height, 1, sigma)
  for (let p = 0, i = 0; p < light.length; p++, i += 3) {
    const more = amount * (light[p]! - wide[p]!)
    rgb[i] = rgb[i]! + more
    rgb[i + 1] = rgb[i + 1]! + more
    rgb[i + 2] = rgb[i + 2]! + more
  }
}
