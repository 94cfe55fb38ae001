import { expect, test } from 'vitest'
import { isOneHull } from './one-hull.ts'

const SIDE = 128

type Shape = (x: number, y: number) => boolean

function isOne(shape: Shape): boolean {
  const index: number[] = []
  for (let p = 0; p < SIDE * SIDE; p++) if (shape(p % SIDE, Math.floor(p / SIDE))) index.push(p)
  return isOneHull(
    Uint32Array.from(index),
    Uint32Array.from(index, (_, k) => k),
    SIDE,
  )
}

/** Length x width px around (x, y), turned by so many degrees. */
function bar(x: number, y: number, length: number, width: number, degrees: number, round = false): Shape {
  const [cos, sin] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)]
  return (px, py) => {
    const along = (2 * ((px - x) * cos + (py - y) * sin)) / length
    const across = (2 * ((py - y) * cos - (px - x) * sin)) / width
    return round ? along * along + across * across <= 1 : Math.abs(along) <= 1 && Math.abs(across) <= 1
  }
}

const both =
  (a: Shape, b: Shape): Shape =>
  (x, y) =>
    a(x, y) || b(x, y)

test.each([0, 17, 45, 70, 90])(
  'a slender rectangle or ellipse turned by %i degrees is one hull',
  (degrees) => {
    expect(isOne(bar(64, 64, 80, 16, degrees))).toBe(true)
    expect(isOne(bar(64, 64, 30, 8, degrees))).toBe(true)
    expect(isOne(bar(64, 64, 80, 16, degrees, true))).toBe(true)
  },
)

test.each([
  ['two side by side', both(bar(64, 56, 60, 14, 0), bar(64, 71, 60, 14, 0))],
  ['two alongside, one ahead', both(bar(50, 60, 60, 12, 0), bar(78, 72, 60, 12, 0))],
  ['two at a right angle', both(bar(64, 64, 80, 12, 0), bar(30, 85, 40, 12, 90))],
  ['two at a slight angle', both(bar(40, 64, 60, 10, 0), bar(92, 78, 60, 10, 30))],
  ['a blob', bar(64, 64, 20, 20, 0, true)],
  ['one pixel', bar(64, 64, 1, 1, 0)],
])('%s is left to the embeddings', (_, shape) => {
  expect(isOne(shape)).toBe(false)
})
