import type { Rle } from '../core/mask/rle.ts'

/**
 * COCO's run lengths: column-major as ours, but as counts of pixels outside, inside, outside, ..., from the first pixel on.
 * Compressed they are text: each count, from the third on as its difference to the one two before, in groups of five
 * bits, lowest first; a sixth bit says that more follow, and 48 is added to make characters.
 */

/** @returns a sentence without a full stop where the counts are none of an image with so many pixels */
export function countsToRle(counts: ArrayLike<number>, pixels: number): Rle | string {
  const runs = new Uint32Array(counts.length + 1)
  let n = 0
  let at = 0
  for (let i = 0; i < counts.length; i++) {
    const count = counts[i]!
    if (!Number.isInteger(count) || count < 0) return `has ${count} in its counts`
    if (at + count > pixels) return `has counts that reach beyond the ${pixels} pixels of its image`
    if (i % 2 === 1 && count > 0) {
      if (n > 0 && runs[n - 2]! + runs[n - 1]! === at + 1) runs[n - 1]! += count
      else {
        runs[n++] = at + 1
        runs[n++] = count
      }
    }
    at += count
  }
  return runs.slice(0, n)
}

/** The counts of a mask, up to the last pixel of the image. */
export function rleToCounts(rle: Rle, pixels: number): number[] {
  const counts: number[] = []
  let at = 0
  for (let i = 0; i < rle.length; i += 2) {
    counts.push(rle[i]! - 1 - at, rle[i + 1]!)
    at = rle[i]! - 1 + rle[i + 1]!
  }
  if (at < pixels || counts.length === 0) counts.push(pixels - at)
  return counts
}

/** @returns a sentence without a full stop where the text is none of an image with so many pixels */
export function compressedToRle(text: string, pixels: number): Rle | string {
  const counts: number[] = []
  let at = 0
  while (at < text.length) {
    let value = 0
    let shift = 0
    for (;;) {
      const code = text.charCodeAt(at++) - 48
      if (!(code >= 0 && code < 64)) {
        return at > text.length
          ? 'has counts that are cut off'
          : 'has counts with a character that is none of theirs'
      }
      if (shift > 30) return 'has a count that is too large'
      // below 2^35: more than 32 bits, so no bit operations
      value += (code & 31) * 2 ** shift
      shift += 5
      if (code & 32) continue
      if (code & 16) value -= 2 ** shift
      break
    }
    if (counts.length > 2) value += counts[counts.length - 2]!
    counts.push(value)
  }
  return countsToRle(counts, pixels)
}

/** A mask as compressed counts. */
export function rleToCompressed(rle: Rle, pixels: number): string {
  const counts = rleToCounts(rle, pixels)
  let text = ''
  for (let i = 0; i < counts.length; i++) {
    let value = counts[i]! - (i > 2 ? counts[i - 2]! : 0)
    for (;;) {
      const five = value & 31
      value = Math.floor(value / 32)
      const more = five & 16 ? value !== -1 : value !== 0
      text += String.fromCharCode(five + (more ? 32 : 0) + 48)
      if (!more) break
    }
  }
  return text
}
