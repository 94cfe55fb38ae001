import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { LAYOUTS } from './layouts.ts'
import type { Scene } from './scene.ts'
import { makeSyntheticScene } from './scene.ts'

const SIDE = 192

function scenes(count: number, from: number): Scene[] {
  return Array.from({ length: count }, (_, i) => makeSyntheticScene(from + i, { width: SIDE, height: SIDE }))
}

/** Numbers of the ships that touch another one (8 neighbours). */
function touching({ labels, image: { width, height } }: Scene): Set<number> {
  const found = new Set<number>()
  for (let y = 0; y + 1 < height; y++) {
    for (let x = 1; x + 1 < width; x++) {
      const p = y * width + x
      for (const q of [p + 1, p + width - 1, p + width, p + width + 1]) {
        if (labels[p] && labels[q] && labels[p] !== labels[q]) found.add(labels[p]).add(labels[q])
      }
    }
  }
  return found
}

describe('makeSyntheticScene', () => {
  it('gives the same bytes for the same seed and others for another', () => {
    const digest = (seed: number) => {
      const { image, labels } = makeSyntheticScene(seed, { width: 97, height: 61 })
      return createHash('sha256').update(image.data).update(new Uint8Array(labels.buffer)).digest('hex')
    }
    expect(digest(5)).toBe(digest(5))
    expect(digest(5)).not.toBe(digest(6))
  })

  it('numbers its ships 1..N, each at least 4 px, in an image of the size asked for', () => {
    for (const layout of LAYOUTS) {
      const { image, labels } = makeSyntheticScene(77, { width: 160, height: 90, layout })
      expect([image.width, image.height, image.data.length, labels.length]).toEqual([160, 90, 43_200, 14_400])
      const areas = new Map<number, number>()
      for (const label of labels) if (label) areas.set(label, (areas.get(label) ?? 0) + 1)
      const numbers = [...areas.keys()].sort((a, b) => a - b)
      expect(numbers).toEqual(numbers.map((_, i) => i + 1))
      for (const area of areas.values()) expect(area).toBeGreaterThanOrEqual(4)
    }
  })

  it('has ships that touch in about a fifth of its scenes, and more than a third without any', () => {
    const all = scenes(300, 9000)
    const ships = all.map(({ labels }) => labels.reduce((a, b) => Math.max(a, b), 0))
    const withTouching = all.filter((scene) => touching(scene).size > 0).length
    expect(withTouching).toBeGreaterThanOrEqual(54)
    expect(withTouching).toBeLessThanOrEqual(90)
    const empty = ships.filter((count) => count === 0).length
    expect(empty).toBeGreaterThanOrEqual(84)
    expect(empty).toBeLessThanOrEqual(138)
  })

  it('paints ships that stand out from the water around them', () => {
    const contrasts = scenes(40, 500).flatMap(({ image, labels }) => {
      const light = (p: number) => image.data[p * 3]! + image.data[p * 3 + 1]! + image.data[p * 3 + 2]!
      const sea: number[] = []
      const ship: number[] = []
      labels.forEach((label, p) => (label ? ship : sea).push(light(p)))
      const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length
      return ship.length > 50 ? [(mean(ship) - mean(sea)) / 3] : []
    })
    contrasts.sort((a, b) => a - b)
    expect(contrasts[Math.floor(contrasts.length / 2)]).toBeGreaterThan(20)
  })
})
