import type { Random } from '../random.ts'
import { between, pick, seedFrom, wholeBetween } from '../random.ts'
import type { Colour, Frame, Surface } from './surface.ts'
import { blendScaled, frameAt, paintBox, scaled, shifted } from './surface.ts'
import { mapping, sampleRow, textures } from './textures.ts'

/** Parcels of farmland and bare ground. */
const FIELDS: readonly Colour[] = [
  [96, 104, 66],
  [124, 116, 84],
  [78, 92, 58],
  [150, 136, 104],
  [110, 92, 70],
  [66, 80, 52],
  [168, 154, 124],
  [88, 96, 80],
]

const FORESTS: readonly Colour[] = [
  [36, 50, 36],
  [46, 60, 40],
  [58, 66, 46],
  [40, 56, 50],
]

const ROADS: readonly Colour[] = [
  [120, 116, 110],
  [150, 144, 134],
  [92, 92, 92],
  [172, 160, 138],
]

const ROOFS: readonly Colour[] = [
  [214, 212, 206],
  [182, 180, 174],
  [140, 134, 126],
  [156, 100, 78],
  [120, 84, 68],
  [96, 112, 136],
  [235, 235, 230],
]

/** Covers what is ground already with woods, fields, roads and scattered houses. */
export function paintTerrain(surface: Surface, random: Random, sun: { x: number; y: number }): void {
  paintCover(surface, random)
  for (let i = wholeBetween(random, 0, 4); i > 0; i--) paintRoad(surface, random, sun)
}

/** Woods where a slow noise is high, parcels elsewhere. */
function paintCover(surface: Surface, random: Random): void {
  const { width, height, ground, rgb } = surface
  const { fractal, grain } = textures()
  const maps = {
    kind: mapping(random, between(random, 0.2, 1)),
    trees: mapping(random, between(random, 3, 7)),
    soil: mapping(random, between(random, 0.5, 2)),
    grain: mapping(random, between(random, 0.4, 1)),
  }
  const [kind, trees] = [new Float32Array(width), new Float32Array(width)]
  const [soil, rough] = [new Float32Array(width), new Float32Array(width)]
  const wooded = between(random, -1.2, 1.6)
  const forest = pick(random, FORESTS)
  const [crown, uneven] = [between(random, 0.1, 0.28), between(random, 0.02, 0.09)]
  const turn = between(random, 0, Math.PI)
  const [cos, sin] = [Math.cos(turn), Math.sin(turn)]
  const [long, broad] = [between(random, 25, 160), between(random, 18, 90)]
  // one kind of ground for all, or every parcel its own
  const common = random() < 0.35 ? pick(random, FIELDS) : null
  const salt = Math.floor(random() * 0xffffffff)
  for (let y = 0, p = 0; y < height; y++) {
    sampleRow(fractal[0], maps.kind, y, kind)
    sampleRow(fractal[1], maps.trees, y, trees)
    sampleRow(fractal[1], maps.soil, y, soil)
    sampleRow(grain, maps.grain, y, rough)
    for (let x = 0; x < width; x++, p++) {
      if (!ground[p]) continue
      if (kind[x]! + 0.15 * trees[x]! > wooded) {
        blendScaled(rgb, p, forest, 1 + crown * (trees[x]! + 0.5 * rough[x]!), 0.95)
        continue
      }
      const i = Math.floor((x * cos + y * sin) / long)
      const j = Math.floor((y * cos - x * sin) / broad)
      const own = common ?? FIELDS[seedFrom(salt, i, j) % FIELDS.length]!
      blendScaled(rgb, p, own, 1 + 0.08 * soil[x]! + uneven * rough[x]!, 0.9)
    }
  }
}

/** A road across the land, houses beside it. */
function paintRoad(surface: Surface, random: Random, sun: { x: number; y: number }): void {
  const { width, height } = surface
  const reach = width + height
  const road = frameAt(random() * width, random() * height, between(random, 0, 2 * Math.PI))
  const colour = pick(random, ROADS)
  const half = between(random, 0.8, 3.5)
  // in pieces, each only where there is land
  for (let u = -reach; u < reach; u += 6) {
    if (isLand(surface, shifted(road, u, 0)) && isLand(surface, shifted(road, u + 6, 0))) {
      paintBox(surface, road, [u, u + 6, -half, half], colour, 0.85)
    }
  }
  if (random() < 0.3) return
  const size = between(random, 5, 16)
  const filled = between(random, 0.1, 0.9)
  const roofs = [pick(random, ROOFS), pick(random, ROOFS), pick(random, ROOFS)]
  for (let u = -reach; u < reach; u += size * 1.6) {
    for (const hand of [-1, 1]) {
      if (random() > filled) continue
      const off = half + size * between(random, 0.8, 1.6)
      const house = shifted(road, u + between(random, 0, size * 0.4), hand * off)
      if (!isLand(surface, house) || !isLand(surface, shifted(house, size, 0))) continue
      paintHouse(surface, random, house, size, pick(random, roofs), sun)
    }
  }
}

function paintHouse(
  surface: Surface,
  random: Random,
  house: Frame,
  size: number,
  roof: Colour,
  sun: { x: number; y: number },
): void {
  const [a, b] = [size * between(random, 0.35, 0.8), size * between(random, 0.25, 0.5)]
  const lift = size * between(random, 0.1, 0.3)
  const below: Frame = { ...house, x: house.x + sun.x * lift, y: house.y + sun.y * lift }
  paintBox(surface, below, [-a, a, -b, b], [34, 36, 34], 0.55)
  paintBox(surface, house, [-a, a, -b, b], scaled(roof, between(random, 0.8, 1.15)))
  if (random() < 0.5) paintBox(surface, house, [-a, a, 0, b], scaled(roof, 0.78), 0.7)
}

function isLand({ width, height, ground }: Surface, { x, y }: Frame): boolean {
  const [column, row] = [Math.floor(x), Math.floor(y)]
  return column >= 0 && row >= 0 && column < width && row < height && ground[row * width + column] === 1
}
