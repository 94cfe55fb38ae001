import type { Random } from '../random.ts'
import { between, normal, pick } from '../random.ts'

/**
 * What real scenes look like, in figures: sizes of 32,395 ships marked in images of about 1.5 m a pixel, and the
 * typical colours of sea and ships. They are measured facts; no picture is behind them.
 */

/** Length of a ship in px at shares of all ships. */
const LENGTH_PX: readonly (readonly [number, number])[] = [
  [0, 5],
  [0.01, 6.2],
  [0.05, 9],
  [0.25, 16.7],
  [0.5, 37.1],
  [0.75, 81.2],
  [0.95, 201.9],
  [0.99, 284.1],
  [1, 400],
]

/** Length : width by length in px. Small ships are stout in these images, large ones slender. */
const ASPECT_BY_LENGTH: readonly (readonly [number, number])[] = [
  [5, 1.6],
  [9, 1.9],
  [17, 2.4],
  [37, 3.1],
  [81, 4.4],
  [202, 5.6],
  [400, 6.2],
]

/** Median colours of sea areas (8-bit RGB), the dark ones far more common. */
const SEA_COLOURS: readonly (readonly [number, number, number])[] = [
  [3, 16, 22],
  [2, 14, 33],
  [3, 23, 29],
  [4, 22, 42],
  [6, 26, 50],
  [5, 28, 58],
  [9, 28, 28],
  [11, 32, 30],
  [14, 30, 41],
  [15, 36, 41],
  [8, 34, 40],
  [3, 33, 60],
  [22, 37, 38],
  [13, 47, 41],
  [15, 36, 54],
  [12, 43, 51],
  [20, 40, 51],
  [16, 45, 54],
  [2, 54, 58],
  [11, 41, 65],
  [17, 44, 68],
  [25, 57, 41],
  [20, 46, 70],
  [21, 58, 53],
  [23, 49, 68],
  [35, 45, 52],
  [28, 52, 70],
  [22, 48, 71],
  [33, 57, 71],
  [28, 60, 62],
  [39, 70, 68],
  [45, 62, 79],
  [35, 80, 92],
  [46, 90, 93],
  [62, 80, 76],
  [66, 103, 98],
  [92, 94, 60],
  [100, 122, 113],
  [106, 109, 100],
  [134, 141, 137],
]

function interpolate(table: readonly (readonly [number, number])[], at: number, log: boolean): number {
  for (let i = 1; i < table.length; i++) {
    const [x1, y1] = table[i]!
    if (at > x1 && i < table.length - 1) continue
    const [x0, y0] = table[i - 1]!
    const t = Math.min(1, Math.max(0, (at - x0) / (x1 - x0)))
    return log ? y0 * (y1 / y0) ** t : y0 + (y1 - y0) * t
  }
  return table[0]![1]
}

/** Length of a ship in px, as real ones are distributed. */
export function drawLength(random: Random): number {
  return interpolate(LENGTH_PX, random(), true)
}

/** Width in px of a ship of this length. */
export function drawWidth(random: Random, length: number): number {
  const aspect = interpolate(ASPECT_BY_LENGTH, length, false) * Math.exp(0.17 * normal(random))
  return length / Math.min(9, Math.max(1.25, aspect))
}

/** 8-bit RGB of open water. */
export function drawSeaColour(random: Random): [number, number, number] {
  const [r, g, b] = pick(random, SEA_COLOURS)
  const gain = Math.exp(0.2 * normal(random)) * Math.min(1, 190 / (g + 60))
  const own = (): number => 2 * normal(random)
  return [r * gain + own(), g * gain + own(), b * gain * between(random, 0.94, 1.06) + own()]
}

/** 8-bit RGB of water in the sun's reflection. */
export function drawGlitterColour(random: Random): [number, number, number] {
  const level = between(random, 60, 165)
  return [level * between(random, 0.88, 1), level, level * between(random, 0.98, 1.1)]
}

/** Standard deviation of open water's brightness by waves, in 8-bit levels: about 3.5, seldom 18. */
export function drawWaveStrength(random: Random): number {
  return Math.min(24, 3.5 * Math.exp(0.7 * normal(random)))
}
