import type { Random } from '../random.ts'
import { between, pick, wholeBetween } from '../random.ts'
import { paintCity } from './city.ts'
import { strew } from './clutter.ts'
import type { Fleet } from './fleet.ts'
import { drawUsualShip, headings, placeShip, placeAnywhere, raft } from './fleet.ts'
import type { Shore } from './land.ts'
import { paintLand, paintPier } from './land.ts'
import { drawShip } from './ships.ts'
import { drawWidth } from './statistics.ts'
import type { Colour } from './surface.ts'
import { frameAt, shifted } from './surface.ts'
import { paintTerrain } from './terrain.ts'

/** What a scene shows; the share of scenes is in `drawLayout`. */
export const LAYOUTS = ['open', 'anchorage', 'raft', 'harbour', 'marina', 'coast', 'empty', 'inland'] as const
export type Layout = (typeof LAYOUTS)[number]

export function drawLayout(random: Random): Layout {
  const at = random()
  if (at < 0.18) return 'open'
  if (at < 0.26) return 'anchorage'
  if (at < 0.39) return 'raft'
  if (at < 0.57) return 'harbour'
  if (at < 0.6) return 'marina'
  if (at < 0.68) return 'coast'
  if (at < 0.73) return 'inland'
  return 'empty'
}

/** Paints what is fixed (land, piers, rocks, buoys) and gives every ship its place. */
export function layOut(fleet: Fleet, layout: Layout, sun: { x: number; y: number }, sea: Colour): void {
  const { random, surface } = fleet
  // most false alarms are on such things, so that scenes without a ship have plenty
  const strewn =
    layout === 'empty' ? wholeBetween(random, 0, 4) : random() < 0.35 ? wholeBetween(random, 1, 2) : 0
  for (let i = 0; i < strewn; i++) strew(surface, random, sea)
  const area = (surface.width * surface.height) / 65536
  const more = Math.sqrt(area)
  switch (layout) {
    case 'open':
      for (let i = pick(random, [0, 1, 1, 1, 1, 2, 2, 3]); i > 0; i--) {
        placeAnywhere(fleet, drawUsualShip(random), () => between(random, 0, 2 * Math.PI))
      }
      break
    case 'anchorage': {
      const heading = headings(random)
      const scale = between(random, 0.6, 1.4)
      for (let i = Math.round(wholeBetween(random, 2, 7) * more); i > 0; i--) {
        const ship = drawUsualShip(random, scale)
        ship.moving &&= random() < 0.3
        placeAnywhere(fleet, ship, heading)
      }
      break
    }
    case 'raft':
      for (let i = Math.round(pick(random, [1, 1, 2]) * more); i > 0; i--) {
        const ship = drawUsualShip(random)
        ship.moving = false
        const frame = placeAnywhere(fleet, ship, () => between(random, 0, 2 * Math.PI))
        if (frame) raft(fleet, ship, frame, pick(random, [1, 1, 1, 2, 2, 3, 4]))
      }
      break
    case 'harbour':
      harbour(fleet, paintLand(surface, random, true, sun))
      break
    case 'marina':
      marina(fleet, random() < 0.6 ? paintLand(surface, random, random() < 0.7, sun) : null)
      break
    case 'coast':
      paintLand(surface, random, false, sun)
      for (let i = Math.round(wholeBetween(random, 0, 4) * more); i > 0; i--) {
        placeAnywhere(fleet, drawUsualShip(random, 0.75), () => between(random, 0, 2 * Math.PI))
      }
      break
    case 'empty':
      if (random() < 0.5) {
        const shore = paintLand(surface, random, random() < 0.4, sun)
        if (random() < 0.5) paintPiers(fleet, shore)
      }
      break
    case 'inland':
      surface.ground.fill(1)
      paintTerrain(surface, random, sun)
      if (random() < 0.4) {
        const edge = frameAt(
          random() * surface.width,
          random() * surface.height,
          between(random, 0, 2 * Math.PI),
        )
        paintCity(surface, random, edge, 0)
      }
      break
  }
}

/** Piers without a ship. */
function paintPiers({ surface, random }: Fleet, shore: Shore): void {
  const side = Math.max(surface.width, surface.height)
  for (let i = wholeBetween(random, 1, 4); i > 0; i--) {
    const foot = shifted(shore.frame, between(random, -side * 0.5, side * 0.5), -1)
    const pier = frameAt(foot.x, foot.y, Math.atan2(shore.frame.sin, shore.frame.cos) + Math.PI / 2)
    paintPier(surface, random, pier, between(random, 10, 120), between(random, 2, 20))
  }
}

