import type { Random } from '../random.ts'
import { between, normal, wholeBetween } from '../random.ts'
import type { Surface } from './surface.ts'
import { scratch } from './surface.ts'
import { compress } from './jpeg.ts'
import { TEXTURE_SIDE, textures } from './textures.ts'

/** Brightness of an image, and what blue and red have beyond it, at half resolution as JPEG keeps them. */
interface Planes {
  width: number
  height: number
  /** [height, width] */
  light: Float32Array
  /** [ceil(height / 2), ceil(width / 2)] */
  blue: Float32Array
  red: Float32Array
}

/**
 * What lens, sensor and storage do to a scene: blur, the sharpening that image providers apply (it draws dark
 * seams around bright ships), noise, colour cast, contrast, and the blocks of JPEG.
 * @returns 8-bit RGB, row-major [height, width, 3]
 */
export function photograph(surface: Surface, random: Random): Uint8Array {
  const planes = split(surface)
  const { width, height, light } = planes
  addGrain(light, random, 0.9 * Math.exp(0.45 * normal(random)) * (random() < 0.1 ? 3 : 1))
  const spread = between(random, 0.45, 1.15)
  // images that were enlarged by their provider: softer, with seams several px wide, colours that reach beyond their ship
  const soft = random() < 0.55
  blurPlane(light, width, height, spread, soft ? 2 : 1)
  if (soft) softenColours(planes, wholeBetween(random, 1, 4))
  if (random() < 0.9) {
    const passes = soft ? wholeBetween(random, 2, 7) : 1
    sharpen(planes, between(random, 0.9, 1.5), passes, between(random, 0.4, 2))
  }
  addGrain(light, random, between(random, 0.2, 0.9))
  const colourGrain = between(random, 0.1, 1)
  addGrain(planes.blue, random, colourGrain)
  addGrain(planes.red, random, colourGrain)
  if (random() < 0.8) compress(light, width, height, between(random, 60, 96))
  const exposure = Math.exp(0.12 * normal(random))
  const gamma = Math.exp(0.1 * normal(random))
  return joinPlanes(planes, [
    tone(random, exposure, gamma),
    tone(random, exposure, gamma),
    tone(random, exposure, gamma),
  ])
}

function softenColours({ width, height, blue, red }: Planes, passes: number): void {
  for (const plane of [blue, red]) blurPlane(plane, (width + 1) >> 1, (height + 1) >> 1, 1, passes)
}

type Tone = (value: number) => number

function split({ width, height, rgb }: Surface): Planes {
  const light = scratch('light', width * height)
  const half = (width + 1) >> 1
  const blue = scratch('blue', half * ((height + 1) >> 1)).fill(0)
  const red = scratch('red', blue.length).fill(0)
  for (let y = 0, p = 0, i = 0; y < height; y++) {
    // a pixel at the border of an odd side stands for its missing neighbour as well
    const rows = y === height - 1 && !(y & 1) ? 0.5 : 0.25
    for (let x = 0, start = (y >> 1) * half; x < width; x++, p++, i += 3) {
      const own = 0.299 * rgb[i]! + 0.587 * rgb[i + 1]! + 0.114 * rgb[i + 2]!
      const weight = x === width - 1 && !(x & 1) ? 2 * rows : rows
      const q = start + (x >> 1)
      light[p] = own
      blue[q] = blue[q]! + (rgb[i + 2]! - own) * weight
      red[q] = red[q]! + (rgb[i]! - own) * weight
    }
  }
  return { width, height, light, blue, red }
}

function joinPlanes(
  { width, height, light, blue, red }: Planes,
  tones: readonly [Tone, Tone, Tone],
): Uint8Array {
  const rgb = new Uint8Array(width * height * 3)
  const half = (width + 1) >> 1
  const [r, g, b] = tones.map(toneTable)
  for (let y = 0, p = 0, i = 0; y < height; y++) {
    for (let x = 0, start = (y >> 1) * half; x < width; x++, p++, i += 3) {
      const own = light[p]!
      const more = blue[start + (x >> 1)]!
      const redder = red[start + (x >> 1)]!
      rgb[i] = r![level(own + redder)]!
      rgb[i + 1] = g![level(own - 0.509 * redder - 0.194 * more)]!
      rgb[i + 2] = b![level(own + more)]!
    }
  }
  return rgb
}

