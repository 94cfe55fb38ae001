import type { Random } from '../random.ts'
import { between, normal, randomFrom } from '../random.ts'

/** Side of a texture in texels; a power of two, textures repeat seamlessly. */
export const TEXTURE_SIDE = 512

/** Texels of one dominant wave in the wave textures. */
const PEAK_TEXELS = 16

/** Periodic noise of mean 0 and standard deviation 1, row-major [512, 512]. */
export type Texture = Float32Array

export interface Textures {
  /** sea surfaces: wind sea, narrow swell, crossed seas, short chop; waves run along the x axis */
  waves: readonly [Texture, Texture, Texture, Texture]
  /** rough in all sizes: clouds, coasts, rock, foam */
  fractal: readonly [Texture, Texture]
  /** independent from texel to texel */
  grain: Texture
}

let made: Textures | undefined

/** The same textures for everybody, made at the first call (about 0.3 s). */
export function textures(): Textures {
  made ??= {
    waves: [waves(11, 2, 0.9, 0), waves(12, 16, 0.35, 0), waves(13, 6, 0.6, 1.1), waves(14, 1, 1.3, 0)],
    fractal: [fractal(21, 1.6), fractal(22, 1.1)],
    grain: grain(31),
  }
  return made
}

/** Where on a texture an image lies: scaled, turned and shifted. */
export interface Mapping {
  cos: number
  sin: number
  x: number
  y: number
}

/** @param texels texels a pixel: above 1 the texture looks finer */
export function mapping(random: Random, texels: number, angle = between(random, 0, 2 * Math.PI)): Mapping {
  return {
    cos: Math.cos(angle) * texels,
    sin: Math.sin(angle) * texels,
    x: random() * TEXTURE_SIDE,
    y: random() * TEXTURE_SIDE,
  }
}

/** Mapping of a wave texture so that its dominant waves are `wavelength` px long and run along `angle`. */
export function waveMapping(random: Random, wavelength: number, angle: number): Mapping {
  return mapping(random, PEAK_TEXELS / wavelength, -angle)
}

/** Value at pixel (x, y), bilinear. */
export function sampleTexture(texture: Texture, map: Mapping, x: number, y: number): number {
  const u = map.x + x * map.cos - y * map.sin
  const v = map.y + x * map.sin + y * map.cos
  const u0 = Math.floor(u)
  const v0 = Math.floor(v)
  const fu = u - u0
  const fv = v - v0
  const left = u0 & (TEXTURE_SIDE - 1)
  const right = (left + 1) & (TEXTURE_SIDE - 1)
  const top = (v0 & (TEXTURE_SIDE - 1)) * TEXTURE_SIDE
  const bottom = ((v0 + 1) & (TEXTURE_SIDE - 1)) * TEXTURE_SIDE
  const upper = texture[top + left]! + (texture[top + right]! - texture[top + left]!) * fu
  const lower = texture[bottom + left]! + (texture[bottom + right]! - texture[bottom + left]!) * fu
  return upper + (lower - upper) * fv
}

/** `texture` over a whole image, row-major [height, width]. */
export function fieldOf(texture: Texture, map: Mapping, width: number, height: number): Float32Array {
  const field = new Float32Array(width * height)
  for (let y = 0, p = 0; y < height; y++) {
    for (let x = 0; x < width; x++, p++) field[p] = sampleTexture(texture, map, x, y)
  }
  return field
}

/**
 * A sea surface as a sum of all waves of a spectrum with a peak, by inverse Fourier transform.
 * @param spread exponent of cos in direction: high = long crests
 * @param width of the peak in octaves
 * @param crossing angle of a second, weaker wave system; 0 = none
 */
function waves(seed: number, spread: number, width: number, crossing: number): Texture {
  const peak = TEXTURE_SIDE / PEAK_TEXELS
  return fromSpectrum(seed, (kx, ky) => {
    const k = Math.hypot(kx, ky)
    const octaves = Math.log2(k / peak) / width
    const shape = Math.exp(-octaves * octaves * (octaves < 0 ? 2 : 0.7)) / k
    const angle = Math.atan2(ky, kx)
    const first = Math.abs(Math.cos(angle)) ** spread
    const second = crossing ? 0.6 * Math.abs(Math.cos(angle - crossing)) ** spread : 0
    return shape * (first + second + 0.05)
  })
}

/** Noise whose amplitude falls with the wave number to the power of `roughness`. */
function fractal(seed: number, roughness: number): Texture {
  return fromSpectrum(seed, (kx, ky) => Math.max(2, Math.hypot(kx, ky)) ** -roughness)
}

function grain(seed: number): Texture {
  const random = randomFrom(seed)
  return Float32Array.from({ length: TEXTURE_SIDE ** 2 }, () => normal(random))
}

function fromSpectrum(seed: number, amplitude: (kx: number, ky: number) => number): Texture {
  const random = randomFrom(seed)
  const n = TEXTURE_SIDE
  const real = new Float64Array(n * n)
  const imaginary = new Float64Array(n * n)
  for (let y = 0; y < n; y++) {
    for (let x = 0; x < n; x++) {
      if (x === 0 && y === 0) continue
      const a = amplitude(x < n / 2 ? x : x - n, y < n / 2 ? y : y - n)
      real[y * n + x] = a * normal(random)
      imaginary[y * n + x] = a * normal(random)
    }
  }
  for (let y = 0; y < n; y++) fourier(real, imaginary, y * n, 1, n)
  for (let x = 0; x < n; x++) fourier(real, imaginary, x, n, n)
  let squares = 0
  for (const value of real) squares += value * value
  const scale = 1 / Math.sqrt(squares / real.length)
  return Float32Array.from(real, (value) => value * scale)
}

/** In-place radix-2 Fourier transform of n values from `start`, `stride` apart. */
function fourier(
  real: Float64Array,
  imaginary: Float64Array,
  start: number,
  stride: number,
  n: number,
): void {
  for (let i = 1, j = 0; i < n; i++) {
    let bit = n >> 1
    for (; j & bit; bit >>= 1) j ^= bit
    j ^= bit
    if (i >= j) continue
    const [a, b] = [start + i * stride, start + j * stride]
    const [r, m] = [real[a]!, imaginary[a]!]
    real[a] = real[b]!
    imaginary[a] = imaginary[b]!
    real[b] = r
    imaginary[b] = m
  }
  for (let size = 2; size <= n; size <<= 1) {
    const half = size >> 1
    const turn = (2 * Math.PI) / size
    for (let k = 0; k < half; k++) {
      const [c, s] = [Math.cos(turn * k), Math.sin(turn * k)]
      for (let i = k; i < n; i += size) {
        const [a, b] = [start + i * stride, start + (i + half) * stride]
        const r = real[b]! * c - imaginary[b]! * s
        const m = real[b]! * s + imaginary[b]! * c
        real[b] = real[a]! - r
        imaginary[b] = imaginary[a]! - m
        real[a] = real[a]! + r
        imaginary[a] = imaginary[a]! + m
      }
    }
  }
}
