/** IEEE 754 half precision, the form in which inferences keep offsets (Node 22 has no Float16Array). */

const value = new Float32Array(1)
const bits = new Uint32Array(value.buffer)

/** The nearest half-precision number's 16 bits (ties to even); beyond 65,504 infinity, NaN stays NaN. */
export function toFloat16(x: number): number {
  value[0] = x
  const all = bits[0]!
  const sign = (all >>> 16) & 0x8000
  const rest = all & 0x7fffffff
  if (rest >= 0x7f800000) return sign | (rest > 0x7f800000 ? 0x7e00 : 0x7c00)
  if (rest >= 0x477ff000) return sign | 0x7c00
  if (rest < 0x38800000) {
    if (rest < 0x33000000) return sign
    const shift = 126 - (rest >>> 23)
    const mantissa = (rest & 0x7fffff) | 0x800000
    const half = mantissa >>> shift
    const left = mantissa & ((1 << shift) - 1)
    const middle = 1 << (shift - 1)
    return sign | (half + (left > middle || (left === middle && half & 1) ? 1 : 0))
  }
  const rounded = rest + 0xfff + ((rest >>> 13) & 1)
  return sign | ((rounded - 0x38000000) >>> 13)
}

/** The number that 16 half-precision bits stand for. */
export function fromFloat16(half: number): number {
  const exponent = (half >>> 10) & 0x1f
  const mantissa = half & 0x3ff
  const sign = half & 0x8000 ? -1 : 1
  if (exponent === 0) return sign * mantissa * 2 ** -24
  if (exponent === 31) return mantissa ? NaN : sign * Infinity
  return sign * (1 + mantissa / 1024) * 2 ** (exponent - 15)
}
