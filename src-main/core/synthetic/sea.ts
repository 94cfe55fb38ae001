import type { Random } from '../random.ts'
import { between, pick } from '../random.ts'
import { drawSeaColour, drawWaveStrength } from './statistics.ts'
import type { Colour, Surface } from './surface.ts'
import { blend, eachPixel, frameAt } from './surface.ts'
import { fieldOf, mapping, sampleTexture, textures, waveMapping } from './textures.ts'

/** The water that a scene begins with. */
export interface Sea {
  colour: Colour
  /** standard deviation of brightness by waves, 8-bit levels */
  strength: number
  /** direction in which the waves run */
  wind: number
}

/** Fills the surface with water: colour, depth patches, waves, glint, sometimes whitecaps. */
export function paintSea(surface: Surface, random: Random): Sea {
  const { width, height, rgb } = surface
  const colour = drawSeaColour(random)
  const strength = drawWaveStrength(random)
  const wind = between(random, 0, Math.PI)
  const { waves, fractal } = textures()
  const kind = pick(random, waves)
  const wavelength = between(random, 3, 7) * Math.exp(between(random, 0, 1.1) * (strength > 4 ? 1 : 0.3))
  const main = fieldOf(kind, waveMapping(random, wavelength, wind), width, height)
  const chop = fieldOf(waves[3], waveMapping(random, between(random, 2.5, 4), wind), width, height)
  const chopShare = between(random, 0.2, 0.8)
  const patches = fieldOf(fractal[0], mapping(random, between(random, 0.15, 0.6)), width, height)
  const patchStrength = random() < 0.25 ? between(random, 0.05, 0.22) : between(random, 0, 0.04)
  const modulation = between(random, 0, 0.35)
  const peaked = between(random, 0, 0.35)
  // glint: brighter to one side, greyer, with stronger waves
  const slope = between(random, 0, 2 * Math.PI)
  const glint = random() < 0.3 ? between(random, 0.1, 0.6) : between(random, 0, 0.08)
  const [gx, gy] = [(Math.cos(slope) * glint) / width, (Math.sin(slope) * glint) / height]
  const grey = (colour[0] + colour[1] + colour[2]) / 3
  const tint: Colour = [
    0.75 + (0.25 * colour[0]) / (grey + 1),
    0.75 + (0.25 * colour[1]) / (grey + 1),
    0.75 + (0.25 * colour[2]) / (grey + 1),
  ]
  for (let y = 0, p = 0; y < height; y++) {
    for (let x = 0; x < width; x++, p++) {
      const patch = patches[p]!
      const light = 1 + (x - width / 2) * gx + (y - height / 2) * gy + patch * patchStrength
      let w = main[p]! * (1 - 0.5 * chopShare) + chop[p]! * chopShare
      w += peaked * (w * w - 1)
      w *= strength * Math.max(0.2, 1 + modulation * patch)
      rgb[p * 3] = colour[0] * light + w * tint[0]
      rgb[p * 3 + 1] = colour[1] * light + w * tint[1]
      rgb[p * 3 + 2] = colour[2] * light + w * tint[2]
    }
  }
  if (random() < 0.16) paintWhitecaps(surface, random, wind)
  return { colour, strength, wind }
}

/** Breaking crests: short bright streaks across the wind, some large enough to be taken for boats. */
function paintWhitecaps(surface: Surface, random: Random, wind: number): void {
  const { width, height } = surface
  const { fractal } = textures()
  const count = Math.round((width * height * between(random, 2, 30)) / 65536)
  const size = between(random, 0.7, 1.6)
  for (let i = 0; i < count; i++) {
    const frame = frameAt(
      random() * width,
      random() * height,
      wind + Math.PI / 2 + between(random, -0.4, 0.4),
    )
    const length = size * between(random, 1, 4) * (random() < 0.1 ? 2 : 1)
    const breadth = size * between(random, 0.5, 1.4)
    const bright = between(random, 0.15, 0.75)
    const map = mapping(random, 8)
    eachPixel(surface, frame, [-length, length, -breadth, breadth], (pixel, u, v) => {
      const reach = 1 - (u / length) ** 2 - (v / breadth) ** 2
      const ragged = reach + 0.8 * sampleTexture(fractal[1], map, u, v)
      if (ragged > 0) blend(surface, pixel, [215, 220, 218], Math.min(1, ragged) * bright)
    })
  }
}
