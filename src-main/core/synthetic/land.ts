import type { Random } from '../random.ts'
import { between, pick, wholeBetween } from '../random.ts'
import type { Colour, Frame, Surface } from './surface.ts'
import {
  blend,
  blendScaled,
  darken,
  eachPixel,
  frameAt,
  markGround,
  paintBox,
  paintDisc,
  scaled,
  shifted,
} from './surface.ts'
import { paintCity } from './city.ts'
import { paintTerrain } from './terrain.ts'
import { mapping, sampleRow, sampleTexture, textures } from './textures.ts'

const LAND: readonly (readonly [Colour, Colour])[] = [
  [
    [58, 72, 48],
    [98, 100, 76],
  ],
  [
    [44, 60, 46],
    [70, 80, 58],
  ],
  [
    [150, 136, 112],
    [120, 108, 88],
  ],
  [
    [110, 104, 94],
    [84, 84, 80],
  ],
  [
    [182, 166, 138],
    [140, 124, 98],
  ],
  [
    [92, 82, 66],
    [128, 118, 98],
  ],
]

const ROOFS: readonly Colour[] = [
  [180, 180, 176],
  [148, 146, 140],
  [210, 210, 206],
  [120, 116, 110],
  [140, 88, 72],
  [112, 74, 62],
  [90, 110, 140],
  [76, 76, 76],
  [160, 140, 112],
]

const CONCRETE: readonly Colour[] = [
  [128, 124, 114],
  [150, 144, 130],
  [104, 102, 98],
  [172, 164, 146],
  [92, 88, 82],
]

const SAND: Colour = [178, 164, 136]
const SURF: Colour = [215, 220, 216]
const SHALLOW: Colour = [80, 125, 115]

/** The line between land and sea: land lies where local v is negative. */
export interface Shore {
  frame: Frame
  /** a straight wall that ships can lie at, else a natural coast */
  quay: boolean
}

/** A straight quay or a natural coast across the surface, land on one side, with what stands on it. */
export function paintLand(
  surface: Surface,
  random: Random,
  quay: boolean,
  sun: { x: number; y: number },
): Shore {
  const { width, height, rgb } = surface
  const side = Math.max(width, height)
  const angle = between(random, 0, 2 * Math.PI)
  const frame = shifted(frameAt(width / 2, height / 2, angle), 0, -side * between(random, 0.05, 0.4))
  const { fractal } = textures()
  const rough = quay ? 0 : between(random, 6, 45)
  const outline = mapping(random, 0.15 * Math.exp(between(random, 0, 2.2)))
  const [low, high] = pick(random, quay ? LAND.slice(2) : LAND)
  const colourMap = mapping(random, between(random, 0.8, 3))
  const colour = new Float32Array(width)
  const edge = new Float32Array(width)
  const fine = between(random, 0.03, 0.14)
  const beach = !quay && random() < 0.6 ? between(random, 2, 18) : 0
  const surf = !quay && random() < 0.6 ? between(random, 1, 5) : 0
  const shallow = !quay && random() < 0.5 ? between(random, 5, 40) : 0
  for (let y = 0, p = 0; y < height; y++) {
    sampleRow(fractal[1], colourMap, y, colour)
    if (rough) sampleRow(fractal[0], outline, y, edge)
    for (let x = 0; x < width; x++, p++) {
      let d = (y + 0.5 - frame.y) * frame.cos - (x + 0.5 - frame.x) * frame.sin
      if (d > 80 || (quay && d > 1)) continue
      if (rough) d += rough * edge[x]!
      const t = colour[x]!
      if (d < 0) {
        surface.ground[p] = 1
        const alpha = Math.min(1, 0.4 - d)
        if (d > -beach) blendScaled(rgb, p, SAND, 1 + 0.05 * t, alpha)
        else {
          const mix = Math.min(1, Math.max(0, 0.5 + 0.4 * t))
          blendScaled(rgb, p, low, 1 + fine * t, alpha)
          blendScaled(rgb, p, high, 1 + fine * t, alpha * mix)
        }
      } else if (d < surf * (1 + 0.8 * t)) blendScaled(rgb, p, SURF, 1, 0.7)
      else if (d < shallow) blendScaled(rgb, p, SHALLOW, 1, 0.45 * (1 - d / shallow))
    }
  }
  if (random() < (quay ? 0.3 : 0.75)) paintTerrain(surface, random, sun)
  if (quay) {
    const apron = between(random, 4, 16)
    paintBox(surface, frame, [-side, side, -apron, 0], pick(random, CONCRETE), 0.85)
    paintBox(surface, frame, [-side, side, -1.2, 0], scaled(pick(random, CONCRETE), 1.25), 0.6)
  }
  const density = quay ? between(random, 0.3, 1) : random() < 0.4 ? between(random, 0.1, 0.8) : 0
  const town = random() < (quay ? 0.35 : 0.2)
  if (town) paintCity(surface, random, frame, between(random, 10, 70))
  else if (density) paintBuildings(surface, random, frame, density, sun)
  if (quay && random() < 0.5) paintYard(surface, random, frame)
  return { frame, quay }
}

