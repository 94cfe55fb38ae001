import type { MapShapes } from '../../contract/wire.ts'
import type { Places } from './places.ts'

/** A box in degrees or pixels. */
export interface Bounds {
  west: number
  south: number
  east: number
  north: number
}

/** The box of positions: x, y, x, y, ... */
export function boundsOfPositions(positions: ArrayLike<number>): Bounds {
  const bounds = { west: Infinity, south: Infinity, east: -Infinity, north: -Infinity }
  for (let i = 0; i + 1 < positions.length; i += 2) {
    bounds.west = Math.min(bounds.west, positions[i]!)
    bounds.east = Math.max(bounds.east, positions[i]!)
    bounds.south = Math.min(bounds.south, positions[i + 1]!)
    bounds.north = Math.max(bounds.north, positions[i + 1]!)
  }
  return bounds
}

/** Places along each side of an image that are asked for its box on the earth: sides bend there. */
const ALONG = 16

/** The box on the earth that an image lies in, in degrees; a little more at each side. @param size in px */
export function boundsOnEarth(places: Places, { width, height }: { width: number; height: number }): Bounds {
  const positions: number[] = []
  for (let i = 0; i <= ALONG; i++) {
    const share = i / ALONG
    for (const [x, y] of [
      [share * width, 0],
      [share * width, height],
      [0, share * height],
      [width, share * height],
    ] as const) {
      const { longitude, latitude } = places.toPlace(x, y)
      positions.push(longitude, latitude)
    }
  }
  const { west, south, east, north } = boundsOfPositions(positions)
  const [aside, above] = [(east - west) / 50, (north - south) / 50]
  return { west: west - aside, south: south - above, east: east + aside, north: north + above }
}

/** Steps shorter than this are left out of a line, in px. */
const FINEST = 0.5

/** Beyond the image a line is drawn no further than this, in px: a projection may say anything far from where it holds. */
const FAR = 1e6

/** A line in image pixels, in parts where some of it cannot be said. @param places null: it is in pixels already */
export function lineOnImage(positions: ArrayLike<number>, places: Places | null): MapShapes['lines'] {
  const lines: number[][] = []
  let line: number[] = []
  for (let i = 0; i + 1 < positions.length; i += 2) {
    const { x, y } = pixelOf(positions[i]!, positions[i + 1]!, places)
    if (!(Math.abs(x) < FAR && Math.abs(y) < FAR)) {
      if (line.length > 2) lines.push(line)
      line = []
      continue
    }
    const last = i + 3 >= positions.length
    if (last || !isNear(line, x, y)) line.push(rounded(x), rounded(y))
  }
  if (line.length > 2) lines.push(line)
  return lines
}

function isNear(line: readonly number[], x: number, y: number): boolean {
  const [beforeX, beforeY] = line.slice(-2)
  return beforeX !== undefined && Math.hypot(x - beforeX, y - beforeY!) < FINEST
}

/** Points in image pixels that lie on an image. */
export function pointsOnImage(
  positions: ArrayLike<number>,
  places: Places | null,
  { width, height }: { width: number; height: number },
): number[] {
  const points: number[] = []
  for (let i = 0; i + 1 < positions.length; i += 2) {
    const { x, y } = pixelOf(positions[i]!, positions[i + 1]!, places)
    if (x >= 0 && y >= 0 && x <= width && y <= height) points.push(rounded(x), rounded(y))
  }
  return points
}

function pixelOf(x: number, y: number, places: Places | null): { x: number; y: number } {
  return places === null ? { x, y } : places.toPixel({ longitude: x, latitude: y })
}

function rounded(value: number): number {
  // no -0
  return Math.round(value * 100) / 100 + 0
}
