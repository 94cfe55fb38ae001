import fc from 'fast-check'
import { expect, test } from 'vitest'
import { nameMatcher } from './names.ts'

const PATHS = ['a.png', 'A2.JPG', '000155de5.png', 'sub/b.png', 'sub/deep/c.tif', ' d.png', 'h\u00e4fen.png']
const match = nameMatcher(PATHS)

test.each([
  ['a.png', 'a.png', 'path'],
  ['sub/b.png', 'sub/b.png', 'path'],
  [' d.png', ' d.png', 'path'],
  ['d.png', ' d.png', 'other separators, spaces or normal form'],
  ['sub\\b.png', 'sub/b.png', 'other separators, spaces or normal form'],
  ['./sub/b.png', 'sub/b.png', 'other separators, spaces or normal form'],
  ['ha\u0308fen.png', 'h\u00e4fen.png', 'other separators, spaces or normal form'],
  ['a2.jpg', 'A2.JPG', 'other case'],
  ['000155de5', '000155de5.png', 'other ending'],
  ['000155de5.jpg', '000155de5.png', 'other ending'],
  ['a2.png', 'A2.JPG', 'other case and ending'],
  ['b.png', 'sub/b.png', 'without its folders'],
  ['deep/c.tif', 'sub/deep/c.tif', 'without its folders'],
  ['/home/kim/sub/b.png', 'sub/b.png', 'without its folders'],
  ['photos/000155DE5', '000155de5.png', 'without its folders, other case and ending'],
])('%j is %j: %s', (name, path, how) => {
  expect(match([name])).toEqual({ path, how })
})

test('a decomposed path is found by a composed name', () => {
  expect(nameMatcher(['ha\u0308fen.png'])(['h\u00e4fen.png'])).toMatchObject({ path: 'ha\u0308fen.png' })
})

test.each(['other/b.png', 'e.png', 'b', ''])('%j is no image here', (name) => {
  // 'b' alone is known by its ending only
  expect(match([name])).toEqual(name === 'b' ? expect.objectContaining({ path: 'sub/b.png' }) : null)
})

test('two that a name may mean are named, and a stricter rule decides before', () => {
  const two = nameMatcher(['x/a.png', 'y/a.png', 'a.jpg', 'a.tif', 'B.png', 'b.png'])
  expect(two(['a'])).toEqual({ candidates: ['a.jpg', 'a.tif'] })
  expect(two(['a.png'])).toEqual({ candidates: ['x/a.png', 'y/a.png'] })
  expect(two(['z/x/a.png'])).toEqual({ path: 'x/a.png', how: 'without its folders' })
  expect(two(['b.png'])).toEqual({ path: 'b.png', how: 'path' })
  expect(two(['b.jpg'])).toEqual({ path: 'b.png', how: 'other ending' })
  expect(nameMatcher(['x/a.png', 'y/a.png'])(['a.png'])).toEqual({ candidates: ['x/a.png', 'y/a.png'] })
})

test('the label file’s own folder counts before the name alone', () => {
  const two = nameMatcher(['b.png', 'sub/b.png'])
  expect(two(['sub/b.png', 'b.png'])).toEqual({ path: 'sub/b.png', how: 'path' })
  expect(two(['elsewhere/b.png', 'b.png'])).toEqual({ path: 'b.png', how: 'path' })
})

test('every path is found by itself', () => {
  const path = fc.string({ minLength: 1, maxLength: 8, unit: 'grapheme' })
  fc.assert(
    fc.property(fc.uniqueArray(path, { minLength: 1, maxLength: 6 }), (paths) => {
      const find = nameMatcher(paths)
      for (const one of paths) expect(find([one])).toEqual({ path: one, how: 'path' })
    }),
  )
})
