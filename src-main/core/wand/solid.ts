import type { Size } from '../mask/rle.ts'

/** A hole of at most this share of the region is a hatch or a shadow on a deck; a larger one is something else. */
const HATCH = 0.2

/** Regions of fewer pixels keep their outline: of a boat two pixels wide, rounding would take half. */
const ROUNDED_FROM = 100

/**
 * A region as a thing that has no gaps: small holes are filled, and the outline follows the most of the nine pixels around each, so that
 * hairs and notches of noise go.
 * @param mask [height, width] 1 in the region, 0 outside it
 * @returns [height, width] the same
 */
export function solid(mask: Uint8Array, size: Size): Uint8Array {
  const filled = fillHatches(mask, size)
  const area = filled.reduce((sum, value) => sum + value, 0)
  return area < ROUNDED_FROM ? filled : rounded(filled, size)
}

function fillHatches(mask: Uint8Array, { width, height }: Size): Uint8Array {
  const area = mask.reduce((sum, value) => sum + value, 0)
  const out = mask.slice()
  const seen = mask.slice()
  const queue = new Int32Array(mask.length)
  for (let start = 0; start < mask.length; start++) {
    if (seen[start] === 1) continue
    let end = 1
    let atBorder = false
    queue[0] = start
    seen[start] = 1
    const visit = (to: number): void => {
      if (seen[to] === 1) return
      seen[to] = 1
      queue[end++] = to
    }
    for (let i = 0; i < end; i++) {
      const from = queue[i]!
      const column = from % width
      if (column === 0 || column === width - 1 || from < width || from >= mask.length - width) atBorder = true
      if (column > 0) visit(from - 1)
      if (column < width - 1) visit(from + 1)
      if (from >= width) visit(from - width)
      if (from + width < width * height) visit(from + width)
    }
    if (atBorder || end > HATCH * area) continue
    for (let i = 0; i < end; i++) out[queue[i]!] = 1
  }
  return out
}

function rounded(mask: Uint8Array, { width, height }: Size): Uint8Array {
  const out = mask.slice()
  // what lies on the border of the part that is looked at stays
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      let count = 0
      for (let row = y - 1; row <= y + 1; row++) {
        const p = row * width + x
        count += mask[p - 1]! + mask[p]! + mask[p + 1]!
      }
      out[y * width + x] = count >= 5 ? 1 : 0
    }
  }
  return out
}