/** Roofs in rows with their shadows, roads between, tanks. */
function paintBuildings(
  surface: Surface,
  random: Random,
  shore: Frame,
  density: number,
  sun: { x: number; y: number },
): void {
  const { width, height } = surface
  const side = Math.max(width, height)
  const scale = between(random, 4, 12) * Math.exp(between(random, 0, 1))
  const turn = frameAt(
    0,
    0,
    Math.atan2(shore.sin, shore.cos) + (random() < 0.6 ? 0 : between(random, -0.6, 0.6)),
  )
  const palette = [pick(random, ROOFS), pick(random, ROOFS), pick(random, ROOFS), pick(random, ROOFS)]
  const count = Math.min(700, Math.round((density * side * side * 0.35) / (scale * scale)))
  const tanks = random() < 0.25
  for (let i = 0; i < count; i++) {
    // rows parallel to the shore, a little uneven
    const row = Math.floor(between(random, 0, side / (scale * 1.4)))
    const along = Math.floor(between(random, -side / scale, side / scale)) * scale * 1.15
    const spot = shifted(shore, along, -14 - scale * 0.6 - row * scale * 1.4)
    const [x, y] = [Math.floor(spot.x), Math.floor(spot.y)]
    if (x < 0 || y < 0 || x >= width || y >= height || !surface.ground[y * width + x]) continue
    const frame: Frame = { ...spot, cos: turn.cos, sin: turn.sin }
    const a = (scale * between(random, 0.6, 1)) / 2
    const b = (scale * between(random, 0.4, 0.9)) / 2
    const roof = scaled(pick(random, palette), between(random, 0.75, 1.2))
    const lift = scale * between(random, 0.08, 0.25)
    const below: Frame = { ...frame, x: frame.x + sun.x * lift, y: frame.y + sun.y * lift }
    if (tanks && random() < 0.3) {
      paintDisc(surface, below, a, [40, 40, 40], 0.5)
      paintDisc(surface, frame, a, [200, 200, 194])
      continue
    }
    paintBox(surface, below, [-a, a, -b, b], [38, 38, 36], 0.55)
    paintBox(surface, frame, [-a, a, -b, b], roof)
    if (random() < 0.5) paintBox(surface, frame, [-a, a, 0, b], scaled(roof, 0.8), 0.6)
  }
}

/** Container rows behind the quay: ship-like in colour and shape, but on land. */
function paintYard(surface: Surface, random: Random, shore: Frame): void {
  const rows = wholeBetween(random, 1, 5)
  const start = between(random, -120, 60)
  for (let row = 0; row < rows; row++) {
    const v = -20 - row * between(random, 9, 14)
    const end = start + between(random, 40, 160)
    for (let u = start; u < end; u += 6.5) {
      if (random() < 0.15) continue
      paintBox(
        surface,
        shore,
        [u, u + 5.8, v - 5, v],
        scaled(pick(random, ROOFS), between(random, 0.6, 1.1)),
        0.9,
      )
    }
  }
}

/** A pier or jetty: a bar of concrete or planks on the water. `frame` points along it, from its foot. */
export function paintPier(
  surface: Surface,
  random: Random,
  frame: Frame,
  length: number,
  breadth: number,
): void {
  const colour = scaled(pick(random, CONCRETE), between(random, 0.8, 1.25))
  const box = [0, length, -breadth / 2, breadth / 2] as const
  const lower: Frame = { ...frame, x: frame.x + 1, y: frame.y + 1 }
  paintBox(surface, lower, box, [14, 18, 20], 0.5)
  paintBox(surface, frame, box, colour)
  markGround(surface, frame, box)
  const pieces = breadth > 5 ? wholeBetween(random, 0, 8) : 0
  for (let i = 0; i < pieces; i++) {
    const u = between(random, 0, length * 0.9)
    const b = breadth * between(random, 0.1, 0.4)
    paintBox(surface, frame, [u, u + between(random, 2, 14), -b, b], pick(random, ROOFS), 0.8)
  }
}

/** A breakwater of rubble: a ragged pale band, as long and thin as a ship, sometimes with surf. */
export function paintBreakwater(
  surface: Surface,
  random: Random,
  frame: Frame,
  length: number,
  breadth: number,
): void {
  const { fractal, grain } = textures()
  const colour = pick(random, CONCRETE)
  const [edge, stones] = [mapping(random, 4), mapping(random, 0.8)]
  eachPixel(surface, frame, [0, length, -breadth, breadth], (pixel, u, v) => {
    const d = Math.abs(v) - breadth * (0.42 + 0.1 * sampleTexture(fractal[1], edge, u, v))
    if (d > 0 || u < 0 || u > length) return
    const light = 1 + 0.22 * sampleTexture(grain, stones, u, v)
    blend(surface, pixel, scaled(colour, light), Math.min(1, 0.4 - d))
    surface.ground[pixel] = 1
  })
}

/** A rock or an islet with surf around it. */
export function paintIslet(surface: Surface, random: Random, x: number, y: number, radius: number): void {
  const { fractal } = textures()
  const map = mapping(random, between(random, 1, 12 / Math.max(4, radius) + 1))
  const [low, high] = pick(random, LAND)
  const surf = random() < 0.6 ? between(random, 0.05, 0.3) : 0
  const frame = frameAt(x, y, between(random, 0, Math.PI))
  const flat = between(random, 1, 2.2)
  eachPixel(surface, frame, [-radius * 1.6, radius * 1.6, -radius * 1.6, radius * 1.6], (pixel, u, v) => {
    const t = sampleTexture(fractal[0], map, u, v)
    const d = Math.hypot(u, v * flat) / radius - 0.8 + 0.22 * t
    if (d < 0) {
      surface.ground[pixel] = 1
      const mix = Math.min(1, Math.max(0, 0.5 + t * 0.4))
      blend(
        surface,
        pixel,
        [
          low[0] + (high[0] - low[0]) * mix,
          low[1] + (high[1] - low[1]) * mix,
          low[2] + (high[2] - low[2]) * mix,
        ],
        Math.min(1, 0.3 - d * radius),
      )
    } else if (d < surf) blend(surface, pixel, [212, 217, 214], 0.75 * (1 - d / surf))
    else if (d < 0.3) darken(surface, pixel, 1 + 0.2 * (0.3 - d))
  })
}
