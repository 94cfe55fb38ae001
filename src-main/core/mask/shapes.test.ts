import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { componentsOf } from './components.ts'
import { contoursOf } from './contours.ts'
import * as m from './rle.ts'
import { brushMask, polygonMask, strokeMask } from './shapes.ts'
import { splitMask } from './split.ts'

const SIZE = { width: 12, height: 10 }
const anyMask = fc
  .array(fc.boolean(), { minLength: 120, maxLength: 120 })
  .map((pixels) => m.fromPredicate(SIZE, (x, y) => pixels[y * SIZE.width + x]!))
const coordinate = fc.oneof(
  fc.integer({ min: -2, max: 14 }),
  fc.integer({ min: -4, max: 28 }).map((v) => v / 2),
  fc.double({ min: -2, max: 14, noNaN: true }),
)
const point = fc.record({ x: coordinate, y: coordinate })
const on = (rle: m.Rle, x: number, y: number) => m.contains(rle, SIZE.height, x, y)

/** Flood fill over pixels: the naive count of components. */
function floodCount(rle: m.Rle, neighbours: number[][]): number {
  const left = new Set(m.pixelsOf(rle, SIZE))
  let parts = 0
  for (const seed of left) {
    parts++
    const queue = [seed]
    left.delete(seed)
    for (let p = queue.pop(); p !== undefined; p = queue.pop()) {
      for (const [dx, dy] of neighbours) {
        const x = (p % SIZE.width) + dx!
        const q = p + dx! + dy! * SIZE.width
        if (x >= 0 && x < SIZE.width && left.delete(q)) queue.push(q)
      }
    }
  }
  return parts
}
const FOUR = [[1, 0], [-1, 0], [0, 1], [0, -1]] // prettier-ignore
const EIGHT = [...FOUR, [1, 1], [1, -1], [-1, 1], [-1, -1]]

describe('components', () => {
  it('are as many as a flood fill finds, connected, disjoint and complete', () => {
    fc.assert(
      fc.property(anyMask, fc.constantFrom(4 as const, 8 as const), (rle, connectivity) => {
        const parts = componentsOf(rle, SIZE.height, connectivity)
        const neighbours = connectivity === 4 ? FOUR : EIGHT
        expect(parts).toHaveLength(floodCount(rle, neighbours))
        for (const part of parts) expect(floodCount(part, neighbours)).toBe(1)
        expect(parts.reduce((sum, part) => sum + m.areaOf(part), 0)).toBe(m.areaOf(rle))
        expect(m.equal(m.unionAll(parts), rle)).toBe(true)
        const areas = parts.map(m.areaOf)
        expect(areas).toEqual([...areas].sort((a, b) => b - a))
      }),
    )
  })
})

describe('contours', () => {
  it('are corners of closed right-angled rings whose signed areas add up to the mask, and fill to it', () => {
    fc.assert(
      fc.property(anyMask, (rle) => {
        let area = 0
        let mask: m.Rle = m.EMPTY_RLE
        for (const { points, hole } of contoursOf(rle, SIZE.height)) {
          const corners = Array.from({ length: points.length / 2 }, (_, i) => ({
            x: points[2 * i]!,
            y: points[2 * i + 1]!,
          }))
          corners.forEach((a, i) => {
            const b = corners[(i + 1) % corners.length]!
            const c = corners[(i + 2) % corners.length]!
            expect((a.x === b.x) !== (a.y === b.y)).toBe(true)
            expect(a.x === b.x).not.toBe(b.x === c.x)
          })
          const ring = polygonMask(corners, SIZE)
          area += (hole ? -1 : 1) * m.areaOf(ring)
          mask = m.union(m.subtract(mask, ring), m.subtract(ring, mask))
        }
        expect(area).toBe(m.areaOf(rle))
        expect(m.equal(mask, rle)).toBe(true)
      }),
    )
  })

  it('outlines one pixel by its four corners, clockwise, and a hole the other way', () => {
    const ring = m.subtract(
      polygonMask([{ x: 1, y: 1 }, { x: 4, y: 1 }, { x: 4, y: 4 }, { x: 1, y: 4 }], SIZE), // prettier-ignore
      m.fromPixels([2 + 2 * SIZE.width], SIZE),
    )
    const contours = contoursOf(ring, SIZE.height)
    expect(contours.map(({ hole, points }) => [hole, [...points]])).toEqual([
      [false, [1, 1, 4, 1, 4, 4, 1, 4]],
      [true, [2, 2, 2, 3, 3, 3, 3, 2]],
    ])
  })
})

