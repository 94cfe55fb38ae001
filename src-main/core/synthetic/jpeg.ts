/**
 * The losses of JPEG without its coding: colour at half resolution and 8 x 8 blocks quantised in the cosine domain
 * (ITU T.81, Annex K tables, quality scale of libjpeg).
 */

const LUMINANCE = [
  16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22,
  29, 51, 87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87, 103,
  121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99,
]

/** COSINE[k * 8 + x]: orthonormal cosine transform of eight samples. */
const COSINE = Float64Array.from({ length: 64 }, (_, i) => {
  const [k, x] = [i >> 3, i & 7]
  return (k === 0 ? Math.SQRT1_2 : 1) * 0.5 * Math.cos(((2 * x + 1) * k * Math.PI) / 16)
})

/** Applies the losses in place to [height, width, 3]; blocks that the border cuts stay as they are. */
export function compress(rgb: Float32Array, width: number, height: number, quality: number): void {
  const scale = quality < 50 ? 50 / quality : 2 - quality / 50
  const luminance = Float64Array.from(LUMINANCE, (q) => Math.max(1, Math.floor(q * scale + 0.5)))
  const pixels = width * height
  const y = new Float32Array(pixels)
  const [w, h] = [width >> 1, height >> 1]
  const cb = new Float32Array(pixels)
  const cr = new Float32Array(pixels)
  for (let p = 0, i = 0; p < pixels; p++, i += 3) {
    const light = 0.299 * rgb[i]! + 0.587 * rgb[i + 1]! + 0.114 * rgb[i + 2]!
    y[p] = light
    cb[p] = (rgb[i + 2]! - light) * 0.564
    cr[p] = (rgb[i]! - light) * 0.713
  }
  quantise(y, width, height, luminance)
  const halve = (plane: Float32Array): Float32Array => {
    const half = new Float32Array(w * h)
    for (let v = 0; v < h; v++) {
      for (let u = 0; u < w; u++) {
        const p = 2 * v * width + 2 * u
        half[v * w + u] = (plane[p]! + plane[p + 1]! + plane[p + width]! + plane[p + width + 1]!) / 4
      }
    }
    return half
  }
  const blue = halve(cb)
  const red = halve(cr)
  for (let v = 0; v < height; v++) {
    for (let u = 0; u < width; u++) {
      const p = v * width + u
      const half = Math.min(h - 1, v >> 1) * w + Math.min(w - 1, u >> 1)
      const b = blue[half]!
      const r = red[half]!
      rgb[p * 3] = y[p]! + 1.402 * r
      rgb[p * 3 + 1] = y[p]! - 0.344 * b - 0.714 * r
      rgb[p * 3 + 2] = y[p]! + 1.772 * b
    }
  }
}

function quantise(plane: Float32Array, width: number, height: number, table: Float64Array): void {
  const block = new Float64Array(64)
  const half = new Float64Array(64)
  for (let top = 0; top + 8 <= height; top += 8) {
    for (let left = 0; left + 8 <= width; left += 8) {
      const start = top * width + left
      // rows, then columns: half[y][k] = sum over x, block[l][k] = sum over y
      for (let y = 0; y < 8; y++) {
        for (let k = 0; k < 8; k++) {
          let sum = 0
          for (let x = 0; x < 8; x++) sum += COSINE[k * 8 + x]! * plane[start + y * width + x]!
          half[y * 8 + k] = sum
        }
      }
      for (let l = 0; l < 8; l++) {
        for (let k = 0; k < 8; k++) {
          let sum = 0
          for (let y = 0; y < 8; y++) sum += COSINE[l * 8 + y]! * half[y * 8 + k]!
          const step = table[l * 8 + k]!
          block[l * 8 + k] = Math.round(sum / step) * step
        }
      }
      for (let y = 0; y < 8; y++) {
        for (let k = 0; k < 8; k++) {
          let sum = 0
          for (let l = 0; l < 8; l++) sum += COSINE[l * 8 + y]! * block[l * 8 + k]!
          half[y * 8 + k] = sum
        }
      }
      for (let y = 0; y < 8; y++) {
        for (let x = 0; x < 8; x++) {
          let sum = 0
          for (let k = 0; k < 8; k++) sum += COSINE[k * 8 + x]! * half[y * 8 + k]!
          plane[start + y * width + x] = sum
        }
      }
    }
  }
}
