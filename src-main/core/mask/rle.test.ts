import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DrydockError } from '../../contract/errors.ts'
import * as m from './rle.ts'

/** Small images with arbitrary pixels, as booleans [H, W]; the independent implementation works on these. */
const image = fc
  .tuple(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 7 }))
  .chain(([width, height]) =>
    fc.record({
      size: fc.constant({ width, height }),
      a: fc.array(fc.boolean(), { minLength: width * height, maxLength: width * height }),
      b: fc.array(fc.boolean(), { minLength: width * height, maxLength: width * height }),
    }),
  )

const encode = (pixels: boolean[], size: m.Size): m.Rle =>
  m.fromPredicate(size, (x, y) => pixels[y * size.width + x]!)
const decode = (rle: m.Rle, size: m.Size): boolean[] => {
  const pixels = new Array<boolean>(size.width * size.height).fill(false)
  for (let i = 0; i < rle.length; i += 2) {
    for (let p = rle[i]! - 1; p < rle[i]! - 1 + rle[i + 1]!; p++) {
      pixels[(p % size.height) * size.width + Math.floor(p / size.height)] = true
    }
  }
  return pixels
}
const count = (pixels: boolean[]) => pixels.filter(Boolean).length

function isCanonical(rle: m.Rle): boolean {
  let end = 0
  for (let i = 0; i < rle.length; i += 2) {
    if (rle[i]! <= end || rle[i + 1]! === 0) return false
    end = rle[i]! + rle[i + 1]!
  }
  return true
}

describe('text', () => {
  it('reads the form of the Airbus files, in any order, and writes it canonically', () => {
    expect(m.formatRle(m.parseRle(' 10 2\t3 4 12 1\n'))).toBe('3 4 10 3')
    expect(m.parseRle('')).toHaveLength(0)
    expect(m.formatRle(m.EMPTY_RLE)).toBe('')
  })

  it.each([
    '1',
    '1 2 3',
    '0 4',
    '5 0',
    '-1 3',
    '1.5 2',
    'nan',
    '1 2;3 4',
    '4294967296 1',
    '4294967295 2',
    '1 5 3 1',
  ])('refuses %j with a sentence', (text) => {
    expect(() => m.parseRle(text)).toThrow(DrydockError)
    expect(() => m.parseRle(text)).toThrow(/cannot be read: .+\.$/)
  })

  it('round-trips', () => {
    fc.assert(
      fc.property(image, ({ size, a }) => {
        const rle = encode(a, size)
        expect(m.equal(m.parseRle(m.formatRle(rle)), rle)).toBe(true)
      }),
    )
  })
})

describe('masks against boolean arrays', () => {
  it('pixels, area, bounds, contains', () => {
    fc.assert(
      fc.property(image, ({ size, a }) => {
        const rle = encode(a, size)
        expect(isCanonical(rle)).toBe(true)
        expect(decode(rle, size)).toEqual(a)
        const indices = a.flatMap((on, i) => (on ? [i] : []))
        expect(m.equal(m.fromPixels([...indices, ...indices].reverse(), size), rle)).toBe(true)
        expect([...m.pixelsOf(rle, size)].sort((p, q) => p - q)).toEqual(indices)
        expect(m.areaOf(rle)).toBe(count(a))
        const xs = indices.map((i) => i % size.width)
        const ys = indices.map((i) => Math.floor(i / size.width))
        const box = { x: Math.min(...xs), y: Math.min(...ys) }
        expect(m.boundsOf(rle, size.height)).toEqual(
          indices.length === 0
            ? null
            : { ...box, width: Math.max(...xs) - box.x + 1, height: Math.max(...ys) - box.y + 1 },
        )
        for (let y = -1; y <= size.height; y++) {
          for (let x = -1; x <= size.width; x++) {
            const within = x >= 0 && y >= 0 && x < size.width && y < size.height
            expect(m.contains(rle, size.height, x, y)).toBe(within && a[y * size.width + x]!)
          }
        }
      }),
    )
  })

  it('union, subtract, intersectionArea', () => {
    fc.assert(
      fc.property(image, ({ size, a, b }) => {
        const [ra, rb] = [encode(a, size), encode(b, size)]
        const results = {
          union: [m.union(ra, rb), a.map((on, i) => on || b[i]!)],
          unionAll: [m.unionAll([rb, ra]), a.map((on, i) => on || b[i]!)],
          subtract: [m.subtract(ra, rb), a.map((on, i) => on && !b[i]!)],
        } as const
        for (const [rle, expected] of Object.values(results)) {
          expect(isCanonical(rle)).toBe(true)
          expect(decode(rle, size)).toEqual(expected)
        }
        expect(m.intersectionArea(ra, rb)).toBe(count(a.map((on, i) => on && b[i]!)))
      }),
    )
  })

  it('label maps', () => {
    const labelled = fc
      .tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 }))
      .chain(([width, height]) =>
        fc.record({
          size: fc.constant({ width, height }),
          labels: fc.array(fc.integer({ min: 0, max: 4 }), {
            minLength: width * height,
            maxLength: width * height,
          }),
        }),
      )
    fc.assert(
      fc.property(labelled, ({ size, labels }) => {
        const masks = m.labelMapToRles(labels, size.width, size.height)
        expect(masks).toHaveLength(Math.max(...labels))
        expect(masks.every(isCanonical)).toBe(true)
        expect([...m.toLabelMap(masks, size)]).toEqual(labels)
      }),
    )
    expect(() => m.toLabelMap([m.parseRle('4 2')], { width: 2, height: 2 })).toThrow(/Mask 1 reaches beyond/)
  })
})
