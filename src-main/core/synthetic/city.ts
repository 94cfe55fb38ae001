import type { Random } from '../random.ts'
import { between, pick, seedFrom } from '../random.ts'
import type { Colour, Frame, Surface } from './surface.ts'
import { blendScaled } from './surface.ts'

const STREETS: readonly Colour[] = [
  [88, 86, 82],
  [110, 104, 94],
  [66, 70, 62],
  [128, 120, 106],
]

/** Roofs are drawn from here by a hash of their place; green stands for trees and yards. */
const ROOFS: readonly Colour[] = [
  [176, 172, 164],
  [146, 140, 130],
  [204, 202, 196],
  [118, 112, 104],
  [150, 98, 78],
  [122, 82, 66],
  [168, 128, 104],
  [96, 112, 134],
  [74, 74, 74],
  [62, 78, 54],
  [84, 96, 66],
]

/**
 * Covers land with a town: houses in rows along the shore, streets between blocks, each house with a lit and a
 * shaded side. One pass over the pixels, however many houses there are.
 * @param shore land lies where its v is negative
 * @param inland where the town begins, in px from the shore
 */
export function paintCity(surface: Surface, random: Random, shore: Frame, inland: number): void {
  const { width, height, ground, rgb } = surface
  const cell = between(random, 4.5, 9) * Math.exp(between(random, 0, 0.7))
  const [across, deep] = [cell * between(random, 0.8, 1.3), cell * between(random, 0.8, 1.6)]
  const block = Math.round(between(random, 3, 8))
  const built = between(random, 0.55, 0.95)
  const street = pick(random, STREETS)
  const common = pick(random, ROOFS)
  const salt = Math.floor(random() * 0xffffffff)
  const shade = between(random, 0.08, 0.3)
  for (let y = 0, p = 0; y < height; y++) {
    for (let x = 0; x < width; x++, p++) {
      if (!ground[p]) continue
      const dx = x + 0.5 - shore.x
      const dy = y + 0.5 - shore.y
      const v = -(dy * shore.cos - dx * shore.sin) - inland
      if (v < 0) continue
      const u = dx * shore.cos + dy * shore.sin + 10_000
      const i = Math.floor(u / across)
      const j = Math.floor(v / deep)
      const a = u / across - i
      const b = v / deep - j
      const bits = seedFrom(salt, i, j)
      const isStreet = i % block === 0 || j % block === 0
      const gap = 0.08 + ((bits >>> 8) & 15) / 90
      if (isStreet || a < gap || b < gap || (bits & 255) / 255 > built) {
        blendScaled(rgb, p, street, 1, isStreet ? 0.7 : 0.35)
        continue
      }
      const roof = (bits >>> 12) & 1 ? common : ROOFS[(bits >>> 16) % ROOFS.length]!
      const light = (a + b > 1 ? 1 - shade : 1 + shade) * (0.8 + ((bits >>> 24) & 63) / 160)
      blendScaled(rgb, p, roof, light, 0.9)
    }
  }
}