describe('polygons', () => {
  it('owns the pixels around whose centres the outline winds, counted along a ray', () => {
    fc.assert(
      fc.property(fc.array(point, { minLength: 3, maxLength: 7 }), (corners) => {
        const rle = polygonMask(corners, SIZE)
        for (let x = 0; x < SIZE.width; x++) {
          for (let y = 0; y < SIZE.height; y++) {
            let winding = 0
            const heights: number[] = []
            corners.forEach((a, i) => {
              const b = corners[(i + 1) % corners.length]!
              if (a.x <= x + 0.5 === b.x <= x + 0.5) return
              const at = a.y + ((x + 0.5 - a.x) / (b.x - a.x)) * (b.y - a.y)
              heights.push(at)
              if (at <= y + 0.5) winding += a.x < b.x ? 1 : -1
            })
            if (heights.every((at) => Math.abs(at - y - 0.5) > 1e-9))
              expect(on(rle, x, y)).toBe(winding !== 0)
          }
        }
      }),
    )
  })

  it('gives every pixel of a fan of triangles that share edges to exactly one', () => {
    fc.assert(
      fc.property(
        point,
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 6 }),
        (hub, cuts) => {
          // the border of the image's rectangle, cut at arbitrary places, seen from a hub inside it
          const inside = { x: Math.min(11, Math.max(1, hub.x)), y: Math.min(9, Math.max(1, hub.y)) }
          const border = [...new Set([...cuts.map((c) => c * 44), 0, 12, 22, 34])]
            .filter((d) => d < 44)
            .sort((a, b) => a - b)
            .map((d) => {
              if (d < 12) return { x: d, y: 0 }
              if (d < 22) return { x: 12, y: d - 12 }
              if (d < 34) return { x: 34 - d, y: 10 }
              return { x: 0, y: 44 - d }
            })
          const triangles = border.map((a, i) =>
            polygonMask([inside, a, border[(i + 1) % border.length]!], SIZE),
          )
          expect(triangles.reduce((sum, t) => sum + m.areaOf(t), 0)).toBe(120)
          expect(m.areaOf(m.unionAll(triangles))).toBe(120)
        },
      ),
    )
  })

  it('is full where the outline goes round twice or crosses itself, as it is filled on the screen', () => {
    const round = [{ x: 1, y: 1 }, { x: 7, y: 1 }, { x: 7, y: 7 }, { x: 1, y: 7 }] // prettier-ignore
    expect(m.areaOf(polygonMask([...round, ...round], SIZE))).toBe(36)
    const star = [0, 2, 4, 1, 3].map((corner) => ({
      x: 6 + 5 * Math.sin((2 * Math.PI * corner) / 5),
      y: 5 - 5 * Math.cos((2 * Math.PI * corner) / 5),
    }))
    expect(on(polygonMask(star, SIZE), 6, 5)).toBe(true)
  })

  it('is empty for fewer than three corners', () => {
    expect(polygonMask([], SIZE)).toHaveLength(0)
    expect(polygonMask([{ x: 1, y: 1 }, { x: 9, y: 9 }], SIZE)).toHaveLength(0) // prettier-ignore
  })
})

