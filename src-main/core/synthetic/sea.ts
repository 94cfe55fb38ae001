import type { Random } from '../random.ts'
import { between, pick } from '../random.ts'
import { drawGlitterColour, drawSeaColour, drawWaveStrength } from './statistics.ts'
import type { Colour, Surface } from './surface.ts'
import { blend, eachPixel, frameAt } from './surface.ts'
import type { Mapping, Texture } from './textures.ts'
import { mapping, sampleRow, sampleTexture, textures, waveMapping } from './textures.ts'

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
  const { width, height } = surface
  // the sun's reflection makes water grey, bright and rough
  const glitter = random() < 0.09
  const colour = glitter ? drawGlitterColour(random) : drawSeaColour(random)
  const strength = glitter ? between(random, 8, 30) : drawWaveStrength(random)
  const wind = between(random, 0, Math.PI)
  const { waves } = textures()
  const kind = pick(random, waves)
  const wavelength = between(random, 3, 7) * Math.exp(between(random, 0, 1.1) * (strength > 4 ? 1 : 0.3))
  const mainMap = waveMapping(random, wavelength, wind)
  const chopMap = waveMapping(random, between(random, 2.5, 4), wind)
  const chopShare = between(random, 0.2, 0.8)
  const patchMap = mapping(random, 4 * between(random, 0.05, 0.4))
  const patchStrength = random() < 0.2 ? between(random, 0.04, 0.15) : between(random, 0, 0.025)
  const modulation = between(random, 0, 0.35)
  const peaked = between(random, 0, 0.5)
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
  const mixed: Mixture = {
    texture: kind,
    main: mainMap,
    chop: chopMap,
    patches: patchMap,
    chopShare,
    patchStrength,
    modulation,
    peaked,
    strength,
    gx,
    gy,
  }
  paintWaves(surface, colour, tint, mixed)
  if (random() < 0.22) paintWhitecaps(surface, random, wind)
  return { colour, strength, wind }
}

/** What a sea surface is mixed from. */
interface Mixture {
  texture: Texture
  main: Mapping
  chop: Mapping
  /** of every fourth pixel */
  patches: Mapping
  chopShare: number
  patchStrength: number
  /** how much stronger waves are in some patches */
  modulation: number
  /** 0 = rounded waves, above: sharp bright crests */
  peaked: number
  strength: number
  /** brightness gained per px, as a share */
  gx: number
  gy: number
}

function paintWaves({ width, height, rgb }: Surface, colour: Colour, tint: Colour, mixture: Mixture): void {
  const { waves, fractal } = textures()
  const { texture, chopShare, patchStrength, modulation, peaked, strength, gx, gy } = mixture
  const [r, g, b] = colour
  const [tr, tg, tb] = tint
  const [main, chop, patches] = [
    new Float32Array(width),
    new Float32Array(width),
    new Float32Array((width + 3) >> 2),
  ]
  for (let y = 0, i = 0; y < height; y++) {
    sampleRow(texture, mixture.main, y, main)
    sampleRow(waves[3], mixture.chop, y, chop)
    // slow noise: every fourth pixel will do
    if (y % 4 === 0) sampleRow(fractal[0], mixture.patches, y >> 2, patches)
    for (let x = 0; x < width; x++, i += 3) {
      const patch = patches[x >> 2]!
      const light = 1 + (x - width / 2) * gx + (y - height / 2) * gy + patch * patchStrength
      const raw = main[x]! * (1 - 0.5 * chopShare) + chop[x]! * chopShare
      const wave = (raw + peaked * (raw * raw - 1)) * strength * Math.max(0.2, 1 + modulation * patch)
      rgb[i] = r * light + wave * tr
      rgb[i + 1] = g * light + wave * tg
      rgb[i + 2] = b * light + wave * tb
    }
  }
}

/** Breaking crests: short bright streaks across the wind, some large enough to be taken for boats. */
function paintWhitecaps(surface: Surface, random: Random, wind: number): void {
  const { width, height } = surface
  const { fractal } = textures()
  const count = Math.round((width * height * 2 * Math.exp(between(random, 0, 3.4))) / 65536)
  const size = between(random, 0.7, 2)
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
