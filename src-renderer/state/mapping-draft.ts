import type { Mapping, WantedMapping } from '../../src-main/contract/wire.ts'

/** A mapping while a person changes it. */
export type MappingDraft = WantedMapping

export function draftOf({ bands, low, high, nodata }: Mapping): MappingDraft {
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
  }
}

/** Another lowest or highest sample, one for all bands shown. */
export function withEnd(draft: MappingDraft, end: 'low' | 'high', value: number): MappingDraft {
  return { ...draft, [end]: draft.bands.map(() => value) }
}
