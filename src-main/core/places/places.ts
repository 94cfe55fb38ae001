import proj4 from 'proj4'
import type { Georeference } from '../../contract/wire.ts'
import { projectionOf } from './projection.ts'

/** A place on the earth in degrees, WGS 84: east and north are positive. */
export interface Place {
  longitude: number
  latitude: number
}

/** Pixels and places of one image. Pixels are corners: the centre of pixel (x, y) is (x + 0.5, y + 0.5). */
export interface Places {
  toPlace(x: number, y: number): Place
  toPixel(place: Place): { x: number; y: number }
}

/** Of WGS 84: half the long axis in metres, and the square of the eccentricity. */
const AXIS = 6_378_137
const ECCENTRICITY_2 = 0.006_694_379_990_141_316

/** @returns null where the reference system is not said, or not known without a network */
export function placesOf({ crs, transform: [a, b, c, d, e, f] }: Georeference): Places | null {
  const projection = projectionOf(crs)
  const determinant = a * e - b * d
  if (!projection || determinant === 0) return null
  let system: { forward(at: number[]): number[]; inverse(at: number[]): number[] }
  try {
    system = proj4(projection.definition)
  } catch {
    // a definition from a file, which may say anything
    return null
  }
  return {
    toPlace(x, y) {
      const [longitude = NaN, latitude = NaN] = system.inverse([a * x + b * y + c, d * x + e * y + f])
      return { longitude, latitude }
    },
    toPixel({ longitude, latitude }) {
      const [east = NaN, north = NaN] = system.forward([longitude, latitude])
      const [u, v] = [east - c, north - f]
      return { x: (e * u - b * v) / determinant, y: (a * v - d * u) / determinant }
    },
  }
}

/**
 * How many metres on the ground a pixel is wide and high, at the image's middle: at its latitude where the system is of
 * degrees or stretches towards the poles, as the one of web maps does.
 * @param size of the image in px
 * @returns null where that is not known
 */
export function pixelMetres(
  georeference: Georeference,
  size: { width: number; height: number },
): { x: number; y: number } | null {
  const {
    crs,
    transform: [a, b, , d, e],
  } = georeference
  const projection = projectionOf(crs)
  if (!projection) return null
  if (projection.trueToScale) return { x: Math.hypot(a, d), y: Math.hypot(b, e) }
  const places = placesOf(georeference)
  if (!places) return null
  const [x, y] = [size.width / 2, size.height / 2]
  const middle = places.toPlace(x, y)
  const metres = {
    x: metresBetween(middle, places.toPlace(x + 1, y)),
    y: metresBetween(middle, places.toPlace(x, y + 1)),
  }
  return Number.isFinite(metres.x) && Number.isFinite(metres.y) ? metres : null
}

/** Metres between two places that are near each other, along the ellipsoid's curvature there. */
export function metresBetween(from: Place, to: Place): number {
  const radian = Math.PI / 180
  const latitude = ((from.latitude + to.latitude) / 2) * radian
  const bent = 1 - ECCENTRICITY_2 * Math.sin(latitude) ** 2
  const alongMeridian = (AXIS * (1 - ECCENTRICITY_2)) / bent ** 1.5
  const alongParallel = (AXIS / Math.sqrt(bent)) * Math.cos(latitude)
  const turned = ((to.longitude - from.longitude + 540) % 360) - 180
  return Math.hypot(turned * radian * alongParallel, (to.latitude - from.latitude) * radian * alongMeridian)
}
