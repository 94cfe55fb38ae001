import { expect, it } from 'vitest'
import { instanceColour, oklchToRgb } from './colours.ts'

it('converts OKLCH to sRGB', () => {
  // CSS Color 4: red, lime and blue as oklch()
  expect(oklchToRgb(0.62796, 0.25768, 29.234)).toEqual([255, 0, 0])
  expect(oklchToRgb(0.86644, 0.29483, 142.495)).toEqual([0, 255, 0])
  expect(oklchToRgb(0.45201, 0.31321, 264.052)).toEqual([0, 0, 255])
  expect(oklchToRgb(0.5, 0, 0)).toEqual([99, 99, 99])
})

it('has twelve instance colours', () => {
  const colours = Array.from({ length: 12 }, (_, i) => instanceColour(i))
  expect(new Set(colours).size).toBe(12)
  for (const colour of colours) expect(colour).toMatch(/^#[0-9a-f]{6}$/)
})
