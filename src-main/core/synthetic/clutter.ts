import type { Random } from '../random.ts'
import { between, pick, wholeBetween } from '../random.ts'
import { paintBreakwater, paintIslet, paintPier } from './land.ts'
import type { Colour, Frame, Surface } from './surface.ts'
import { blend, eachPixel, frameAt, paintBox, paintDisc, shifted } from './surface.ts'
import { mapping, sampleTexture, textures } from './textures.ts'
import { paintWake } from './wakes.ts'

const KINDS = [
  'buoys',
  'islets',
  'rocks',
  'breakwater',
  'platform',
  'bar',
  'farm',
  'wake',
  'foam',
  'glints',
  'puffs',
] as const

const BUOYS: readonly Colour[] = [
  [220, 200, 60],
  [210, 90, 60],
  [220, 220, 215],
]

/** What is no ship and looks a little like one, somewhere in the scene. */
export function strew(surface: Surface, random: Random, sea: Colour): void {
  const { width, height } = surface
  const [x, y] = [random() * width, random() * height]
  const frame = frameAt(x, y, between(random, 0, 2 * Math.PI))
  switch (pick(random, KINDS)) {
    case 'buoys':
      for (let i = wholeBetween(random, 1, 6); i > 0; i--) {
        const place = frameAt(random() * width, random() * height, 0)
        paintDisc(surface, place, between(random, 0.5, 1.1), pick(random, BUOYS))
      }
      break
    case 'islets':
      for (let i = wholeBetween(random, 1, 6); i > 0; i--) {
        const radius = between(random, 2, 6) * Math.exp(between(random, 0, 2))
        paintIslet(surface, random, x + between(random, -60, 60), y + between(random, -60, 60), radius)
      }
      break
    case 'rocks':
      for (let i = wholeBetween(random, 5, 30); i > 0; i--) {
        const spot = shifted(frame, between(random, -90, 90), between(random, -25, 25))
        paintIslet(surface, random, spot.x, spot.y, between(random, 1.2, 6))
      }
      break
    case 'breakwater':
      paintBreakwater(surface, random, frame, between(random, 30, 250), between(random, 3, 16))
      break
    case 'platform':
      paintPier(surface, random, frame, between(random, 8, 30), between(random, 8, 24))
      break
    case 'bar':
      paintPier(surface, random, frame, between(random, 30, 200), between(random, 2, 8))
      break
    case 'farm':
      paintFarm(surface, random, frame)
      break
    case 'wake':
      // its ship has left the picture or was never there
      paintWake(surface, random, frame, between(random, 6, 40), between(random, 2, 9), sea)
      break
    case 'foam':
      paintFoamLine(surface, random, frame)
      break
    case 'glints':
      for (let i = wholeBetween(random, 5, 60); i > 0; i--) {
        const spot = shifted(frame, between(random, -120, 120), between(random, -50, 50))
        paintDisc(surface, spot, between(random, 0.4, 1.3), [235, 235, 228], between(random, 0.2, 0.9))
      }
      break
    case 'puffs':
      for (let i = wholeBetween(random, 1, 8); i > 0; i--) paintPuff(surface, random)
      break
  }
}

/** Rings or rectangles of nets in rows. */
function paintFarm(surface: Surface, random: Random, frame: Frame): void {
  const [across, deep] = [wholeBetween(random, 2, 7), wholeBetween(random, 1, 4)]
  const size = between(random, 3, 9)
  const round = random() < 0.5
  const light = between(random, 0.25, 0.8)
  for (let i = 0; i < across * deep; i++) {
    const place = shifted(frame, (i % across) * size * 2.6, Math.floor(i / across) * size * 2.6)
    if (round) {
      paintDisc(surface, place, size, [120, 130, 125], light)
      paintDisc(surface, place, size - 1, [30, 45, 50], 0.6)
    } else {
      paintBox(surface, place, [-size, size, -size * 0.7, size * 0.7], [140, 138, 124], light)
      paintBox(surface, place, [1 - size, size - 1, 1 - size * 0.7, size * 0.7 - 1], [30, 45, 48], 0.6)
    }
  }
  if (random() < 0.6) {
    paintBox(surface, frame, [-size, across * size * 2.6, -size - 2, -size - 1], [130, 134, 128], light)
  }
}

/** A long winding line of foam or drift, broken here and there. */
function paintFoamLine(surface: Surface, random: Random, frame: Frame): void {
  const { fractal } = textures()
  const reach = between(random, 60, 400)
  const swing = between(random, 5, 30)
  const breadth = between(random, 0.8, 3)
  const strength = between(random, 0.15, 0.6)
  const [path, gaps] = [mapping(random, between(random, 0.5, 1.5)), mapping(random, 4)]
  eachPixel(surface, frame, [-reach, reach, -swing * 3, swing * 3], (pixel, u, v) => {
    if (surface.ground[pixel]) return
    const off = Math.abs(v - swing * sampleTexture(fractal[0], path, u, 0)) / breadth
    if (off > 1) return
    const broken = 0.5 + 0.8 * sampleTexture(fractal[1], gaps, u, v)
    if (broken > 0) blend(surface, pixel, [205, 212, 206], Math.min(1, broken * (1 - off)) * strength)
  })
}

/** A cloud of the size of a ship, with its shadow. */
function paintPuff(surface: Surface, random: Random): void {
  const { width, height } = surface
  const { fractal } = textures()
  const size = 5 * Math.exp(between(random, 0, 1.8))
  const place = frameAt(random() * width, random() * height, between(random, 0, Math.PI))
  const map = mapping(random, 40 / size)
  const opacity = between(random, 0.3, 0.95)
  const paint = (frame: Frame, colour: Colour, strength: number): void => {
    eachPixel(surface, frame, [-size, size, -size, size], (pixel, u, v) => {
      const body = 0.7 - Math.hypot(u, v * 1.4) / size + 0.3 * sampleTexture(fractal[0], map, u, v)
      if (body > 0) blend(surface, pixel, colour, Math.min(1, 2 * body) * strength)
    })
  }
  const away = between(random, 8, 40)
  paint(
    { ...place, x: place.x + away, y: place.y + away * between(random, -1, 1) },
    [4, 10, 14],
    0.45 * opacity,
  )
  paint(place, [226, 228, 230], opacity)
}
