import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { canonicalise, equal } from '../core/mask/rle.ts'
import { compressedToRle, countsToRle, rleToCompressed, rleToCounts } from './coco-counts.ts'

/** A mask and the number of pixels of its image. */
const masked = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 5000 }), fc.integer({ min: 1, max: 90_000 })), { maxLength: 12 })
  .chain((gaps) => {
    const runs: number[] = []
    let at = 1
    for (const [gap, length] of gaps) {
      runs.push(at + gap, length)
      at += gap + length
    }
    return fc.integer({ min: 1, max: 50 }).map((rest) => ({ rle: canonicalise(runs), pixels: at + rest }))
  })

// by pycocotools, on an image of 40 x 30
const KNOWN = 'm37g000000000000000000000000000000cb0'

test('reads what pycocotools writes, and writes the same', () => {
  const rle = compressedToRle(KNOWN, 1200)
  expect(rle).toEqual(canonicalise(Array.from({ length: 16 }, (_, i) => [126 + 30 * i, 7]).flat()))
  expect(rleToCompressed(rle as Uint32Array, 1200)).toBe(KNOWN)
})

test('masks come back from counts, compressed or not', () => {
  fc.assert(
    fc.property(masked, ({ rle, pixels }) => {
      const counts = rleToCounts(rle, pixels)
      expect(counts.reduce((a, b) => a + b, 0)).toBe(pixels)
      expect(equal(countsToRle(counts, pixels) as Uint32Array, rle)).toBe(true)
      expect(equal(compressedToRle(rleToCompressed(rle, pixels), pixels) as Uint32Array, rle)).toBe(true)
    }),
  )
})

test.each([
  ['counts beyond the image', countsToRle([3, 4, 5], 11), 'reach beyond the 11 pixels'],
  ['a negative count', countsToRle([3, -4], 20), 'has -4 in its counts'],
  ['half a count', countsToRle([3, 0.5], 20), 'has 0.5 in its counts'],
  ['a foreign character', compressedToRle('4 4', 20), 'none of theirs'],
  ['text that is cut off', compressedToRle('P', 20), 'cut off'],
  ['an absurd count', compressedToRle('oooooooo0', 20), 'too large'],
])('%s is named', (_, answer, sentence) => {
  expect(answer).toContain(sentence)
})

test('counts without the last gap, and empty runs, are read', () => {
  expect(countsToRle([0, 2, 0, 3, 4], 20)).toEqual(Uint32Array.of(1, 5))
  expect(countsToRle([20], 20)).toEqual(Uint32Array.of())
})

const hasTool = ((): boolean => {
  try {
    execFileSync('python3', ['-c', 'import pycocotools.mask'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
})()

test.skipIf(!hasTool)('pycocotools decodes what is written (skipped where Python has none)', () => {
  const script =
    'import json,sys\nfrom pycocotools import mask as m\nfor h,w,c,a in json.load(sys.stdin): assert m.area({"size":[h,w],"counts":c.encode()}) == a, c'
  const cases = fc.sample(masked, 100).map(({ rle, pixels }) => {
    const area = rle.reduce((sum, value, i) => sum + (i % 2 === 1 ? value : 0), 0)
    return [1, pixels, rleToCompressed(rle, pixels), area]
  })
  execFileSync('python3', ['-c', script], { input: JSON.stringify(cases) })
})
