import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { SampleArray } from './sample-array.ts'
import { Survey } from './survey.ts'
import type { Surveyed } from './survey.ts'

const [WIDTH, HEIGHT] = [9, 7]

/** What a survey finds when an image comes in windows of this size. */
function surveyed(
  data: SampleArray,
  nodata: number | null,
  side: [number, number],
  alpha: boolean,
): Surveyed {
  const bands = alpha ? 2 : 1
  const survey = new Survey({ width: WIDTH, height: HEIGHT }, 1, nodata)
  const windows = []
  for (let y = 0; y < HEIGHT; y += side[1]) {
    for (let x = 0; x < WIDTH; x += side[0]) {
      const [width, height] = [Math.min(side[0], WIDTH - x), Math.min(side[1], HEIGHT - y)]
      windows.push({ x, y, width, height })
    }
  }
  for (const window of windows.reverse()) {
    const part = data.slice(0, window.width * window.height * bands)
    for (let row = 0; row < window.height; row++) {
      const from = ((window.y + row) * WIDTH + window.x) * bands
      part.set(data.subarray(from, from + window.width * bands), row * window.width * bands)
    }
    survey.add(part, window, alpha)
  }
  return survey.end()
}

const sample = fc.oneof(
  fc.constantFrom(-9999, 0, 5, 65_535, 32_767),
  fc.integer({ min: -40_000, max: 70_000 }),
)
const kinds = fc.constantFrom(Uint16Array, Int16Array, Int32Array, Float32Array)
const image = fc.record({
  Kind: kinds,
  values: fc.array(sample, { minLength: WIDTH * HEIGHT * 2, maxLength: WIDTH * HEIGHT * 2 }),
  holes: fc.array(fc.nat(WIDTH * HEIGHT * 2 - 1), { maxLength: 5 }),
  nodata: fc.constantFrom(null, -9999, 0, 70_001),
  alpha: fc.boolean(),
  side: fc.tuple(fc.integer({ min: 1, max: WIDTH }), fc.integer({ min: 1, max: HEIGHT })),
})

test('what is found of an image is what sorting all that can be seen of it finds, in whatever windows it comes', () => {
  fc.assert(
    fc.property(image, ({ Kind, values, holes, nodata, alpha, side }) => {
      const data: SampleArray = Kind.from(alpha ? values : values.slice(0, WIDTH * HEIGHT))
      if (data instanceof Float32Array) for (const at of holes) if (at < data.length) data[at] = NaN
      const seen = Array.from(data).filter((value, i) =>
        alpha ? i % 2 === 0 && data[i + 1] !== 0 && Number.isFinite(value) : Number.isFinite(value),
      )
      const found = surveyed(data, nodata, side, alpha)
      const left = seen.filter((value) => value !== (nodata ?? found.guessed)).sort((a, b) => a - b)
      expect([...found.taken[0]!]).toEqual(left)
      expect(found.numbers).toBe(seen.length > 0)
      const without = seen.filter((value) => value !== nodata)
      const highest = Math.max(...without)
      expect(found.highest).toEqual(
        without.length === 0
          ? null
          : { value: highest, count: without.filter((value) => value === highest).length },
      )
      if (nodata !== null) expect(found.guessed).toBe(null)
    }),
  )
})

test('the lowest value stands for missing data only where it reaches the border', () => {
  const filled = (...places: [number, number][]): Uint16Array => {
    const data = Uint16Array.from({ length: WIDTH * HEIGHT }, (_, i) => 500 + i)
    for (const [x, y] of places) data[y * WIDTH + x] = 3
    return data
  }
  const inside = filled([3, 3], [4, 3], [3, 4], [4, 4], [5, 4])
  for (const side of [
    [WIDTH, HEIGHT],
    [2, 3],
  ] as [number, number][]) {
    expect(surveyed(inside, null, side, false).guessed).toBe(null)
    for (const place of [
      [0, 3],
      [WIDTH - 1, 3],
      [4, 0],
      [4, HEIGHT - 1],
    ] as [number, number][]) {
      const touching = inside.slice()
      touching[place[1] * WIDTH + place[0]] = 3
      expect(surveyed(touching, null, side, false).guessed).toBe(3)
    }
  }
})