describe('brush', () => {
  it('takes the pixels within half its diameter of the way between its centres', () => {
    fc.assert(
      fc.property(point, point, fc.integer({ min: 1, max: 9 }), (from, to, diameter) => {
        const snap = (v: number) => (diameter % 2 === 1 ? Math.floor(v) + 0.5 : Math.round(v))
        const [ax, ay, bx, by] = [snap(from.x), snap(from.y), snap(to.x), snap(to.y)]
        const rle = brushMask(from, to, diameter, SIZE)
        for (let x = 0; x < SIZE.width; x++) {
          for (let y = 0; y < SIZE.height; y++) {
            const [px, py] = [x + 0.5, y + 0.5]
            const length = Math.hypot(bx - ax, by - ay)
            const along = length === 0 ? 0 : ((px - ax) * (bx - ax) + (py - ay) * (by - ay)) / length
            const off = length === 0 ? 0 : ((px - ax) * (by - ay) - (py - ay) * (bx - ax)) / length
            const gap =
              length === 0 || along < 0
                ? Math.hypot(px - ax, py - ay)
                : along > length
                  ? Math.hypot(px - bx, py - by)
                  : Math.abs(off)
            if (Math.abs(gap - diameter / 2) > 1e-9) expect(on(rle, x, y)).toBe(gap < diameter / 2)
          }
        }
      }),
    )
  })

  it('a square one takes the pixels that it covers on its way', () => {
    fc.assert(
      fc.property(point, point, fc.integer({ min: 1, max: 9 }), (from, to, diameter) => {
        const snap = (v: number) => (diameter % 2 === 1 ? Math.floor(v) + 0.5 : Math.round(v))
        const [ax, ay, bx, by] = [snap(from.x), snap(from.y), snap(to.x), snap(to.y)]
        const rle = strokeMask(from, to, { diameter, tip: 'square' }, SIZE)
        // the shares of the way on which it covers the centre in each direction
        const shares = (p: number, a: number, b: number): [number, number] => {
          if (a === b) return Math.abs(p - a) < diameter / 2 ? [0, 1] : [2, -2]
          const ends = [(p - diameter / 2 - a) / (b - a), (p + diameter / 2 - a) / (b - a)]
          return [Math.max(0, Math.min(...ends)), Math.min(1, Math.max(...ends))]
        }
        for (let x = 0; x < SIZE.width; x++) {
          for (let y = 0; y < SIZE.height; y++) {
            const [x0, x1] = shares(x + 0.5, ax, bx)
            const [y0, y1] = shares(y + 0.5, ay, by)
            const common = Math.min(x1, y1) - Math.max(x0, y0)
            if (Math.abs(common) > 1e-9) expect(on(rle, x, y)).toBe(common > 0)
          }
        }
      }),
    )
  })

  it('has one shape wherever it stands', () => {
    const areas = [1, 2, 3, 4, 5].map((d) =>
      m.areaOf(brushMask({ x: 6.3, y: 5.7 }, { x: 6.3, y: 5.7 }, d, SIZE)),
    )
    expect(areas).toEqual([1, 4, 9, 12, 21])
  })
})

describe('knife', () => {
  it('loses no pixel, and cuts a full mask in two by any straight line across it', () => {
    const angle = fc.double({ min: 0, max: Math.PI, noNaN: true })
    const full = m.fromPredicate(SIZE, () => true)
    fc.assert(
      fc.property(anyMask, point, angle, (rle, through, a) => {
        const line = [-40, 40].map((d) => ({
          x: through.x + d * Math.cos(a),
          y: through.y + d * Math.sin(a),
        }))
        const beside = (x: number, y: number) =>
          (line[1]!.x - line[0]!.x) * (y + 0.5 - line[0]!.y) -
          (line[1]!.y - line[0]!.y) * (x + 0.5 - line[0]!.x)
        const side = (x: number, y: number) => beside(x, y) >= 0
        // which side a centre on the line itself is on, rounding decides
        const centres = [...m.pixelsOf(full, SIZE)].map((p) => beside(p % 12, Math.floor(p / 12)))
        fc.pre(centres.every((distance) => Math.abs(distance) > 1e-9))
        const pieces = splitMask(rle, line, SIZE)
        expect(m.equal(m.unionAll(pieces), rle)).toBe(true)
        expect(pieces.reduce((sum, p) => sum + m.areaOf(p), 0)).toBe(m.areaOf(rle))
        for (const piece of pieces.slice(1)) {
          const sides = new Set([...m.pixelsOf(piece, SIZE)].map((p) => side(p % 12, Math.floor(p / 12))))
          expect(sides.size).toBe(1)
        }
        const left = m.fromPredicate(SIZE, side)
        const halves = [left, m.subtract(full, left)].filter((half) => half.length > 0)
        const got = splitMask(full, line, SIZE)
        expect(new Set(got.map(m.formatRle))).toEqual(new Set(halves.map(m.formatRle)))
      }),
    )
  })

  it('divides nothing where the stroke ends inside, and leaves undivided parts with the largest piece', () => {
    const bar = m.fromPredicate(SIZE, (x, y) => y >= 2 && y < 5 && x < 9)
    const far = m.fromPixels([11 + 9 * 12], SIZE)
    const both = m.union(bar, far)
    const cross = [{ x: 3, y: 0 }, { x: 3, y: 7 }] // prettier-ignore
    expect(splitMask(both, [{ x: 3, y: 0 }, { x: 3, y: 3 }], SIZE)).toHaveLength(1) // prettier-ignore
    expect(splitMask(both, cross, SIZE).map(m.areaOf)).toEqual([19, 9])
  })
})
