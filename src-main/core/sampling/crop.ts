import { IGNORED_LABEL } from '../../contract/words.ts'
import type { RgbImage } from '../../contract/engine.ts'
import type { Random } from '../random.ts'
import { between } from '../random.ts'
import { lightTables } from './light.ts'
import type { LightSettings } from './light.ts'

/** An image with its truth as a label map, and where its ships are. */
export interface Marked {
  image: RgbImage
  /** [height, width] row-major: 0 = background, else the ship's number */
  labels: Uint16Array | Int32Array
  /** [height, width] row-major: 1 where nobody can tell what is there; null: nowhere */
  ignored: Uint8Array | null
  ships: readonly MarkedShip[]
}

export interface MarkedShip {
  /** a point of the ship, in px */
  x: number
  y: number
  /** px */
  area: number
}

export interface CropSettings extends LightSettings {
  /** side of the crop in px */
  crop: number
  /** crop px for one image px, from .. to */
  scale: readonly [number, number]
  /** any angle in half of the crops, quarter turns in the others; else none */
  rotate: boolean
  flip: boolean
  /** share of crops with a ship near their middle */
  nearShip: number
  /** which ship that is: drawn by area to the minus this; 0: each alike */
  sizeExponent: number
}

export const CROP_SETTINGS: Omit<CropSettings, 'crop'> = {
  scale: [0.8, 1.3],
  rotate: true,
  flip: true,
  nearShip: 0.6,
  sizeExponent: 0,
  gain: 0.18,
  cast: 0.05,
  gamma: 0.15,
  noise: 3,
  haze: 0.12,
}

export interface Crop {
  /** [crop, crop, 3] */
  image: Uint8Array
  /** [crop, crop] 0 = background, 1..N = ships of this crop, `IGNORED_LABEL` = not to be learnt from */
  labels: Uint16Array
}

/** A ship of which fewer pixels are in a crop is background there. */
const SMALLEST = 4

/** So often another middle is drawn where the first lies in an area that nothing is learnt from. */
const OTHER_MIDDLES = 8

/** Affine map from crop pixels to image pixels: x = a u + b v + c, y = d u + e v + f. */
type Affine = readonly [a: number, b: number, c: number, d: number, e: number, f: number]

/**
 * A random crop for training: scaled, turned, flipped, with other light. Colours by bilinear interpolation,
 * labels by the nearest pixel, so that they stay whole numbers. Beyond the image there is its mean colour.
 * The same stream gives the same crop.
 */
export function sampleCrop(marked: Marked, random: Random, settings: CropSettings): Crop {
  const map = drawMap(marked, random, settings)
  const light = lightTables(random, settings)
  const image = resample(marked.image, map, settings.crop, light.tables)
  if (light.noise > 0) {
    for (let i = 0; i < image.length; i++) {
      const value = image[i]! + light.noise * quickNormal(random)
      image[i] = value < 0 ? 0 : value > 255 ? 255 : value + 0.5
    }
  }
  return { image, labels: relabel(nearest(marked, map, settings.crop)) }
}

function drawMap(marked: Marked, random: Random, settings: CropSettings): Affine {
  const { image, ships } = marked
  const { crop } = settings
  const scale = settings.scale[0] * (settings.scale[1] / settings.scale[0]) ** random()
  const free = settings.rotate && random() < 0.5
  const quarter = settings.rotate ? Math.floor(random() * 4) : 0
  const angle = free ? random() * 2 * Math.PI : (quarter * Math.PI) / 2
  const mirror = settings.flip && random() < 0.5 ? -1 : 1
  const [cos, sin] = [Math.cos(angle) / scale, Math.sin(angle) / scale]
  // half the extent of the crop's footprint in the image
  const reach = ((Math.abs(cos) + Math.abs(sin)) * crop) / 2
  let x = inside(random() * image.width, reach, image.width)
  let y = inside(random() * image.height, reach, image.height)
  for (let other = 0; other < OTHER_MIDDLES && isIgnored(marked, x, y); other++) {
    x = inside(random() * image.width, reach, image.width)
    y = inside(random() * image.height, reach, image.height)
  }
  if (ships.length > 0 && random() < settings.nearShip) {
    const ship = drawShip(ships, random, settings.sizeExponent)
    const away = (crop * 0.35) / scale
    x = inside(ship.x + between(random, -away, away), reach, image.width)
    y = inside(ship.y + between(random, -away, away), reach, image.height)
  }
  const [a, b, d, e] = [cos * mirror, -sin, sin * mirror, cos]
  const middle = crop / 2
  return [a, b, x - (a + b) * middle, d, e, y - (d + e) * middle]
}

function isIgnored({ image: { width, height }, ignored }: Marked, x: number, y: number): boolean {
  const [column, row] = [Math.min(width - 1, Math.floor(x)), Math.min(height - 1, Math.floor(y))]
  return ignored?.[row * width + column] === 1
}

function drawShip(ships: readonly MarkedShip[], random: Random, exponent: number): MarkedShip {
  let left = random() * sizeSum(ships, exponent)
  return ships.find(({ area }) => (left -= area ** -exponent) < 0) ?? ships.at(-1)!
}

