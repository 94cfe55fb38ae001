import type { Mapping, SampleRange, WantedMapping, WayRanges } from '../../src-main/contract/wire.ts'
import { bytesByOtherRange } from '../../src-main/core/mapping/apply.ts'
import type { ByteTables } from '../canvas/index.ts'

/** A mapping while a person changes it. */
export interface MappingDraft extends WantedMapping {
  /** each band has a range of its own; else there is one for all */
  apart: boolean
}

export function draftOf({ bands, low, high, nodata }: Mapping): MappingDraft {
  const one = (values: readonly number[]): boolean => values.every((value) => value === values[0])
  return { bands, low, high, nodata, apart: !one(low) || !one(high) }
}

export function wantedOf({ bands, low, high, nodata }: MappingDraft): WantedMapping {
  return { bands, low, high, nodata }
}

/** Another band in one place; the range stays. */
export function withBand(draft: MappingDraft, place: number, band: number): MappingDraft {
  return { ...draft, bands: draft.bands.map((before, i) => (i === place ? band : before)) }
}

/** As three bands, or the first one as grey. */
export function withColours(draft: MappingDraft, colours: boolean): MappingDraft {
  const first = draft.bands[0]!
  const bands = colours ? [first, draft.bands[1] ?? first, draft.bands[2] ?? first] : [first]
  return {
    ...draft,
    bands,
    low: bands.map(() => draft.low[0]!),
    high: bands.map(() => draft.high[0]!),
    apart: false,
  }
}

/** Another lowest or highest sample: of one band where each has its own, else of all. */
export function withEnd(
  draft: MappingDraft,
  end: keyof SampleRange,
  value: number,
  place: number,
): MappingDraft {
  return { ...draft, [end]: draft[end].map((before, i) => (draft.apart && i !== place ? before : value)) }
}

/** The range that a way gives: one for each band where each has its own, else one for all. An inverted picture stays one. */
export function withWay(draft: MappingDraft, way: WayRanges): MappingDraft {
  const ranges = rangesFor(draft, way)
  return { ...draft, low: ranges.map(({ low }) => low), high: ranges.map(({ high }) => high) }
}

/** The way that gives the draft's range; null: it is another. */
export function wayOf(draft: MappingDraft, ways: readonly WayRanges[]): WayRanges | null {
  const agrees = (way: WayRanges): boolean =>
    rangesFor(draft, way).every(({ low, high }, i) => low === draft.low[i] && high === draft.high[i])
  return ways.find(agrees) ?? null
}

function rangesFor({ bands, low, high, apart }: MappingDraft, way: WayRanges): SampleRange[] {
  const inverted = low[0]! > high[0]!
  return bands.map((_, i) => {
    const range = apart ? way.each[i]! : way.all
    return inverted ? { low: range.high, high: range.low } : range
  })
}

/** Whether it would make the same picture as what is stored. */
export function isStored(draft: MappingDraft, { bands, low, high, nodata }: Mapping): boolean {
  return JSON.stringify(wantedOf(draft)) === JSON.stringify({ bands, low, high, nodata })
}

/** One range for all bands: it holds those that they had. */
export function withOneRange(draft: MappingDraft): MappingDraft {
  const [low, high] = [Math.min(...draft.low), Math.max(...draft.high)]
  return { ...draft, low: draft.bands.map(() => low), high: draft.bands.map(() => high), apart: false }
}

/** What the draft's range makes of the bytes of red, green and blue that are stored; null: the same, or other bands, of which these say nothing. */
export function tablesOf(draft: MappingDraft, stored: Mapping): ByteTables | null {
  const sameBands = JSON.stringify(draft.bands) === JSON.stringify(stored.bands)
  if (!sameBands || isStored(draft, stored)) return null
  const [red, green, blue] = draft.bands.map((_, i) =>
    bytesByOtherRange(
      { low: stored.low[i]!, high: stored.high[i]! },
      { low: draft.low[i]!, high: draft.high[i]! },
    ),
  )
  return red ? [red, green ?? red, blue ?? red] : null
}
