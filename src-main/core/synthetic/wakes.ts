import type { Random } from '../random.ts'
import { between } from '../random.ts'
import type { Colour, Frame, Surface } from './surface.ts'
import { blend, eachPixel } from './surface.ts'
import { mapping, sampleTexture, textures } from './textures.ts'

const FOAM: Colour = [205, 214, 214]

/**
 * The wake of a ship under way: churned water behind the stern, sometimes curved, the V of its bow wave, foam
 * around the hull of a fast boat. A fast boat's track is often as bright as the boat, with ragged sides and a bright
 * line in the middle, and fades slowly. Paint it before the ship.
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
  const fast = length < 40 && random() < 0.7
  const reach = Math.min(400, length * (fast ? between(random, 2, 12) : between(random, 0.5, 4)))
  const strength = fast ? between(random, 0.4, 1) : between(random, 0.1, 0.5)
  const spread = between(random, 0.02, 0.12)
  const bend = random() < 0.4 ? between(random, -1, 1) / (reach * 2.5) : 0
  const greenish: Colour = [sea[0] * 1.5 + 25, sea[1] * 1.5 + 40, sea[2] * 1.4 + 38]
  const foam = random() < (fast ? 0.8 : 0.6) ? drawFoam(random) : greenish
  const map = mapping(random, between(random, 1.5, 4))
  const fading = fast ? between(random, 0.4, 2.8) : 2.4
  const ragged = between(random, 0, fast ? 0.35 : 0.15)
  const middle = fast && random() < 0.5 ? between(random, 0.4, 1) : 0
  const side = width / 2 + spread * reach + Math.abs(bend) * reach * reach
  const stern = -length / 2
  eachPixel(surface, frame, [stern - reach, stern + 1, -side - 2, side + 2], (pixel, u, v) => {
    const behind = stern - u
    if (behind < -1 || surface.ground[pixel]) return
    const churned = sampleTexture(fractal[1], map, u, v)
    const half = (width * 0.42 + spread * behind) * (1 + ragged * churned)
    const off = Math.abs(v - bend * behind * behind) / Math.max(0.8, half)
    if (off > 1.3) return
    const fade = Math.exp((-fading * behind) / reach) * Math.max(0, 1 - behind / reach)
    // foam gathers at both edges of the churned track
    const edges = off < 1 ? 0.6 + 0.4 * off * off : Math.max(0, (1.3 - off) / 0.3)
    const profile = edges + middle * Math.max(0, 1 - 3 * off)
    const alpha = strength * fade * profile * (0.75 + 0.4 * churned)
    if (alpha > 0) blend(surface, pixel, foam, Math.min(1, alpha))
  })
  if (random() < 0.45) paintArms(surface, random, frame, length, width)
  if (fast) paintSpray(surface, random, frame, length, width, foam)
}

/** Foam in full light is white, at dusk or through haze it is not. */
function drawFoam(random: Random): Colour {
  const level = between(random, 190, 250)
  return [level * 0.96, level, level]
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

function paintSpray(
  surface: Surface,
  random: Random,
  frame: Frame,
  length: number,
  width: number,
  foam: Colour,
): void {
  const { fractal } = textures()
  const map = mapping(random, 4)
  const strength = between(random, 0.2, 1)
  const [a, b] = [length * 0.6, width * 0.75]
  eachPixel(surface, frame, [-a, a * 0.8, -b, b], (pixel, u, v) => {
    const reach = 1 - (u / a) ** 2 - (v / b) ** 2 + 0.4 * sampleTexture(fractal[1], map, u, v)
    if (reach > 0) blend(surface, pixel, foam, Math.min(1, reach * strength))
  })
}
