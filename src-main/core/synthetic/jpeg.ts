/**
 * The losses of JPEG without its coding: 8 x 8 blocks of brightness quantised in the cosine domain (ITU T.81, Annex K
 * table, quality scale of libjpeg). Colour at half resolution is the sensor's affair.
 */

const LUMINANCE = [
  16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22,
  29, 51, 87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87, 103,
  121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99,
]

/** Factors between the fast transform's coefficients and orthonormal ones, by wave number. */
const SCALE = Float64Array.from({ length: 8 }, (_, k) =>
  k === 0 ? 1 : Math.cos((k * Math.PI) / 16) * Math.SQRT2,
)

/** Applies the losses in place to the brightness of an image; blocks that the border cuts stay as they are. */
export function compress(light: Float32Array, width: number, height: number, quality: number): void {
  const scale = quality < 50 ? 50 / quality : 2 - quality / 50
  const table = Float64Array.from(LUMINANCE, (q) => Math.max(1, Math.floor(q * scale + 0.5)))
  quantise(light, width, height, table)
}

/** Rounds every whole 8 x 8 block of `plane` to multiples of `table` in the cosine domain, in place. */
export function quantise(plane: Float32Array, width: number, height: number, table: Float64Array): void {
  const block = new Float64Array(64)
  // coefficients in steps of the table, and back
  const forth = table.map((step, i) => 1 / (8 * SCALE[i >> 3]! * SCALE[i & 7]! * step))
  const back = table.map((step, i) => (step * SCALE[i >> 3]! * SCALE[i & 7]!) / 8)
  for (let top = 0; top + 8 <= height; top += 8) {
    for (let left = 0; left + 8 <= width; left += 8) {
      const start = top * width + left
      for (let y = 0, i = 0; y < 8; y++) {
        for (let x = 0, p = start + y * width; x < 8; x++) block[i++] = plane[p++]!
      }
      for (let y = 0; y < 64; y += 8) forwardCosine(block, y, 1)
      for (let x = 0; x < 8; x++) forwardCosine(block, x, 8)
      for (let i = 0; i < 64; i++) block[i] = Math.floor(block[i]! * forth[i]! + 0.5) * back[i]!
      for (let x = 0; x < 8; x++) inverseCosine(block, x, 8)
      for (let y = 0; y < 64; y += 8) inverseCosine(block, y, 1)
      for (let y = 0, i = 0; y < 8; y++) {
        for (let x = 0, p = start + y * width; x < 8; x++) plane[p++] = block[i++]!
      }
    }
  }
}

/** Cosine transform of eight values, scaled (Arai, Agui and Nakajima 1988, as in libjpeg's jfdctflt.c). */
function forwardCosine(d: Float64Array, at: number, step: number): void {
  const i1 = at + step
  const i2 = i1 + step
  const i3 = i2 + step
  const i4 = i3 + step
  const i5 = i4 + step
  const i6 = i5 + step
  const i7 = i6 + step
  const s0 = d[at]! + d[i7]!
  const d0 = d[at]! - d[i7]!
  const s1 = d[i1]! + d[i6]!
  const d1 = d[i1]! - d[i6]!
  const s2 = d[i2]! + d[i5]!
  const d2 = d[i2]! - d[i5]!
  const s3 = d[i3]! + d[i4]!
  const d3 = d[i3]! - d[i4]!
  const e = s0 - s3
  const z1 = (s1 - s2 + e) * Math.SQRT1_2
  d[at] = s0 + s3 + s1 + s2
  d[i4] = s0 + s3 - s1 - s2
  d[i2] = e + z1
  d[i6] = e - z1
  const a = d3 + d2
  const c = d1 + d0
  const z5 = (a - c) * 0.38268343236509
  const z2 = 0.54119610014619698 * a + z5
  const z4 = 1.3065629648763766 * c + z5
  const z3 = (d2 + d1) * Math.SQRT1_2
  d[i5] = d0 - z3 + z2
  d[i3] = d0 - z3 - z2
  d[i1] = d0 + z3 + z4
  d[i7] = d0 + z3 - z4
}

/** The inverse of `forwardCosine` (jidctflt.c). */
function inverseCosine(d: Float64Array, at: number, step: number): void {
  const i1 = at + step
  const i2 = i1 + step
  const i3 = i2 + step
  const i4 = i3 + step
  const i5 = i4 + step
  const i6 = i5 + step
  const i7 = i6 + step
  const s = d[at]! + d[i4]!
  const t = d[at]! - d[i4]!
  const m = d[i2]! + d[i6]!
  const n = (d[i2]! - d[i6]!) * Math.SQRT2 - m
  const z13 = d[i5]! + d[i3]!
  const z10 = d[i5]! - d[i3]!
  const z11 = d[i1]! + d[i7]!
  const z12 = d[i1]! - d[i7]!
  const o7 = z11 + z13
  const z5 = (z10 + z12) * 1.8477590650225735
  const o6 = z5 - z10 * 2.6131259297527532 - o7
  const o5 = (z11 - z13) * Math.SQRT2 - o6
  const o4 = z5 - z12 * 1.0823922002923938 - o5
  d[at] = s + m + o7
  d[i7] = s + m - o7
  d[i1] = t + n + o6
  d[i6] = t + n - o6
  d[i2] = t - n + o5
  d[i5] = t - n - o5
  d[i3] = s - m + o4
  d[i4] = s - m - o4
}
