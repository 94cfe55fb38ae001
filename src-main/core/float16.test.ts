import { describe, expect, it } from 'vitest'
import { fromFloat16, toFloat16 } from './float16.ts'

describe('half precision', () => {
  it('gives every one of the 65,536 bit patterns back', () => {
    for (let half = 0; half < 65_536; half++) {
      const x = fromFloat16(half)
      if (Number.isNaN(x)) expect(toFloat16(x) & 0x7fff).toBe(0x7e00)
      else expect(toFloat16(x)).toBe(half)
    }
  })

  it('rounds to the nearest, ties to even, as the standard says', () => {
    expect(toFloat16(1 + 2 ** -11)).toBe(toFloat16(1))
    expect(toFloat16(1 + 3 * 2 ** -11)).toBe(toFloat16(1 + 2 ** -9))
    expect(toFloat16(2 ** -25)).toBe(0)
    expect(toFloat16(1.5 * 2 ** -24)).toBe(2)
    expect(toFloat16(65_519)).toBe(0x7bff)
    expect(toFloat16(65_520)).toBe(0x7c00)
    expect(fromFloat16(0x3555)).toBeCloseTo(1 / 3, 3)
  })

  it('errs by at most one part in 2,048 over the range of offsets', () => {
    for (let x = -600; x < 600; x += 0.37) {
      expect(Math.abs(fromFloat16(toFloat16(x)) - x)).toBeLessThanOrEqual(Math.abs(x) / 2048)
    }
  })
})
