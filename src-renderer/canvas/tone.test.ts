import { describe, expect, it } from 'vitest'
import { evenTables, isPlainTone, PLAIN_TONE, tablesOf, type Tone } from './tone.ts'

const red = (tone: Partial<Tone>) => [...tablesOf({ ...PLAIN_TONE, ...tone })[0]].map((v) => v * 255)

describe('tone', () => {
  it('as it is leaves every value alone', () => {
    expect(isPlainTone(PLAIN_TONE)).toBe(true)
    red({}).forEach((value, i) => expect(value).toBeCloseTo(i, 4))
  })

  it('adds brightness, turns contrast about the middle, and keeps within black and white', () => {
    expect(red({ brightness: 0.2 })[100]).toBeCloseTo(151, 3)
    expect(red({ brightness: -1 }).every((v) => v === 0)).toBe(true)
    const flat = red({ contrast: -1 })
    expect(Math.max(...flat) - Math.min(...flat)).toBeCloseTo(0, 3)
    const steep = red({ contrast: 0.5 })
    // tan(67.5 degrees) = 1 + sqrt 2
    expect(steep[140]! - steep[130]!).toBeCloseTo(10 * (1 + Math.SQRT2), 2)
    expect([steep[0], steep[255]]).toEqual([0, 255])
  })

  it('begins with the bytes of a range that is tried', () => {
    const turned = Uint8Array.from({ length: 256 }, (_, byte) => 255 - byte)
    const same = Uint8Array.from({ length: 256 }, (_, byte) => byte)
    const [r, g] = tablesOf({ ...PLAIN_TONE, brightness: 0.2 }, [turned, same, same])
    expect([r[55], g[55]].map((v) => Math.round(v! * 255))).toEqual([251, 106])
  })

  it('gamma 2 shows a quarter as a half; black and white stay', () => {
    const lifted = red({ gamma: 2 })
    expect([lifted[0], lifted[255]].map((v) => Math.round(v!))).toEqual([0, 255])
    expect(lifted[64]).toBeCloseTo(255 * Math.sqrt(64 / 255), 3)
  })

  it('stretches each channel by itself, and turns round at last', () => {
    const stretch = [{ low: 50, high: 150 }, PLAIN_TONE.stretch[1], PLAIN_TONE.stretch[2]] as const
    const [r, g] = tablesOf({ ...PLAIN_TONE, stretch })
    expect([r[50], r[100], r[150], r[200]].map((v) => Math.round(v! * 100))).toEqual([0, 50, 100, 100])
    expect(g[100]! * 255).toBeCloseTo(100, 4)
    expect(red({ invert: true, brightness: 0.2 })[100]).toBeCloseTo(255 - 151, 3)
  })

  it('evens out each channel: a value becomes the share of pixels that are brighter than the darkest and not brighter than it', () => {
    const values = [10, 20, 20, 200, 200]
    const rgba = Uint8ClampedArray.from(values.flatMap((v) => [v, 7, 255 - v, 255]))
    const [r, g, b] = evenTables(Uint8ClampedArray.of(...rgba, 90, 90, 90, 0))!
    expect([r[10], r[20], r[100], r[200], r[255]]).toEqual([0, 128, 128, 255, 255])
    expect([g[7], g[200]]).toEqual([7, 200])
    expect([b[55], b[235], b[245]]).toEqual([0, 170, 255])
    const shown = tablesOf({ ...PLAIN_TONE, even: [r, g, b] })
    expect(shown[0][20]! * 255).toBeCloseTo(128, 3)
    expect(evenTables(Uint8ClampedArray.of(3, 3, 3, 255, 3, 3, 3, 255))).toBeNull()
  })

  it('what is even already stays as it is', () => {
    const all = Uint8ClampedArray.from({ length: 1024 }, (_, i) => (i % 4 === 3 ? 255 : i >> 2))
    const [r] = evenTables(all)!
    expect([...r]).toEqual(Array.from({ length: 256 }, (_, i) => i))
  })
})
