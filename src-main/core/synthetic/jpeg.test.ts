import { describe, expect, it } from 'vitest'
import { randomFrom } from '../random.ts'
import { quantise } from './jpeg.ts'

/** Orthonormal cosine transform of 8 x 8 values by its definition (ITU T.81, A.3.3). */
function transform(block: readonly number[], inverse: boolean): number[] {
  const basis = (k: number, x: number): number =>
    (k === 0 ? Math.SQRT1_2 : 1) * 0.5 * Math.cos(((2 * x + 1) * k * Math.PI) / 16)
  return block.map((_, i) => {
    const [a, b] = [i >> 3, i & 7]
    return block.reduce((sum, value, j) => {
      const [c, d] = [j >> 3, j & 7]
      return sum + value * (inverse ? basis(c, a) * basis(d, b) : basis(a, c) * basis(b, d))
    }, 0)
  })
}

describe('quantise', () => {
  it('rounds the coefficients that the definition gives', () => {
    const random = randomFrom(3)
    const values = Array.from({ length: 64 }, () => 255 * random())
    const table = Float64Array.from({ length: 64 }, (_, i) => 3 + (i % 11))
    const expected = transform(
      transform(values, false).map((value, i) => Math.round(value / table[i]!) * table[i]!),
      true,
    )
    const plane = Float32Array.from(values)
    quantise(plane, 8, 8, table)
    plane.forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 3))
  })

  it('leaves what is no whole block as it is', () => {
    const plane = Float32Array.from({ length: 9 * 8 }, (_, i) => i)
    quantise(plane, 9, 8, new Float64Array(64).fill(50))
    for (let y = 0; y < 8; y++) expect(plane[y * 9 + 8]).toBe(y * 9 + 8)
    expect(plane[0]).not.toBe(0)
  })
})
