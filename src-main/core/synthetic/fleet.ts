import type { Random } from '../random.ts'
import { between, pick } from '../random.ts'
import type { Hull } from './hull.ts'
import { writeMask } from './hull.ts'
import type { Sun } from './ships.ts'
import type { Ship } from './ship.ts'
import { drawShip, paintShip } from './ships.ts'
import { drawLength, drawWidth } from './statistics.ts'
import type { Colour, Frame, Surface } from './surface.ts'
import { frameAt, shifted } from './surface.ts'
import { paintWake } from './wakes.ts'

/** The ships of a scene: first each gets its place (and its mask), then all are painted, wakes below. */
export interface Fleet {
  surface: Surface
  random: Random
  berths: { ship: Ship; frame: Frame }[]
}

/** A ship of the usual sizes; `scale` makes all of a scene larger or smaller. */
export function drawUsualShip(random: Random, scale = 1): Ship {
  const length = Math.max(5, drawLength(random) * scale)
  return drawShip(random, length, drawWidth(random, length))
}

/** Puts a ship down where there is water and no other ship. @returns whether it found room */
export function placeShip(fleet: Fleet, ship: Ship, frame: Frame): boolean {
  if (!isFree(fleet.surface, frame, ship.hull)) return false
  fleet.berths.push({ ship, frame })
  writeMask(fleet.surface, frame, ship.hull, fleet.berths.length)
  return true
}

/** Tries a few places anywhere in the scene, its border included. */
export function placeAnywhere(fleet: Fleet, ship: Ship, angle: () => number): Frame | null {
  const { random, surface } = fleet
  for (let attempt = 0; attempt < 6; attempt++) {
    const over = ship.hull.length * 0.3
    const frame = frameAt(
      between(random, -over, surface.width + over),
      between(random, -over, surface.height + over),
      angle(),
    )
    if (placeShip(fleet, ship, frame)) return frame
  }
  return null
}

/**
 * Lays `count` further ships side by side with the one at `frame`, hulls touching or a pixel apart: their masks
 * share a border. Same sort of ship, or a smaller one (a tug, a bunker barge) beside a large one.
 */
export function raft(fleet: Fleet, first: Ship, frame: Frame, count: number): void {
  const { random } = fleet
  const side = random() < 0.5 ? 1 : -1
  const alike = random() < 0.55
  let [last, at] = [first, frame]
  for (let i = 0; i < count; i++) {
    const share = alike ? between(random, 0.85, 1.1) : between(random, 0.25, 0.9)
    const length = Math.max(5, last.hull.length * share)
    const width = alike ? last.hull.width * between(random, 0.9, 1.1) : drawWidth(random, length)
    const drawn = drawShip(random, length, Math.max(3, Math.min(width, length * 0.8)))
    const ship: Ship = alike
      ? {
          ...drawn,
          kind: first.kind,
          hull: { ...first.hull, length: drawn.hull.length, width: drawn.hull.width },
        }
      : drawn
    ship.moving = false
    const gap = between(random, -0.2, 2)
    const slack = Math.max(0, (last.hull.length - length) / 2) + last.hull.length * 0.15
    const beside = shifted(
      at,
      between(random, -slack, slack),
      side * ((last.hull.width + ship.hull.width) / 2 + gap),
    )
    const turn = (random() < 0.25 ? Math.PI : 0) + between(random, -1, 1) * Math.min(0.04, 0.8 / length)
    const angle = Math.atan2(at.sin, at.cos) + turn
    const next = frameAt(beside.x, beside.y, angle)
    if (!placeShip(fleet, ship, next)) return
    ;[last, at] = [ship, next]
  }
}

/** Paints what has been placed. */
export function paintFleet({ surface, random, berths }: Fleet, sun: Sun, sea: Colour): void {
  for (const { ship, frame } of berths) {
    if (ship.moving) paintWake(surface, random, frame, ship.hull.length, ship.hull.width, sea)
  }
  berths.forEach(({ ship, frame }, i) => paintShip(surface, random, ship, frame, i + 1, sun))
}

/** A direction for ships at anchor: all look into the same wind, some do not. */
export function headings(random: Random): () => number {
  const common = between(random, 0, 2 * Math.PI)
  const loose = pick(random, [0.05, 0.3, Math.PI])
  return () => common + between(random, -loose, loose)
}

/** Looks at points of the hull, half a pixel inside its edge, whether they lie on water that no ship has. */
function isFree({ width, height, ground, labels }: Surface, frame: Frame, hull: Hull): boolean {
  const half = Math.max(0.3, hull.width / 2 - 0.7)
  const end = hull.length / 2 - 0.7
  const across = Math.max(2, Math.ceil(hull.width / 3))
  const along = Math.max(3, Math.ceil(hull.length / 4))
  let seen = 0
  for (let i = 0; i <= along; i++) {
    for (let j = 0; j <= across; j++) {
      const spot = shifted(frame, -end + (2 * end * i) / along, -half + (2 * half * j) / across)
      const [x, y] = [Math.floor(spot.x), Math.floor(spot.y)]
      if (x < 0 || y < 0 || x >= width || y >= height) continue
      seen++
      if (ground[y * width + x] || labels[y * width + x]) return false
    }
  }
  return seen > 0
}
