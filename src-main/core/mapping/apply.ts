import type { Band, Mapping, SampleRange } from '../../contract/wire.ts'
import type { SampleArray } from './sample-array.ts'

/** The 8 bits of one sample; see {@link Mapping}. */
export function byteOf(sample: number, low: number, high: number, nodata: number | null): number {
  if (isMissing(sample, nodata) || low === high) return 0
  return Math.max(0, Math.min(255, Math.round((255 * (sample - low)) / (high - low))))
}

/**
 * What the bytes that one range gave are by another: [256], 0..255. Samples beyond the first are not known any more: they stand at its ends.
 */
export function bytesByOtherRange(made: SampleRange, wanted: SampleRange): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, byte) =>
    byteOf(made.low + (byte / 255) * (made.high - made.low), wanted.low, wanted.high, null),
  )
}

/** Whether bytes stay what they are: such a mapping changes nothing, whichever bands it shows. */
export function isPlain({ low, high, nodata }: Mapping): boolean {
  return nodata === null && low.every((value) => value === 0) && high.every((value) => value === 255)
}

/** Transparency beside the samples: its full value, and whether colours are multiplied by it already. */
export interface Alpha {
  full: number
  kind: NonNullable<Band['alpha']>
}

/**
 * The 8-bit RGB of samples, [pixels, 3]; what is transparent fades to black.
 * @param data [pixels, shown bands + 1 where `alpha`]: the bands in the order of the mapping
 */
export function toRgb(data: SampleArray, mapping: Mapping, alpha: Alpha | null): Uint8Array {
  const shown = mapping.bands.length
  const stride = alpha ? shown + 1 : shown
  if (shown === 3 && !alpha && data instanceof Uint8Array && isPlain(mapping)) return data
  const pixels = data.length / stride
  const rgb = new Uint8Array(pixels * 3)
  for (let band = 0; band < shown; band++) {
    const bytes = bytesOf(data, mapping, band)
    for (let p = 0, at = band; p < pixels; p++, at += stride) rgb[p * 3 + band] = bytes(data[at]!)
  }
  if (alpha?.kind === 'straight') {
    for (let p = 0; p < pixels; p++) {
      const opaque = data[p * stride + shown]! / alpha.full
      if (opaque >= 1) continue
      for (let band = 0; band < shown; band++)
        rgb[p * 3 + band] = Math.round(rgb[p * 3 + band]! * Math.max(0, opaque))
    }
  }
  if (shown === 1) {
    for (let p = 0; p < rgb.length; p += 3) rgb[p + 1] = rgb[p + 2] = rgb[p]!
  }
  return rgb
}

/**
 * Where there are data: [pixels], 0 where none of the bands shown has any, else 255; null: everywhere.
 * @param data as for {@link toRgb}
 */
export function opacityOf(data: SampleArray, { bands, nodata }: Mapping, alpha: boolean): Uint8Array | null {
  const floats = data instanceof Float32Array || data instanceof Float64Array
  if (nodata === null && !floats) return null
  const shown = bands.length
  const stride = alpha ? shown + 1 : shown
  let opacity: Uint8Array | null = null
  for (let at = 0; at < data.length; at += stride) {
    let band = 0
    while (band < shown && isMissing(data[at + band]!, nodata)) band++
    if (band < shown) continue
    opacity ??= new Uint8Array(data.length / stride).fill(255)
    opacity[at / stride] = 0
  }
  return opacity
}

function isMissing(sample: number, nodata: number | null): boolean {
  return sample === nodata || Number.isNaN(sample)
}

/** Beyond so many samples a table of all 65,536 values is faster than computing. */
const TABLE_FROM = 1 << 17

function bytesOf(
  data: SampleArray,
  { low, high, nodata }: Mapping,
  band: number,
): (sample: number) => number {
  const [from, to] = [low[band]!, high[band]!]
  const shortest = data instanceof Uint16Array ? 0 : data instanceof Int16Array ? -32768 : null
  if (shortest === null || data.length < TABLE_FROM) return (sample) => byteOf(sample, from, to, nodata)
  const table = Uint8Array.from({ length: 65_536 }, (_, i) => byteOf(i + shortest, from, to, nodata))
  return (sample) => table[sample - shortest]!
}
