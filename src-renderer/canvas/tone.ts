/** How the picture's colours are shown. Only what is seen changes: no data, no value under the pointer, nothing that a model gets. */

/** What becomes black and what becomes white, 0..255, low < high. */
export interface Stretch {
  low: number
  high: number
}

/** Of red, green and blue: 256 values, 0..255. */
export type ByteTables = readonly [Uint8Array, Uint8Array, Uint8Array]

export interface Tone {
  /** -1..1: how much is added, 1 is white */
  brightness: number
  /** -1..1: 0 leaves the slope as it is, 1 leaves black and white alone */
  contrast: number
  /** 0.2..5: over 1 lifts what is dark */
  gamma: number
  invert: boolean
  /** of red, green and blue */
  stretch: readonly [Stretch, Stretch, Stretch]
  /** of each channel what even it out, as it was seen when that was asked for; null: not evened out */
  even: ByteTables | null
}

/** What the bytes of a picture become while another range of its samples is tried. */
export interface TriedRange {
  /** address of the first of the tiles that it is tried on */
  pixels: string
  tables: ByteTables
}

const WHOLE: Stretch = { low: 0, high: 255 }

/** As it is. */
export const PLAIN_TONE: Tone = {
  brightness: 0,
  contrast: 0,
  gamma: 1,
  invert: false,
  stretch: [WHOLE, WHOLE, WHOLE],
  even: null,
}

export function isPlainTone(tone: Tone): boolean {
  return (
    tone.brightness === 0 &&
    tone.contrast === 0 &&
    tone.gamma === 1 &&
    !tone.invert &&
    tone.even === null &&
    tone.stretch.every(({ low, high }) => low === 0 && high === 255)
  )
}

/**
 * What each value of red, green and blue becomes: 256 values of 0..1 a channel. First by the range that is tried, then evened out, then stretched, then gamma,
 * contrast about the middle, brightness, and at last turned round.
 */
export function tablesOf(
  tone: Tone,
  tried: ByteTables | null = null,
): [Float32Array, Float32Array, Float32Array] {
  const table = (channel: 0 | 1 | 2) =>
    Float32Array.from({ length: 256 }, (_, byte) => {
      const value = tried?.[channel][byte] ?? byte
      return toned(tone.even?.[channel][value] ?? value, tone, tone.stretch[channel])
    })
  return [table(0), table(1), table(2)]
}

function toned(value: number, tone: Tone, { low, high }: Stretch): number {
  const stretched = unit((value - low) / Math.max(1, high - low))
  const lifted = stretched ** (1 / tone.gamma)
  // the slope goes from 0 through 1 to upright
  const slope = Math.tan(((Math.min(0.99, tone.contrast) + 1) * Math.PI) / 4)
  const result = unit((lifted - 0.5) * slope + 0.5 + tone.brightness)
  return tone.invert ? 1 - result : result
}

function unit(value: number): number {
  return Math.min(1, Math.max(0, value))
}

/**
 * The tables that spread the values of each channel as evenly as they can be.
 * @param rgba pixels; those that are not opaque do not count
 * @returns null where no channel has two values
 */
export function evenTables(rgba: Uint8ClampedArray): ByteTables | null {
  const counts = [new Uint32Array(256), new Uint32Array(256), new Uint32Array(256)] as const
  for (let i = 0; i < rgba.length; i += 4) {
    if (rgba[i + 3] !== 255) continue
    counts[0][rgba[i]!]!++
    counts[1][rgba[i + 1]!]!++
    counts[2][rgba[i + 2]!]!++
  }
  const [red, green, blue] = counts.map(evenTable)
  if (!red && !green && !blue) return null
  return [red ?? UNTOUCHED, green ?? UNTOUCHED, blue ?? UNTOUCHED]
}

const UNTOUCHED = Uint8Array.from({ length: 256 }, (_, value) => value)

/** @param counts how many pixels have each value. @returns null where there are fewer than two values */
function evenTable(counts: Uint32Array): Uint8Array | null {
  const darkest = counts.find((n) => n > 0) ?? 0
  const spread = counts.reduce((sum, n) => sum + n, 0) - darkest
  if (spread <= 0) return null
  let upTo = 0
  return Uint8Array.from(counts, (n) => {
    upTo += n
    return Math.round((255 * Math.max(0, upTo - darkest)) / spread)
  })
}
