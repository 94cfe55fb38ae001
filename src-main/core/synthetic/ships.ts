import type { ShipKind, Ship } from './ship.ts'
import type { Random } from '../random.ts'
import { between, normal, pick } from '../random.ts'
import { paintDeck } from './decks.ts'
import type { HullForm } from './hull.ts'
import { drawHull, hullBox, hullDistance, paintShadow, writeMask } from './hull.ts'
import type { Colour, Frame, Surface } from './surface.ts'
import { blend, coverage, eachPixel, scaled } from './surface.ts'
import { mapping, sampleTexture, textures } from './textures.ts'

/** Where the light comes from: shadows fall along (x, y), a unit vector. */
export interface Sun {
  x: number
  y: number
  /** how dark shadows are, 0..1 */
  depth: number
}

const FORMS: Record<ShipKind, HullForm> = {
  tanker: 'cargo',
  bulk: 'cargo',
  container: 'cargo',
  general: 'cargo',
  passenger: 'slender',
  barge: 'box',
  boat: 'boat',
  naval: 'slender',
}

/** Deck colours by kind: rust red, brown, green, grey, cream, ... as seen through haze from above. */
const DECKS: Record<ShipKind, readonly Colour[]> = {
  tanker: [
    [128, 66, 56],
    [112, 60, 50],
    [158, 84, 60],
    [98, 72, 62],
    [70, 95, 82],
    [92, 98, 94],
    [150, 110, 95],
    [190, 95, 60],
  ],
  bulk: [
    [108, 78, 66],
    [120, 66, 58],
    [96, 92, 84],
    [150, 146, 134],
    [88, 96, 84],
    [125, 112, 92],
    [74, 90, 80],
  ],
  container: [
    [84, 78, 72],
    [70, 74, 76],
    [98, 68, 60],
    [60, 80, 78],
  ],
  general: [
    [110, 88, 72],
    [96, 96, 90],
    [84, 100, 94],
    [122, 70, 60],
    [135, 125, 105],
    [66, 80, 92],
  ],
  passenger: [
    [186, 186, 180],
    [165, 168, 165],
    [140, 148, 152],
    [120, 135, 130],
  ],
  barge: [
    [122, 104, 82],
    [104, 84, 66],
    [92, 86, 78],
    [84, 62, 52],
    [140, 126, 100],
    [60, 62, 60],
  ],
  boat: [
    [190, 188, 180],
    [222, 220, 212],
    [205, 205, 200],
    [150, 148, 140],
    [110, 106, 100],
    [90, 110, 122],
    [118, 76, 66],
    [84, 84, 80],
    [70, 92, 96],
  ],
  naval: [
    [104, 110, 112],
    [92, 100, 104],
    [120, 124, 122],
  ],
}

/** Kinds that a ship of this length in px may be, the common ones more than once. */
function kindsFor(length: number): readonly ShipKind[] {
  if (length < 28) return ['boat', 'boat', 'boat', 'boat', 'barge', 'general']
  if (length < 60)
    return ['general', 'general', 'boat', 'boat', 'barge', 'barge', 'tanker', 'passenger', 'bulk', 'naval']
  return [
    'tanker',
    'tanker',
    'bulk',
    'bulk',
    'container',
    'general',
    'general',
    'barge',
    'passenger',
    'naval',
  ]
}

/** A ship of this size, drawn at random. */
export function drawShip(random: Random, length: number, width: number): Ship {
  const kind = pick(random, kindsFor(length))
  const slim = kind === 'naval' || kind === 'passenger' ? 0.85 : 1
  return {
    kind,
    hull: drawHull(random, FORMS[kind], length, width * slim),
    deck: pick(random, DECKS[kind]),
    gain: Math.exp(0.28 * normal(random)),
    height: width * between(random, 0.08, 0.32),
    // small ones that lie at no berth are mostly seen by their wakes
    moving: random() < (length < 40 ? 0.6 : 0.42),
  }
}

/**
 * Paints a ship and writes its mask.
 * @param frame the ship's middle, pointing to the bow
 * @param label its number in the label map
 */
export function paintShip(
  surface: Surface,
  random: Random,
  ship: Ship,
  frame: Frame,
  label: number,
  sun: Sun,
): void {
  const { hull } = ship
  const shadow: Frame = { ...frame, x: frame.x + sun.x * ship.height, y: frame.y + sun.y * ship.height }
  if (hull.width > 5) paintShadow(surface, shadow, hull, sun.depth)
  paintHull(surface, random, ship, frame, sun)
  paintDeck(surface, random, ship, frame)
  weather(surface, random, ship, frame)
  writeMask(surface, frame, hull, label)
}

/** Deck, the paler or darker edge around it, one side in the light. */
function paintHull(surface: Surface, random: Random, ship: Ship, frame: Frame, sun: Sun): void {
  const { hull, gain } = ship
  const deck = scaled(ship.deck, gain)
  const rim = scaled(ship.deck, gain * pick(random, [0.6, 0.75, 1.25, 1.5]))
  const rimWidth = hull.width > 12 ? between(random, 1, 1.8) : hull.width > 6 ? between(random, 0, 1) : 0
  // the side of the hull that faces the sun
  const facing = (sun.x * -frame.sin + sun.y * frame.cos) * between(random, 0.02, 0.25)
  const half = hull.width / 2
  eachPixel(surface, frame, hullBox(hull), (pixel, u, v) => {
    const distance = hullDistance(hull, u, v)
    const inside = coverage(distance)
    if (inside <= 0) return
    const light = 1 - (facing * v) / half
    blend(surface, pixel, scaled(distance > -rimWidth ? rim : deck, light), inside)
  })
}

/** Rust, dirt and gear too small to be told apart. */
function weather(surface: Surface, random: Random, { hull }: Ship, frame: Frame): void {
  if (hull.width < 4) return
  const { fractal, grain } = textures()
  const [stains, gear] = [between(random, 0, 0.12), between(random, 0.02, 0.11)]
  const [a, b] = [mapping(random, 3), mapping(random, between(random, 0.3, 0.7))]
  eachPixel(surface, frame, hullBox(hull), (pixel, u, v) => {
    if (hullDistance(hull, u, v) > 0) return
    const factor = 1 + stains * sampleTexture(fractal[1], a, u, v) + gear * sampleTexture(grain, b, u, v)
    const i = pixel * 3
    for (let c = 0; c < 3; c++) surface.rgb[i + c] = surface.rgb[i + c]! * factor
  })
}
