import type { Random } from '../random.ts'
import { between, pick, wholeBetween } from '../random.ts'
import type { Ship } from './ship.ts'
import type { Colour, Frame, Surface } from './surface.ts'
import { paintBox, paintDisc, scaled, shifted } from './surface.ts'

/** What stands on a deck, by kind of ship. All in the ship's coordinates: u to the bow, v to the right, px. */

const WHITE: Colour = [205, 204, 196]
const DARK: Colour = [38, 42, 44]

const CONTAINERS: readonly Colour[] = [
  [140, 60, 50],
  [165, 120, 90],
  [70, 90, 125],
  [170, 170, 165],
  [205, 200, 188],
  [190, 182, 150],
  [75, 110, 95],
  [110, 80, 70],
  [215, 180, 140],
  [90, 95, 98],
]

export function paintDeck(surface: Surface, random: Random, ship: Ship, frame: Frame): void {
  const painter = new Deck(surface, random, ship, frame)
  if (ship.hull.width < 3.2) {
    painter.speck()
    return
  }
  switch (ship.kind) {
    case 'tanker':
      painter.pipes()
      painter.bridge(pick(random, [0.04, 0.05, 0.07]))
      break
    case 'bulk':
      painter.hatches()
      painter.bridge(0.05)
      break
    case 'container':
      painter.stacks()
      painter.bridge(pick(random, [0.05, 0.14, 0.25, 0.6]))
      break
    case 'general':
      painter.holds()
      painter.bridge(pick(random, [0.05, 0.05, 0.72]))
      break
    case 'passenger':
      painter.decks()
      break
    case 'barge':
      painter.load()
      break
    case 'boat':
      painter.cabin()
      break
    case 'naval':
      painter.decks()
      painter.speck()
      break
  }
}

class Deck {
  private readonly surface: Surface
  private readonly random: Random
  private readonly ship: Ship
  private readonly frame: Frame
  private readonly length: number
  private readonly width: number

  constructor(surface: Surface, random: Random, ship: Ship, frame: Frame) {
    this.surface = surface
    this.random = random
    this.ship = ship
    this.frame = frame
    this.length = ship.hull.length
    this.width = ship.hull.width
  }

  /** A box given in shares: along from stern (0) to bow (1), across from -1 to 1. */
  private box(
    along: readonly [number, number],
    across: readonly [number, number],
    colour: Colour,
    alpha = 1,
  ): void {
    const [a, b] = [(along[0] - 0.5) * this.length, (along[1] - 0.5) * this.length]
    const [c, d] = [(across[0] * this.width) / 2, (across[1] * this.width) / 2]
    paintBox(this.surface, this.frame, [a, b, c, d], scaled(colour, this.ship.gain), alpha)
  }

  private shade(): Colour {
    return scaled(this.ship.deck, between(this.random, 0.55, 1.6))
  }

  /** The superstructure: bright block, a shadow before it, funnel and bridge wings. */
  bridge(from: number): void {
    const { random } = this
    const size = Math.min(0.3, Math.max(0.07, (this.width * between(random, 0.5, 1)) / this.length))
    const half = between(random, 0.72, 0.95)
    const white = scaled(WHITE, between(random, 0.7, 1.15))
    this.box([from + size, from + size * 1.35], [-half, half], DARK, between(random, 0.2, 0.7))
    this.box([from, from + size], [-half, half], white)
    this.box([from + size * 0.75, from + size], [-1, 1], white)
    this.box(
      [from + size * 0.1, from + size * 0.5],
      [-0.3, 0.3],
      pick(random, [DARK, this.shade(), WHITE]),
      0.8,
    )
  }

  /** Pipes along the middle, a manifold across, tank hatches. */
  pipes(): void {
    const { random } = this
    const colour = scaled(this.ship.deck, pick(random, [0.7, 1.3, 1.5, 1.7]))
    const half = between(random, 0.05, 0.16)
    this.box([0.2, 0.93], [-half, half], colour, between(random, 0.4, 0.9))
    const middle = between(random, 0.5, 0.6)
    this.box([middle - 0.012, middle + 0.012], [-0.85, 0.85], colour, 0.8)
    this.box([middle + 0.02, middle + 0.035], [-0.85, 0.85], DARK, 0.35)
    if (this.width > 14 && random() < 0.5) {
      const spot = shifted(this.frame, between(random, 0.1, 0.3) * this.length, 0)
      paintDisc(this.surface, spot, this.width * 0.16, pick(random, [WHITE, [170, 150, 70]]), 0.7)
    }
    const lines = wholeBetween(random, 0, 7)
    for (let i = 1; i <= lines; i++) {
      const at = 0.22 + (0.7 * i) / (lines + 1)
      this.box([at - 0.004, at + 0.004], [-0.9, 0.9], this.shade(), 0.5)
    }
  }

