import type { Band, Mapping } from '../../contract/wire.ts'
import { chooseBands } from './bands.ts'
import type { Photometric } from './bands.ts'
import { rangeOf, sortedTogether } from './survey.ts'
import type { Surveyed } from './survey.ts'

/** Bits that sensors fill of 16: where the highest sample is such a number, they were saturated there. */
const SENSOR_BITS = [10, 11, 12, 13, 14, 15]

/**
 * The value that stands for missing data in the bands shown; null: the file names none.
 * @param shown the first is 1
 */
export function nodataOf(bands: readonly Band[], shown: readonly number[]): number | null {
  return shown.map((band) => bands[band - 1]?.nodata ?? null).find((value) => value !== null) ?? null
}

/** Whether samples of these bands are bytes, or less: shown as they are, with no look at them. */
export function areBytes(bands: readonly Band[], shown: readonly number[]): boolean {
  return shown.every((band) => bands[band - 1]?.type === 'uint8')
}

/**
 * The mapping of an image that nobody has chosen one for.
 * @param surveyed of the bands that {@link chooseBands} gives; needed where they are no bytes
 */
export function chooseMapping(
  bands: readonly Band[],
  photometric: Photometric,
  surveyed: Surveyed | null,
): Mapping {
  const { bands: shown, rule } = chooseBands(bands, photometric)
  const range = chooseRange(bands, shown, surveyed)
  const [low, high] = photometric === 'inverted' ? [range.high, range.low] : [range.low, range.high]
  const tag = nodataOf(bands, shown)
  const rules = [
    `Shows ${rule}.`,
    range.rule,
    photometric === 'inverted' ? 'Inverted: in this file 0 is white.' : null,
    tag === null ? null : `${tag} is missing data, as the file says.`,
    surveyed?.guessed == null
      ? null
      : `${surveyed.guessed} is taken for missing data: it is the lowest value, common, and reaches the border.`,
  ]
  return {
    bands: shown,
    low: shown.map(() => low),
    high: shown.map(() => high),
    nodata: tag ?? surveyed?.guessed ?? null,
    rule: rules.filter((part) => part !== null).join(' '),
    byHand: false,
  }
}

interface Range {
  low: number
  high: number
  rule: string
}

/** One range for all bands shown: percentiles, and up to the full scale where samples reach it. */
function chooseRange(bands: readonly Band[], shown: readonly number[], surveyed: Surveyed | null): Range {
  const first = bands[shown[0]! - 1]!
  if (areBytes(bands, shown)) {
    const high = 2 ** Math.min(8, first.bits) - 1
    return { low: 0, high, rule: high === 255 ? 'Samples of 8 bits, as they are.' : `From 0 to ${high}.` }
  }
  const all = sortedTogether(surveyed?.taken ?? [])
  if (!surveyed?.highest || all.length === 0) return { low: 0, high: 0, rule: 'There are no data.' }
  const { low, high } = rangeOf(all)
  const full = fullScale(first, surveyed.highest)
  if (full !== null) {
    const rule = `From ${shortly(low)} (0.5 % of the samples lie below) to ${full}, the full scale: samples are saturated there.`
    return { low, high: full, rule }
  }
  const rule =
    low === high
      ? `All samples are ${shortly(low)}, or nearly all.`
      : `From ${shortly(low)} to ${shortly(high)}: 0.5 % of the samples lie below, 0.5 % above.`
  return { low, high, rule }
}

/** The full scale of type or sensor that the highest samples lie at; null: they are not saturated. */
function fullScale({ type, bits }: Band, { value, count }: { value: number; count: number }): number | null {
  if (type.startsWith('float')) return null
  const unsigned = type.startsWith('u')
  if (value === 2 ** (unsigned ? bits : bits - 1) - 1) return value
  // a single pixel may have such a number by chance
  return bits === 16 && count > 1 && SENSOR_BITS.some((filled) => value === 2 ** filled - 1) ? value : null
}

function shortly(value: number): string {
  return String(Number(value.toPrecision(6)))
}
