import { once } from '../once.ts'
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

/** The same textures for everybody, made at the first call (about 0.3 s). */
export const textures = once((): Textures => ({
  waves: [waves(11, 2, 0.9, 0), waves(12, 16, 0.35, 0), waves(13, 6, 0.6, 1.1), waves(14, 1, 1.3, 0)],
  fractal: [fractal(21, 1.6), fractal(22, 1.1)],
  grain: grain(31),
}))

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

/** Fixed point for places on a texture: 9 bits of texel, 23 of fraction, so that overflow is the repetition. */
const UNIT = 2 ** 23

/** `texture` over row `y` of an image into `row`, which is as long as the image is wide. */
export function sampleRow(texture: Texture, map: Mapping, y: number, row: Float32Array): void {
  const stepU = Math.round(map.cos * UNIT) | 0
  const stepV = Math.round(map.sin * UNIT) | 0
  let u = ((map.x - y * map.sin) * UNIT) | 0
  let v = ((map.y + y * map.cos) * UNIT) | 0
  for (let x = 0; x < row.length; x++) {
    const left = u >>> 23
    const right = (left + 1) & 511
    const top = (v >>> 23) << 9
    const bottom = (top + 512) & 0x3ffff
    const fu = (u & 0x7fffff) * (1 / UNIT)
    const fv = (v & 0x7fffff) * (1 / UNIT)
    const a = texture[top + left]!
    const b = texture[bottom + left]!
    const upper = a + (texture[top + right]! - a) * fu
    row[x] = upper + (b + (texture[bottom + right]! - b) * fu - upper) * fv
    u = (u + stepU) | 0
    v = (v + stepV) | 0
  }
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
    const k = Math.sqrt(kx * kx + ky * ky)
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
  return fromSpectrum(seed, (kx, ky) => Math.max(2, Math.sqrt(kx * kx + ky * ky)) ** -roughness)
}

function grain(seed: number): Texture {
  const random = randomFrom(seed)
  const texture = new Float32Array(TEXTURE_SIDE ** 2)
  for (let i = 0; i < texture.length; i++) texture[i] = normal(random)
  return texture
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
      // uniform will do: each texel is the sum of so many that it comes out normal
      real[y * n + x] = a * (random() - 0.5)
      imaginary[y * n + x] = a * (random() - 0.5)
    }
  }
  // rows, then columns as rows of the transposed square, which the processor's cache likes better
  for (let pass = 0; pass < 2; pass++) {
    for (let row = 0; row < n; row++) fourier(real, imaginary, row * n)
    transpose(real)
    transpose(imaginary)
  }
  let squares = 0
  for (let i = 0; i < real.length; i++) squares += real[i]! * real[i]!
  const scale = 1 / Math.sqrt(squares / real.length)
  const texture = new Float32Array(real.length)
  for (let i = 0; i < real.length; i++) texture[i] = real[i]! * scale
  return texture
}

function transpose(square: Float64Array): void {
  const n = TEXTURE_SIDE
  for (let y = 0; y < n; y++) {
    for (let x = y + 1; x < n; x++) {
      const kept = square[y * n + x]!
      square[y * n + x] = square[x * n + y]!
      square[x * n + y] = kept
    }
  }
}

const TURN = Float64Array.from({ length: TEXTURE_SIDE / 2 }, (_, k) => (2 * Math.PI * k) / TEXTURE_SIDE)
const COS = TURN.map(Math.cos)
const SIN = TURN.map(Math.sin)

/** In-place radix-2 Fourier transform of the 512 values from `start`. */
function fourier(real: Float64Array, imaginary: Float64Array, start: number): void {
  const n = TEXTURE_SIDE
  for (let i = 1, j = 0; i < n; i++) {
    let bit = n >> 1
    for (; j & bit; bit >>= 1) j ^= bit
    j ^= bit
    if (i >= j) continue
    const r = real[start + i]!
    const m = imaginary[start + i]!
    real[start + i] = real[start + j]!
    imaginary[start + i] = imaginary[start + j]!
    real[start + j] = r
    imaginary[start + j] = m
  }
  for (let size = 2; size <= n; size <<= 1) {
    const half = size >> 1
    const stride = n / size
    for (let block = start; block < start + n; block += size) {
      for (let k = 0; k < half; k++) {
        const c = COS[k * stride]!
        const s = SIN[k * stride]!
        const a = block + k
        const b = a + half
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
