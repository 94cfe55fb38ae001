/** Sweeps of Jacobi's rotations after which a small symmetric matrix is diagonal to double precision. */
const SWEEPS = 30

/**
 * The principal axes of points: unit vectors along which they are spread most, the widest first. The sign of each is such that its
 * largest part is positive. Source: Jacobi's eigenvalue algorithm on the covariance.
 * @param values [n, C] row by row @param channels C >= 1
 * @returns [C][C]
 */
export function principalAxes(values: Float32Array, channels: number): number[][] {
  const matrix = covariance(values, channels)
  const axes = Array.from({ length: channels }, (_, i) => matrix.map((_, j) => (i === j ? 1 : 0)))
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    for (let p = 0; p < channels; p++) for (let q = p + 1; q < channels; q++) rotate(matrix, axes, p, q)
  }
  // axes lie in columns
  return matrix
    .map((row, i) => ({ spread: row[i]!, axis: axes.map((line) => line[i]!) }))
    .sort((a, b) => b.spread - a.spread)
    .map(({ axis }) => {
      const largest = axis.reduce((most, part) => (Math.abs(part) > Math.abs(most) ? part : most), 0)
      return axis.map((part) => (largest < 0 ? -part : part))
    })
}

function covariance(values: Float32Array, channels: number): number[][] {
  const n = values.length / channels
  const means = Array.from({ length: channels }, () => 0)
  for (let i = 0; i < values.length; i++) means[i % channels]! += values[i]! / n
  const sums = means.map(() => means.map(() => 0))
  for (let k = 0; k < n; k++) {
    for (let a = 0; a < channels; a++) {
      const from = values[k * channels + a]! - means[a]!
      for (let b = a; b < channels; b++) sums[a]![b]! += from * (values[k * channels + b]! - means[b]!)
    }
  }
  return sums.map((row, a) => row.map((_, b) => sums[Math.min(a, b)]![Math.max(a, b)]! / Math.max(1, n)))
}

/** Turns two axes so that nothing is shared between them. */
function rotate(matrix: number[][], axes: number[][], p: number, q: number): void {
  const shared = matrix[p]![q]!
  if (shared === 0) return
  const angle = Math.atan2(2 * shared, matrix[p]![p]! - matrix[q]![q]!) / 2
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
  for (const rows of [matrix, axes]) {
    for (const row of rows) {
      const [a, b] = [row[p]!, row[q]!]
      row[p] = cos * a + sin * b
      row[q] = cos * b - sin * a
    }
  }
  const [first, second] = [[...matrix[p]!], [...matrix[q]!]]
  matrix[p] = first.map((a, j) => cos * a + sin * second[j]!)
  matrix[q] = first.map((a, j) => cos * second[j]! - sin * a)
}
