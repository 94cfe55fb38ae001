import type { Random } from '../random.ts'
import { between } from '../random.ts'
import type { Surface } from './surface.ts'
import { blend, darken } from './surface.ts'
import { fieldOf, mapping, textures } from './textures.ts'

/**
 * Clouds with their shadows, and haze.
 * @returns how much of each pixel the clouds hide, 0..1, row-major; null where the sky is clear
 */
export function paintSky(surface: Surface, random: Random): Float32Array | null {
  const { width, height, rgb } = surface
  if (random() < 0.2) {
    const haze = between(random, 0.05, 0.35)
    const level = between(random, 90, 175)
    const colour = [level * 0.94, level, level * 1.05]
    for (let i = 0; i < rgb.length; i++) rgb[i] = rgb[i]! + (colour[i % 3]! - rgb[i]!) * haze
  }
  if (random() > 0.14) return null
  const { fractal } = textures()
  const scale = between(random, 0.4, 2)
  const map = mapping(random, scale)
  const field = fieldOf(fractal[0], map, width, height)
  const detail = fieldOf(fractal[1], mapping(random, scale * 3), width, height)
  const threshold = between(random, 0.6, 2)
  const thin = between(random, 0.25, 0.9)
  const opacity = between(random, 0.5, 0.97)
  const [dx, dy] = [Math.round(between(random, -40, 40)), Math.round(between(random, -40, 40))]
  const hidden = new Float32Array(width * height)
  for (let p = 0; p < hidden.length; p++) {
    hidden[p] = Math.min(1, Math.max(0, (field[p]! + 0.12 * detail[p]! - threshold) * thin))
  }
  for (let y = 0, p = 0; y < height; y++) {
    for (let x = 0; x < width; x++, p++) {
      const [sx, sy] = [x + dx, y + dy]
      if (sx >= 0 && sy >= 0 && sx < width && sy < height)
        darken(surface, p, 1 - 0.45 * hidden[sy * width + sx]!)
    }
  }
  for (let p = 0; p < hidden.length; p++) {
    if (hidden[p])
      blend(
        surface,
        p,
        [222 + 10 * detail[p]!, 224 + 10 * detail[p]!, 228 + 10 * detail[p]!],
        hidden[p]! * opacity,
      )
  }
  return hidden
}