/** Ships along a quay and along piers, some with others rafted to them. */
function harbour(fleet: Fleet, shore: Shore): void {
  const { random, surface } = fleet
  const side = Math.max(surface.width, surface.height)
  const scale = between(random, 0.6, 1.5)
  const piers = random() < 0.5 ? wholeBetween(random, 1, 3) : 0
  for (let i = 0; i < piers; i++) {
    const foot = shifted(shore.frame, between(random, -side * 0.5, side * 0.5), -1)
    const lean = random() < 0.7 ? 0 : between(random, -0.5, 0.5)
    const pier = frameAt(foot.x, foot.y, Math.atan2(shore.frame.sin, shore.frame.cos) + Math.PI / 2 + lean)
    const [length, breadth] = [between(random, 25, 170), between(random, 3, 22)]
    paintPier(surface, random, pier, length, breadth)
    for (const hand of [-1, 1]) {
      if (random() < 0.3) continue
      moorAlong(fleet, shifted(pier, 0, (hand * breadth) / 2), hand, length, scale * 0.8)
    }
  }
  moorAlong(fleet, shifted(shore.frame, -side * 0.7, 0), 1, side * 1.4, scale)
  for (let i = wholeBetween(random, 0, 2); i > 0; i--) {
    placeAnywhere(fleet, drawUsualShip(random, scale * 0.9), () => between(random, 0, 2 * Math.PI))
  }
}

/** Ships one after the other along a wall of this length; `hand` +1: on its right. */
function moorAlong(
  fleet: Fleet,
  wall: ReturnType<typeof frameAt>,
  hand: number,
  length: number,
  scale: number,
): void {
  const { random } = fleet
  const crowded = between(random, 0.3, 1)
  let u = between(random, 0, 20)
  while (u < length) {
    const ship = drawUsualShip(random, scale)
    ship.moving = false
    const { hull } = ship
    if (u + hull.length > length) break
    if (random() < crowded) {
      const off = hull.width / 2 + between(random, 0.8, 2.5)
      const berth = shifted(wall, u + hull.length / 2, hand * off)
      const angle = Math.atan2(wall.sin, wall.cos) + (random() < 0.5 ? Math.PI : 0)
      const frame = frameAt(berth.x, berth.y, angle)
      if (placeShip(fleet, ship, frame) && random() < 0.3) raft(fleet, ship, frame, pick(random, [1, 1, 2]))
    }
    // bow to stern: sometimes touching, mostly with some water between
    u += hull.length + (random() < 0.2 ? between(random, 0.5, 1.5) : between(random, 3, 40))
  }
}

/** Rows of small boats on both sides of a pontoon, side by side, touching or a little apart. */
function marina(fleet: Fleet, shore: Shore | null): void {
  const { random, surface } = fleet
  const side = Math.max(surface.width, surface.height)
  const angle = shore
    ? Math.atan2(shore.frame.sin, shore.frame.cos) + Math.PI / 2
    : between(random, 0, 2 * Math.PI)
  const boat = between(random, 6, 34)
  const rows = wholeBetween(random, 1, 3)
  const base = shore?.frame ?? frameAt(surface.width / 2, surface.height / 2, angle - Math.PI / 2)
  for (let row = 0; row < rows; row++) {
    const foot = shifted(base, between(random, -side * 0.35, side * 0.35), shore ? -1 : -side * 0.2)
    const pontoon = frameAt(foot.x, foot.y, angle)
    const length = between(random, 40, 140)
    const breadth = between(random, 1.5, 4)
    if (random() < 0.9) paintPier(surface, random, pontoon, length, breadth)
    const spacing = between(random, 0, 1.8) + (random() < 0.4 ? boat * 0.3 : 0)
    for (const hand of [-1, 1]) {
      let u = between(random, 1, 10)
      while (u < length) {
        const size = boat * between(random, 0.75, 1.2)
        const width = Math.max(2.6, Math.min(drawWidth(random, size), size * 0.5))
        const ship = drawShip(random, size, width)
        ship.moving = false
        const berth = shifted(pontoon, u + width / 2, hand * (breadth / 2 + size / 2 + 0.8))
        if (random() < 0.82) placeShip(fleet, ship, frameAt(berth.x, berth.y, angle + (hand * Math.PI) / 2))
        u += width + spacing * between(random, 0.5, 1.5)
      }
    }
  }
}
