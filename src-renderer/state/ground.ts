import type { Band } from '../../src-main/contract/wire.ts'
import type { Place } from '../../src-main/core/places/places.ts'
import type { SamplesAt } from './raster.svelte.ts'

/** A place as '3.00012° E, 42.00000° N': five places are about a metre. */
export function placeText({ longitude, latitude }: Place): string | null {
  if (!Number.isFinite(longitude) || !Number.isFinite(latitude)) return null
  const east = `${Math.abs(longitude).toFixed(5)}° ${longitude < 0 ? 'W' : 'E'}`
  return `${east}, ${Math.abs(latitude).toFixed(5)}° ${latitude < 0 ? 'S' : 'N'}`
}

/** Bands that a readout has room for. */
const MOST = 4

/**
 * Samples of a pixel as 'B04: 6,100 · B03: 6,200': those shown, or the first ones.
 * @param shown numbers of the bands shown, the first is 1; null: not known
 */
export function samplesText(
  { values }: SamplesAt,
  bands: readonly Band[],
  shown: readonly number[] | null,
): string {
  const wanted = shown ?? values.map((_, i) => i + 1).slice(0, MOST)
  return wanted
    .map((band) => `${bands[band - 1]?.name ?? `Band ${band}`}: ${sampleText(values[band - 1])}`)
    .join(' · ')
}

/** One sample, no longer than a reading needs. */
export function sampleText(value: number | null | undefined): string {
  if (value === null || value === undefined) return 'none'
  return Number.isInteger(value) ? value.toLocaleString('en') : String(Number(value.toPrecision(5)))
}

/**
 * A round length for a scale bar: 1, 2 or 5 times a power of ten.
 * @param metresPerPx metres of a CSS pixel
 * @param most longest bar in CSS px
 * @returns its length in metres and in CSS px
 */
export function scaleBar(metresPerPx: number, most: number): { metres: number; px: number } {
  const longest = metresPerPx * most
  const power = 10 ** Math.floor(Math.log10(longest))
  const metres = power * ([5, 2, 1].find((times) => times * power <= longest) ?? 1)
  return { metres, px: metres / metresPerPx }
}
