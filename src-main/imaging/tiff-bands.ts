import type { GeoTIFFImage } from 'geotiff'
import type { Band } from '../contract/wire.ts'
import type { Photometric } from '../core/mapping/bands.ts'
import type { TiffLayout } from './tiff-layout.ts'
import { tagNumber } from './tiff-layout.ts'

/** What a TIFF's samples mean. @param tag PhotometricInterpretation */
export function photometricOf(tag: number | null): Photometric {
  return tag === 0 ? 'inverted' : tag === 2 ? 'rgb' : tag === 1 || tag === null ? 'grey' : 'other'
}

/** The bands of a TIFF: names from GDAL's metadata, transparency from ExtraSamples 1 and 2 alone, nodata from GDAL's tag. */
export async function bandsOf(image: GeoTIFFImage, { samples, type, bits }: TiffLayout): Promise<Band[]> {
  const tags = image.getFileDirectory()
  const photometric = photometricOf(tagNumber(tags.getValue('PhotometricInterpretation')))
  const colours = photometric === 'rgb' ? 3 : 1
  const nodata = nodataValue(tags.getValue('GDAL_NODATA'), type)
  const extra = extraSamples(tags.getValue('ExtraSamples'))
  const bands: Band[] = []
  for (let i = 0; i < samples; i++) {
    const kind = i < colours ? 0 : (extra[i - (samples - extra.length)] ?? 0)
    const alpha = kind === 1 ? 'multiplied' : kind === 2 ? 'straight' : null
    const plain = photometric === 'rgb' ? ['Red', 'Green', 'Blue'][i] : samples === 1 ? 'Grey' : undefined
    const described = await descriptionOf(image, i)
    const name = described ?? (alpha ? 'Alpha' : (plain ?? `Band ${i + 1}`))
    bands.push({ name, type, bits, nodata: alpha ? null : nodata, alpha })
  }
  return bands
}

function extraSamples(value: unknown): number[] {
  if (typeof value === 'number') return [value]
  return value instanceof Uint16Array || value instanceof Uint8Array || Array.isArray(value)
    ? Array.from(value as ArrayLike<unknown>, (kind) => tagNumber(kind) ?? 0)
    : []
}

/** GDAL writes text; floats of 32 bits hold the nearest they can. NaN is missing data anyway. */
function nodataValue(text: unknown, type: Band['type']): number | null {
  if (typeof text !== 'string') return null
  const trimmed = text.replaceAll('\0', '').trim()
  const value = trimmed === '' ? NaN : Number(trimmed)
  if (!Number.isFinite(value)) return null
  return type === 'float32' ? Math.fround(value) : value
}

async function descriptionOf(image: GeoTIFFImage, band: number): Promise<string | null> {
  // a damaged description is no reason not to show the picture
  const metadata = await image.getGDALMetadata(band).catch(() => null)
  const text = metadata?.['DESCRIPTION']
  return typeof text === 'string' && text.trim() !== '' ? text.trim().slice(0, 80) : null
}