/** What ships count together where each is drawn by its area to the minus `exponent`. */
export function sizeSum(ships: readonly Pick<MarkedShip, 'area'>[], exponent: number): number {
  return ships.reduce((sum, { area }) => sum + area ** -exponent, 0)
}

/** Moves a middle so that the footprint lies in the image, where it is large enough. */
function inside(middle: number, reach: number, size: number): number {
  if (size <= 2 * reach) return size / 2
  return Math.min(size - reach, Math.max(reach, middle))
}

function resample(
  { width, height, data }: RgbImage,
  [a, b, c, d, e, f]: Affine,
  crop: number,
  tables: readonly [Float32Array, Float32Array, Float32Array],
): Uint8Array {
  const out = new Uint8Array(crop * crop * 3)
  const outside = meanColour(data)
  const [red, green, blue] = tables
  for (let v = 0, i = 0; v < crop; v++) {
    for (let u = 0; u < crop; u++, i += 3) {
      const x = a * (u + 0.5) + b * (v + 0.5) + c - 0.5
      const y = d * (u + 0.5) + e * (v + 0.5) + f - 0.5
      if (x < -0.5 || y < -0.5 || x > width - 0.5 || y > height - 0.5) {
        out[i] = red[outside[0]]!
        out[i + 1] = green[outside[1]]!
        out[i + 2] = blue[outside[2]]!
        continue
      }
      const x0 = Math.min(width - 1, Math.max(0, Math.floor(x)))
      const y0 = Math.min(height - 1, Math.max(0, Math.floor(y)))
      const fx = Math.max(0, x - x0)
      const fy = Math.max(0, y - y0)
      const p = (y0 * width + x0) * 3
      const q = x0 + 1 < width ? p + 3 : p
      const below = y0 + 1 < height ? width * 3 : 0
      const w00 = (1 - fx) * (1 - fy)
      const w10 = fx * (1 - fy)
      const w01 = (1 - fx) * fy
      const w11 = fx * fy
      out[i] =
        w00 * red[data[p]!]! +
        w10 * red[data[q]!]! +
        w01 * red[data[p + below]!]! +
        w11 * red[data[q + below]!]! +
        0.5
      out[i + 1] =
        w00 * green[data[p + 1]!]! +
        w10 * green[data[q + 1]!]! +
        w01 * green[data[p + below + 1]!]! +
        w11 * green[data[q + below + 1]!]! +
        0.5
      out[i + 2] =
        w00 * blue[data[p + 2]!]! +
        w10 * blue[data[q + 2]!]! +
        w01 * blue[data[p + below + 2]!]! +
        w11 * blue[data[q + below + 2]!]! +
        0.5
    }
  }
  return out
}

/** [crop, crop] labels of the image; -1 = not to be learnt from. A ship that is marked in an area to ignore stays one. */
function nearest(
  { image: { width, height }, labels, ignored }: Marked,
  map: Affine,
  crop: number,
): Int32Array {
  const [a, b, c, d, e, f] = map
  const out = new Int32Array(crop * crop)
  for (let v = 0, p = 0; v < crop; v++) {
    for (let u = 0; u < crop; u++, p++) {
      const x = Math.floor(a * (u + 0.5) + b * (v + 0.5) + c)
      const y = Math.floor(d * (u + 0.5) + e * (v + 0.5) + f)
      if (x < 0 || y < 0 || x >= width || y >= height) continue
      const at = y * width + x
      out[p] = labels[at]! || (ignored?.[at] === 1 ? -1 : 0)
    }
  }
  return out
}

/** Numbers 1..N in order of first appearance; slivers become background. */
function relabel(labels: Int32Array): Uint16Array {
  const areas = new Map<number, number>()
  for (let p = 0; p < labels.length; p++) {
    const label = labels[p]!
    if (label > 0) areas.set(label, (areas.get(label) ?? 0) + 1)
  }
  const numbers = new Map<number, number>()
  for (const [label, area] of areas) if (area >= SMALLEST) numbers.set(label, numbers.size + 1)
  const out = new Uint16Array(labels.length)
  for (let p = 0; p < labels.length; p++) {
    const label = labels[p]!
    if (label) out[p] = label < 0 ? IGNORED_LABEL : (numbers.get(label) ?? 0)
  }
  return out
}

/** Mean of red, green and blue, 0..255, of some thousand pixels spread evenly. @param data [height, width, 3] */
function meanColour(data: Uint8Array): [number, number, number] {
  const sums: [number, number, number] = [0, 0, 0]
  const step = 3 * Math.max(1, Math.floor(data.length / 3 / 4096))
  let count = 0
  for (let i = 0; i + 2 < data.length; i += step, count++) {
    sums[0] += data[i]!
    sums[1] += data[i + 1]!
    sums[2] += data[i + 2]!
  }
  return [Math.round(sums[0] / count), Math.round(sums[1] / count), Math.round(sums[2] / count)]
}

/** Nearly normal, standard deviation 1: four uniform numbers in one draw's bytes. */
function quickNormal(random: Random): number {
  const bits = (random() * 4294967296) >>> 0
  const sum = (bits & 255) + ((bits >>> 8) & 255) + ((bits >>> 16) & 255) + (bits >>> 24)
  return (sum - 510) / 147.8
}
