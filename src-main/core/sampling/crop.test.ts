import { describe, expect, it } from 'vitest'
import { IGNORED_LABEL } from '../../contract/words.ts'
import { randomFrom } from '../random.ts'
import type { CropSettings, Marked } from './crop.ts'
import { CROP_SETTINGS, sampleCrop } from './crop.ts'

/** Red = column, green = row; one ship at columns 60..69, rows 20..24, another far away. */
function ramp(width: number, height: number): Marked {
  const data = new Uint8Array(width * height * 3)
  const labels = new Uint16Array(width * height)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      data[(y * width + x) * 3] = x
      data[(y * width + x) * 3 + 1] = y
      if (x >= 60 && x < 70 && y >= 20 && y < 25) labels[y * width + x] = 7
      if (x >= 5 && x < 8 && y >= 90 && y < 93) labels[y * width + x] = 3
    }
  }
  return { image: { width, height, data }, labels, ignored: null, ships: [{ x: 65, y: 22, area: 50 }] }
}

const PLAIN: CropSettings = {
  crop: 32,
  scale: [1, 1],
  rotate: false,
  flip: false,
  nearShip: 1,
  sizeExponent: 0,
  gain: 0,
  cast: 0,
  gamma: 0,
  noise: 0,
  haze: 0,
}

describe('sampleCrop', () => {
  it('cuts image and labels at the same place', () => {
    const { image, labels } = sampleCrop(ramp(120, 100), randomFrom(1), PLAIN)
    const [left, top] = [image[0]!, image[1]!]
    let seen = 0
    for (let v = 0; v < 32; v++) {
      for (let u = 0; u < 32; u++) {
        // half a pixel of phase: the ramp is straight, so the value is right to one level
        expect(Math.abs(image[(v * 32 + u) * 3]! - left - u)).toBeLessThanOrEqual(1)
        expect(Math.abs(image[(v * 32 + u) * 3 + 1]! - top - v)).toBeLessThanOrEqual(1)
        if (labels[v * 32 + u]) seen++
      }
    }
    expect(seen).toBeGreaterThan(0)
    expect(Math.max(...labels)).toBe(1)
  })

  it('keeps colours and labels together under turns, flips and scales', () => {
    const source = ramp(120, 100)
    for (let seed = 0; seed < 40; seed++) {
      const settings = { ...PLAIN, rotate: true, flip: true, scale: [0.8, 1.3] as const }
      const { image, labels } = sampleCrop(source, randomFrom(seed), settings)
      for (let p = 0; p < labels.length; p++) {
        const [x, y] = [image[p * 3]!, image[p * 3 + 1]!]
        const [outX, outY] = [Math.max(60 - x, x - 69), Math.max(20 - y, y - 24)]
        if (labels[p] && x > 30) expect(Math.max(outX, outY)).toBeLessThanOrEqual(1)
        if (!labels[p]) expect(Math.max(outX, outY)).toBeGreaterThanOrEqual(-1)
      }
    }
  })

  it('gives the same crop for the same stream and numbers ships 1..N without slivers', () => {
    const settings = { ...CROP_SETTINGS, crop: 48 }
    const source = ramp(200, 160)
    for (let seed = 0; seed < 30; seed++) {
      const first = sampleCrop(source, randomFrom(seed), settings)
      const again = sampleCrop(source, randomFrom(seed), settings)
      expect(Buffer.compare(first.image, again.image)).toBe(0)
      expect([...again.labels]).toEqual([...first.labels])
      const areas = new Map<number, number>()
      for (const label of first.labels) if (label) areas.set(label, (areas.get(label) ?? 0) + 1)
      expect([...areas.keys()].sort()).toEqual([...areas.keys()].map((_, i) => i + 1))
      for (const area of areas.values()) expect(area).toBeGreaterThanOrEqual(4)
    }
  })

  it('marks what is not to be learnt from at its place, ships in it stay, and no crop has its middle there', () => {
    const source = ramp(200, 160)
    // the right half, but for the ship at column 60 to 69
    const ignored = Uint8Array.from({ length: 200 * 160 }, (_, p) => Number(p % 200 >= 50 && p % 200 < 180))
    let ships = 0
    for (let seed = 0; seed < 40; seed++) {
      const { image, labels } = sampleCrop({ ...source, ignored, ships: [] }, randomFrom(seed), PLAIN)
      const x = (p: number): number => image[p * 3]!
      // red says the column, but for the phase of half a pixel
      labels.forEach((label, p) => {
        if (label === 1) ships++
        else if (x(p) > 51 && x(p) < 178) expect(label).toBe(IGNORED_LABEL)
        else if (x(p) < 48 || x(p) > 181) expect(label).not.toBe(IGNORED_LABEL)
      })
      const middle = x(16 * 32 + 16)
      expect(middle < 52 || middle > 178).toBe(true)
    }
    expect(ships).toBeGreaterThan(0)
  })

  it('draws ships by their area to the minus exponent', () => {
    const { image } = ramp(250, 200)
    const labels = new Uint16Array(250 * 200)
    labels[50 * 250 + 50] = 1
    labels[150 * 250 + 200] = 2
    const ships = [
      { x: 50, y: 50, area: 20 },
      { x: 200, y: 150, area: 2000 },
    ]
    const share = (sizeExponent: number): number => {
      const random = randomFrom(5)
      let small = 0
      for (let i = 0; i < 600; i++) {
        const crop = sampleCrop({ image, labels, ignored: null, ships }, random, { ...PLAIN, sizeExponent })
        if (crop.image[0]! < 120) small++
      }
      return small / 600
    }
    expect(share(0)).toBeCloseTo(0.5, 1)
    // 20^-0.3 : 2000^-0.3 = 3.98
    expect(share(0.3)).toBeCloseTo(3.98 / 4.98, 1)
  })

  it('fills what lies beyond a small image with its mean colour, unmarked', () => {
    const data = new Uint8Array(10 * 10 * 3).fill(90)
    const labels = new Uint16Array(100).fill(1)
    const small: Marked = {
      image: { width: 10, height: 10, data },
      labels,
      ignored: null,
      ships: [{ x: 5, y: 5, area: 100 }],
    }
    const crop = sampleCrop(small, randomFrom(3), PLAIN)
    expect(new Set(crop.image)).toEqual(new Set([90]))
    expect(crop.labels.reduce((sum, label) => sum + label, 0)).toBe(100)
  })
})