  /** Hatch covers in a row, sometimes cranes between. */
  hatches(): void {
    const { random } = this
    const count = wholeBetween(random, 4, 9)
    const [from, to] = [0.2, 0.93]
    const pitch = (to - from) / count
    const half = between(random, 0.45, 0.72)
    const fill = between(random, 0.55, 0.82)
    const cover = random() < 0.5 ? this.shade() : scaled(WHITE, between(random, 0.5, 0.95))
    const cranes = random() < 0.4
    const split = random() < 0.5
    for (let i = 0; i < count; i++) {
      const a = from + i * pitch
      const b = a + pitch * fill
      const open = random() < 0.06
      this.box([a, b], [-half, half], open ? DARK : scaled(cover, between(random, 0.9, 1.1)))
      this.box([b, b + pitch * 0.12], [-half, half], DARK, 0.45)
      if (split) this.box([(a + b) / 2 - 0.003, (a + b) / 2 + 0.003], [-half, half], DARK, 0.4)
      if (cranes && i > 0) this.box([a - pitch * 0.12, a], [-0.15, 0.15], [190, 170, 90], 0.9)
      if (cranes && i > 0) this.box([a - pitch * 0.08, a + pitch * 0.7], [-0.08, 0.0], [180, 165, 110], 0.8)
    }
  }

  /** Container stacks: bays along, rows across, each of its own colour. */
  stacks(): void {
    const { random } = this
    const bay = Math.max(2.2, this.width * between(random, 0.2, 0.42)) / this.length
    const rows = Math.max(2, Math.min(10, Math.round(this.width / between(random, 2, 4))))
    const full = between(random, 0.5, 1)
    for (let a = 0.06; a + bay < 0.92; a += bay * 1.15) {
      const loaded = random() < full + 0.2
      const same = random() < 0.25 ? pick(random, CONTAINERS) : undefined
      for (let row = 0; row < rows; row++) {
        if (!loaded || random() > full + 0.15) continue
        const c = -0.94 + (1.88 * row) / rows
        const colour = scaled(same ?? pick(random, CONTAINERS), between(random, 0.75, 1.15))
        this.box([a, a + bay], [c, c + 1.8 / rows], colour)
      }
    }
  }

  /** One to three long holds, cranes beside them. */
  holds(): void {
    const { random } = this
    const count = wholeBetween(random, 1, 3)
    const cover = random() < 0.5 ? this.shade() : pick(random, CONTAINERS)
    const half = between(random, 0.5, 0.8)
    for (let i = 0; i < count; i++) {
      const a = 0.22 + (0.68 * i) / count
      this.box([a, a + (0.68 / count) * 0.86], [-half, half], cover)
      if (random() < 0.4) this.box([a, a + 0.4 / count], [-0.1, 0.1], pick(random, [DARK, WHITE]), 0.6)
    }
    this.box([0.95, 0.99], [-0.3, 0.3], this.shade(), 0.7)
  }

  /** Decks above each other, boats along the sides, funnels. */
  decks(): void {
    const { random } = this
    const steps = wholeBetween(random, 2, 4)
    for (let i = 0; i < steps; i++) {
      const inset = 0.06 + i * between(random, 0.05, 0.12)
      const half = 0.88 - i * 0.16
      this.box([inset, 0.86 - i * between(random, 0.04, 0.1)], [-half, half], this.shade(), 0.75)
    }
    this.box([0.3, 0.38], [-0.25, 0.25], pick(random, [DARK, WHITE, [170, 80, 50]]), 0.9)
    this.box([0.62, 0.7], [-0.6, 0.6], scaled(WHITE, 1.1), 0.7)
    if (random() < 0.4) this.box([0.03, 0.15], [-0.6, 0.6], [70, 110, 105], 0.7)
  }

  /** A flat load: sand, scrap, boxes, machines; a barge may be empty or dark. */
  load(): void {
    const { random } = this
    if (random() < 0.5) {
      this.box([0.07, 0.93], [-0.8, 0.8], this.shade())
      this.box([0.1, 0.9], [-0.55, 0.55], this.shade(), 0.6)
    }
    const pieces = random() < 0.6 ? wholeBetween(random, 1, 9) : 0
    for (let i = 0; i < pieces; i++) {
      const [a, c] = [between(random, 0.05, 0.85), between(random, -0.9, 0.5)]
      this.box(
        [a, a + between(random, 0.03, 0.2)],
        [c, c + between(random, 0.1, 0.6)],
        pick(random, [this.shade(), DARK, WHITE]),
        0.8,
      )
    }
    if (random() < 0.35) this.box([0.02, 0.12], [-0.7, 0.7], scaled(WHITE, between(random, 0.7, 1.1)))
  }

  /** Wheelhouse, cockpit or open deck of something small. */
  cabin(): void {
    const { random } = this
    const a = between(random, 0.1, 0.5)
    this.box([0.06, a], [-0.7, 0.7], this.shade(), 0.8)
    this.box(
      [a, a + between(random, 0.15, 0.35)],
      [-0.65, 0.65],
      scaled(WHITE, between(random, 0.6, 1.25)),
      0.9,
    )
    if (random() < 0.5) this.box([a - 0.08, a], [-0.6, 0.6], DARK, 0.6)
    if (random() < 0.3) this.speck()
  }

  /** One bright spot: all that shows of a boat of a few pixels. */
  speck(): void {
    const { random } = this
    const spot = shifted(this.frame, between(random, -0.25, 0.25) * this.length, 0)
    paintDisc(
      this.surface,
      spot,
      Math.max(0.6, this.width * 0.25),
      scaled(WHITE, between(random, 0.8, 1.25)),
      0.8,
    )
  }
}