/** Levels of a tone table for each 8-bit level, so that stretching the contrast leaves no gaps. */
const FINE = 4

/** The place in a tone table for a value of 0..255 and beyond. */
function level(value: number): number {
  const at = value * FINE + 0.5
  return at < 0 ? 0 : at > 255 * FINE ? 255 * FINE : at | 0
}

function toneTable(tone: Tone): Uint8ClampedArray {
  return Uint8ClampedArray.from({ length: 255 * FINE + 1 }, (_, i) => tone(i / FINE))
}

function tone(random: Random, exposure: number, gamma: number): Tone {
  const gain = exposure * Math.exp(0.03 * normal(random))
  const offset = 2 * normal(random)
  return (value) => 255 * (value / 255) ** gamma * gain + offset
}

/** Adds white noise of this standard deviation. */
function addGrain(plane: Float32Array, random: Random, strength: number): void {
  const { grain } = textures()
  const texels = TEXTURE_SIDE * TEXTURE_SIDE - 1
  const from = Math.floor(random() * texels)
  // a factor that shares none with the texture's side, so that rows do not meet the same grain again
  const step = 2 * Math.floor(random() * 8) + 3
  for (let p = 0, at = from; p < plane.length; p++, at += step) {
    plane[p] = plane[p]! + strength * grain[at & texels]!
  }
}

/** Gaussian blur of [height, width] in place, five taps each way, edges repeated; sigma in px, at most 1.5; more passes make it sigma sqrt(passes). */
function blurPlane(plane: Float32Array, width: number, height: number, sigma: number, passes: number): void {
  const [near, far] = [Math.exp(-0.5 / sigma ** 2), Math.exp(-2 / sigma ** 2)]
  const sum = 1 + 2 * near + 2 * far
  for (let pass = 0; pass < passes; pass++) {
    blurRows(plane, width, 1 / sum, near / sum, far / sum)
    blurColumns(plane, width, height, 1 / sum, near / sum, far / sum)
  }
}

function blurRows(plane: Float32Array, width: number, middle: number, near: number, far: number): void {
  for (let start = 0; start < plane.length; start += width) {
    const last = start + width - 1
    let own = plane[start]!
    let [before, earlier] = [own, own]
    let next = plane[Math.min(last, start + 1)]!
    for (let p = start; p <= last; p++) {
      const after = p + 2 <= last ? plane[p + 2]! : next
      plane[p] = middle * own + near * (before + next) + far * (earlier + after)
      earlier = before
      before = own
      own = next
      next = after
    }
  }
}

function blurColumns(
  plane: Float32Array,
  width: number,
  height: number,
  middle: number,
  near: number,
  far: number,
): void {
  const above = plane.slice(0, width)
  const higher = plane.slice(0, width)
  // rows below are not blurred yet, save where the last one stands for those that are missing
  const below = plane.slice((height - 1) * width)
  for (let y = 0; y < height; y++) {
    const start = y * width
    const next = y + 1 < height ? plane.subarray(start + width, start + 2 * width) : below
    const after = y + 2 < height ? plane.subarray(start + 2 * width, start + 3 * width) : below
    for (let x = 0; x < width; x++) {
      const own = plane[start + x]!
      plane[start + x] = middle * own + near * (above[x]! + next[x]!) + far * (higher[x]! + after[x]!)
      higher[x] = above[x]!
      above[x] = own
    }
  }
}

/** Unsharp mask on brightness, in place. @param passes of the blur that it is measured from */
function sharpen({ width, height, light }: Planes, sigma: number, passes: number, amount: number): void {
  const wide = scratch('wide', light.length)
  wide.set(light)
  blurPlane(wide, width, height, sigma, passes)
  for (let p = 0; p < light.length; p++) light[p] = light[p]! + amount * (light[p]! - wide[p]!)
}
