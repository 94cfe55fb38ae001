import { expect, test } from 'vitest'
import { randomFrom } from '../random.ts'
import { paintSky } from './sky.ts'
import { emptySurface } from './surface.ts'

test('clouds hide as much of a pixel as they paint over it', () => {
  const thickest: number[] = []
  for (let seed = 0; seed < 400; seed++) {
    const surface = emptySurface(64, 64)
    surface.rgb.fill(0)
    const hidden = paintSky(surface, randomFrom(seed))
    if (!hidden) continue
    // on black, what is painted is the share of the clouds' colour; haze lies on all pixels
    const painted = Array.from(hidden, (_, p) => surface.rgb[3 * p]! / 222)
    if (painted.some((share, p) => hidden[p] === 0 && share > 0)) continue
    const wrong = painted.filter((share, p) => Math.abs(share - hidden[p]!) > 0.01 + 0.3 * hidden[p]!)
    expect(wrong).toEqual([])
    thickest.push(Math.max(...hidden))
  }
  // thin clouds are among them, and thick ones
  expect(thickest.some((share) => share > 0.2 && share < 0.5)).toBe(true)
  expect(thickest.some((share) => share > 0.8)).toBe(true)
})
