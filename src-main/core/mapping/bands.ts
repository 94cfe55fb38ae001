import type { Band } from '../../contract/wire.ts'

/** What a file says its samples mean: colours, brightness, darkness (0 is white), or nothing of these. */
export type Photometric = 'rgb' | 'grey' | 'inverted' | 'other'

export interface BandChoice {
  /** shown as red, green and blue, or the one shown as grey; the first is 1 */
  bands: number[]
  /** why these, for people */
  rule: string
}

/** Bands that show colour by how many there are: 8 as WorldView has them, 12 and 13 as Sentinel-2. */
const BY_COUNT: Readonly<Record<number, readonly number[]>> = {
  1: [1],
  2: [1],
  8: [5, 3, 2],
  12: [4, 3, 2],
  13: [4, 3, 2],
}

/**
 * The bands to show: by their descriptions, then by what the file says of colours, then by their number.
 * @param bands of the file, at least one; those of transparency are never shown
 */
export function chooseBands(bands: readonly Band[], photometric: Photometric): BandChoice {
  const data = bands.flatMap(({ alpha }, i) => (alpha === null ? [i + 1] : []))
  const named = (wanted: (name: string) => boolean): number | undefined =>
    data.find((band) => wanted(bands[band - 1]!.name.toLowerCase()))
  for (const [red, green, blue] of [COLOURS, SENTINEL]) {
    const found = [named(red), named(green), named(blue)].filter((band) => band !== undefined)
    if (found.length < 3) continue
    const names = found.map((band) => bands[band - 1]!.name).join(', ')
    return { bands: found, rule: `bands ${found.join(', ')}, which the file names ${names}` }
  }
  if (photometric === 'rgb' && data.length >= 3) {
    const shown = data.slice(0, 3)
    return { bands: shown, rule: `bands ${shown.join(', ')}, since the file says that it holds colours` }
  }
  const shown = (BY_COUNT[data.length] ?? [1, 2, 3]).map((place) => data[place - 1]!)
  if (data.length === 1) return { bands: shown, rule: 'the only band, as grey' }
  if (data.length === 2) return { bands: shown, rule: 'the first of two bands, as grey' }
  return { bands: shown, rule: `bands ${shown.join(', ')}, as is usual for ${data.length} bands` }
}

type Names = readonly [
  red: (name: string) => boolean,
  green: (name: string) => boolean,
  blue: (name: string) => boolean,
]

const COLOURS: Names = [
  (name) => /(^|[^a-z])red([^a-z]|$)/.test(name) && !/edge|infra/.test(name),
  (name) => /(^|[^a-z])green([^a-z]|$)/.test(name),
  (name) => /(^|[^a-z])blue([^a-z]|$)/.test(name),
]

const SENTINEL: Names = [numbered(4), numbered(3), numbered(2)]

/** 'B04', 'B4', 'S2 B04 (665 nm)' */
function numbered(band: number): (name: string) => boolean {
  const pattern = new RegExp(`(^|[^a-z0-9])b0?${band}([^a-z0-9]|$)`)
  return (name) => pattern.test(name)
}
