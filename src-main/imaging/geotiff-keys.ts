import type { GeoTIFFImage } from 'geotiff'
import type { Georeference } from '../contract/wire.ts'

/** A code that stands for "defined by the file itself". */
const OF_ITS_OWN = 32_767

/** Where a GeoTIFF says that its pixels lie; null where it does not, or says nothing usable. */
export function georeferenceOf(image: GeoTIFFImage): Georeference | null {
  try {
    const transform = transformOf(image)
    return transform && { crs: crsOf(image), transform }
  } catch {
    // damaged keys are no reason not to show the picture
    return null
  }
}

function transformOf(image: GeoTIFFImage): Georeference['transform'] | null {
  const tags = image.getFileDirectory()
  const matrix = numbersOf(tags.getValue('ModelTransformation'))
  const scale = numbersOf(tags.getValue('ModelPixelScale'))
  const points = numbersOf(tags.getValue('ModelTiepoint'))
  let transform: Georeference['transform'] | null = null
  if (matrix.length >= 8) {
    const [a = 0, b = 0, , c = 0, d = 0, e = 0, , f = 0] = matrix
    transform = [a, b, c, d, e, f]
  } else if (scale.length >= 2 && points.length >= 6) {
    const [a = 0, e = 0] = scale
    const [i = 0, j = 0, , x = 0, y = 0] = points
    transform = [a, 0, x - i * a, 0, -e, y + j * e]
  }
  if (!transform || !transform.every(Number.isFinite)) return null
  const [a, b, c, d, e, f] = transform
  if (a * e === b * d) return null
  // where pixels are points the first one's centre was given
  const pointy = image.getGeoKeys()?.GTRasterTypeGeoKey === 2
  return pointy ? [a, b, c - (a + b) / 2, d, e, f - (d + e) / 2] : transform
}

function crsOf(image: GeoTIFFImage): string | null {
  const keys = image.getGeoKeys()
  if (!keys) return null
  const codes = [keys.ProjectedCSTypeGeoKey, keys.GeographicTypeGeoKey] as unknown[]
  const [projected, geographic] = codes
  const code = isCode(projected)
    ? projected
    : projected === undefined && isCode(geographic)
      ? geographic
      : null
  if (code !== null) return `EPSG:${code}`
  const citation: unknown = keys.GTCitationGeoKey
  return typeof citation === 'string' && citation !== '' ? citation : null
}

function isCode(value: unknown): value is number {
  return typeof value === 'number' && value > 0 && value !== OF_ITS_OWN
}

function numbersOf(value: unknown): number[] {
  return value instanceof Float64Array || value instanceof Float32Array ? [...value] : []
}
