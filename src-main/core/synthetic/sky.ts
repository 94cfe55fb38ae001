import type { Random } from '../random.ts'
import { between } from '../random.ts'
import type { Colour, Surface } from './surface.ts'
import { blendScaled, darken, scratch } from './surface.ts'
import { mapping, sampleRow, textures } from './textures.ts'

const CLOUD: Colour = [222, 224, 228]

/**
 * Clouds with their shadows, and haze.
 * @returns how much of each pixel the clouds hide, 0..1, row-major; null where the sky is clear
 */
export function paintSky(surface: Surface, random: Random): Float32Array | null {
  const { width, height, rgb } = surface
  if (random() < 0.15) {
    const haze = between(random, 0.05, 0.35)
    const level = between(random, 90, 175)
    for (let i = 0; i < rgb.length; i += 3) {
      rgb[i] = rgb[i]! + (level * 0.94 - rgb[i]!) * haze
      rgb[i + 1] = rgb[i + 1]! + (level - rgb[i + 1]!) * haze
      rgb[i + 2] = rgb[i + 2]! + (level * 1.05 - rgb[i + 2]!) * haze
    }
  }
  if (random() > 0.2) return null
  const { fractal } = textures()
  const scale = 0.12 * Math.exp(between(random, 0, 2.3))
  const [map, detailMap] = [mapping(random, scale), mapping(random, scale * 3)]
  // from an almost closed cover to a few shreds
  const threshold = between(random, -0.3, 1.9)
  const thin = between(random, 0.2, 1.1)
  const opacity = between(random, 0.25, 0.97)
  const [dx, dy] = [Math.round(between(random, -90, 90)), Math.round(between(random, -90, 90))]
  const hidden = scratch('hidden', width * height)
  const [field, detail] = [new Float32Array(width), new Float32Array(width)]
  for (let y = 0, p = 0; y < height; y++) {
    sampleRow(fractal[0], map, y, field)
    sampleRow(fractal[1], detailMap, y, detail)
    for (let x = 0; x < width; x++, p++) {
      hidden[p] = Math.min(1, Math.max(0, (field[x]! + 0.2 * detail[x]! - threshold) * thin))
    }
  }
  for (let y = 0, p = 0; y < height; y++) {
    for (let x = 0; x < width; x++, p++) {
      const sx = x + dx
      const sy = y + dy
      if (sx < 0 || sy < 0 || sx >= width || sy >= height) continue
      const cover = hidden[sy * width + sx]!
      if (cover > 0) darken(surface, p, 1 - 0.45 * cover)
    }
  }
  for (let y = 0, p = 0; y < height; y++) {
    sampleRow(fractal[1], detailMap, y, detail)
    for (let x = 0; x < width; x++, p++) {
      if (hidden[p] === 0) continue
      // through thin cloud a ship is still seen
      hidden[p] = hidden[p]! * opacity
      blendScaled(rgb, p, CLOUD, 1 + 0.045 * detail[x]!, hidden[p]!)
    }
  }
  return hidden
}
