import { expect, it } from 'vitest'
import { fromPredicate } from '../mask/rle.ts'
import { hideIgnored } from './hide.ts'

it('areas to ignore have the mean colour, ships in them and all else stay', () => {
  const [width, height] = [8, 6]
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * 7) % 251)
  const image = { width, height, data }
  const box = (x: number, y: number, w: number, h: number) =>
    fromPredicate({ width, height }, () => true, { x, y, width: w, height: h })
  expect(hideIgnored(image, [], [])).toBe(image)
  const hidden = hideIgnored(image, [box(1, 1, 4, 3)], [box(2, 2, 1, 1)])
  const mean = [0, 1, 2].map((c) =>
    Math.round(data.filter((_, i) => i % 3 === c).reduce((sum, v) => sum + v, 0) / (width * height)),
  )
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = (y * width + x) * 3
      const inside = x >= 1 && x < 5 && y >= 1 && y < 4 && !(x === 2 && y === 2)
      expect([...hidden.data.slice(at, at + 3)]).toEqual(inside ? mean : [...data.slice(at, at + 3)])
    }
  }
  expect(data[3 * 9]).toBe((3 * 9 * 7) % 251)
})
