import type { Random } from '../random.ts'
import { between } from '../random.ts'
import type { Colour, Frame, Surface } from './surface.ts'
import { blend, eachPixel } from './surface.ts'
import { mapping, sampleTexture, textures } from './textures.ts'

const FOAM: Colour = [205, 214, 214]

/**
 * The wake of a ship under way: churned water behind the stern, sometimes curved, the V of its bow wave, foam
 * around the hull of a fast boat. Paint it before the ship.
 * @param frame the ship's middle, pointing to the bow
 */
export function paintWake(
  surface: Surface,
  random: Random,
  frame: Frame,
  length: number,
  width: number,
  sea: Colour,
): void {
  const { fractal } = textures()
  const fast = length < 40 && random() < 0.6
  const reach = Math.min(400, length * (fast ? between(random, 2, 12) : between(random, 0.5, 4)))
  const strength = fast ? between(random, 0.4, 1) : between(random, 0.1, 0.5)
  const spread = between(random, 0.02, 0.12)
  const bend = random() < 0.4 ? between(random, -1, 1) / (reach * 2.5) : 0
  const greenish: Colour = [sea[0] * 1.5 + 25, sea[1] * 1.5 + 40, sea[2] * 1.4 + 38]
  const foam: Colour = random() < 0.6 ? FOAM : greenish
  const map = mapping(random, between(random, 1.5, 4))
  const side = width / 2 + spread * reach + Math.abs(bend) * reach * reach
  const stern = -length / 2
  eachPixel(surface, frame, [stern - reach, stern + 1, -side - 2, side + 2], (pixel, u, v) => {
    const behind = stern - u
    if (behind < -1 || surface.ground[pixel]) return
    const half = width * 0.42 + spread * behind
    const off = Math.abs(v - bend * behind * behind) / half
    if (off > 1.3) return
    const fade = Math.exp((-2.4 * behind) / reach) * Math.max(0, 1 - behind / reach)
    // foam gathers at both edges of the churned track
    const profile = off < 1 ? 0.6 + 0.4 * off * off : Math.max(0, (1.3 - off) / 0.3)
    const alpha = strength * fade * profile * (0.75 + 0.4 * sampleTexture(fractal[1], map, u, v))
    if (alpha > 0) blend(surface, pixel, foam, Math.min(1, alpha))
  })
  if (random() < 0.45) paintArms(surface, random, frame, length, width)
  if (fast) paintSpray(surface, random, frame, length, width)
}

/** The two arms of the bow wave. */
function paintArms(surface: Surface, random: Random, frame: Frame, length: number, width: number): void {
  const { fractal } = textures()
  const slope = Math.tan(between(random, 0.12, 0.34))
  const reach = Math.min(350, length * between(random, 1, 6))
  const strength = between(random, 0.1, 0.5)
  const thickness = between(random, 0.6, 2)
  const map = mapping(random, 3)
  const bow = length * 0.4
  eachPixel(
    surface,
    frame,
    [bow - reach, bow, -reach * slope - width, reach * slope + width],
    (pixel, u, v) => {
      const behind = bow - u
      const distance =
        Math.abs(Math.abs(v) - width * 0.3 - behind * slope) / (thickness * (1 + behind / reach))
      if (behind < 0 || distance > 1 || surface.ground[pixel]) return
      const broken = 0.6 + 0.6 * sampleTexture(fractal[1], map, u, v)
      const alpha = strength * (1 - distance) * (1 - behind / reach) * broken
      if (alpha > 0) blend(surface, pixel, FOAM, Math.min(1, alpha))
    },
  )
}

function paintSpray(surface: Surface, random: Random, frame: Frame, length: number, width: number): void {
  const { fractal } = textures()
  const map = mapping(random, 4)
  const strength = between(random, 0.2, 0.8)
  const [a, b] = [length * 0.6, width * 0.75]
  eachPixel(surface, frame, [-a, a * 0.8, -b, b], (pixel, u, v) => {
    const reach = 1 - (u / a) ** 2 - (v / b) ** 2 + 0.4 * sampleTexture(fractal[1], map, u, v)
    if (reach > 0) blend(surface, pixel, FOAM, Math.min(1, reach * strength))
  })
}
