import { DrydockError } from '../contract/errors.ts'
import type { RandomFile } from './format.ts'
import { jsonElements, parseElement } from './json-elements.ts'
import { fieldsOf, numbersOf, textIn } from './values.ts'

/** A line, or single points, of a GeoJSON file. */
export interface MapPiece {
  kind: 'line' | 'points'
  /** whether positions are image pixels; else longitude and latitude in degrees */
  inPixels: boolean
  /** what the file calls the image that it is about; null: any that it reaches */
  image: string | null
  /** x, y, x, y, ... */
  positions: Float64Array
}

/** A piece has no more positions, so that what lies on an image is found without the rest. */
export const PIECE_POSITIONS = 256

/** A file with more is simplified first: nobody sees so much, and all of it is kept with the project. */
const MOST_POSITIONS = 2_000_000

/**
 * The lines and points that a GeoJSON file draws, in pieces: outlines of polygons as lines, positions beyond the second number left out.
 * @throws DrydockError `file_broken` where it is no GeoJSON, draws nothing or too much
 */
export async function* readMapPieces(file: RandomFile): AsyncGenerator<MapPiece> {
  let positions = 0
  const points = new Points()
  for await (const elements of jsonElements(file, new Set(['features']))) {
    for (const { bytes } of elements) {
      const feature = fieldsOf(parseElement(bytes))
      if (!feature) continue
      const properties = fieldsOf(feature['properties'])
      const about = {
        image: textIn(properties?.['image']),
        inPixels: properties?.['coordinates'] === 'pixels',
      }
      for (const { kind, positions: line } of shapesOf(feature['geometry'])) {
        positions += line.length / 2
        if (positions > MOST_POSITIONS) throw tooMuch()
        const piece = { kind, ...about, inPixels: about.inPixels || !onEarth(line), positions: line }
        if (kind === 'points') yield* points.take(piece)
        else yield* cut(piece)
      }
    }
  }
  yield* points.rest()
  if (positions === 0) {
    throw new DrydockError(
      'file_broken',
      'This file draws nothing: it has no features with lines, areas or points. Choose a GeoJSON file.',
    )
  }
}

function tooMuch(): DrydockError {
  return new DrydockError(
    'file_broken',
    `This file has more than ${MOST_POSITIONS} positions. Cut out what you need or simplify it: ogr2ogr -simplify 0.0001 OUT.geojson IN.geojson`,
  )
}

/** Whether positions can be longitude and latitude. */
function onEarth(positions: Float64Array): boolean {
  return positions.every((value, i) => Math.abs(value) <= (i % 2 === 0 ? 360 : 90))
}

interface Shape {
  kind: MapPiece['kind']
  positions: Float64Array
}

function* shapesOf(value: unknown, depth = 0): Generator<Shape> {
  const geometry = fieldsOf(value)
  const kind = textIn(geometry?.['type'])
  if (kind === 'GeometryCollection') {
    // a damaged file may have collections in collections without end
    if (depth < 4) for (const part of listOf(geometry?.['geometries'])) yield* shapesOf(part, depth + 1)
    return
  }
  const coordinates = listOf(geometry?.['coordinates'])
  switch (kind) {
    case 'Point':
      yield* lineOf([coordinates], 'points')
      return
    case 'MultiPoint':
      yield* lineOf(coordinates, 'points')
      return
    case 'LineString':
      yield* lineOf(coordinates, 'line')
      return
    case 'MultiLineString':
    case 'Polygon':
      for (const line of coordinates) yield* lineOf(listOf(line), 'line')
      return
    case 'MultiPolygon':
      for (const polygon of coordinates)
        for (const line of listOf(polygon)) yield* lineOf(listOf(line), 'line')
      return
    case null:
    default:
  }
}

/** What is no position is left out. */
function* lineOf(list: readonly unknown[], kind: Shape['kind']): Generator<Shape> {
  const numbers = list.flatMap((position) => {
    const pair = numbersOf(position)
    return pair && pair.length >= 2 ? pair.slice(0, 2) : []
  })
  if (numbers.length >= (kind === 'line' ? 4 : 2)) yield { kind, positions: Float64Array.from(numbers) }
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

/** A long line in pieces, each of which begins where the one before it ends. */
function* cut(piece: MapPiece): Generator<MapPiece> {
  const last = piece.positions.length / 2 - 1
  for (let from = 0; from < last; from += PIECE_POSITIONS - 1) {
    const to = Math.min(last + 1, from + PIECE_POSITIONS)
    yield { ...piece, positions: piece.positions.slice(2 * from, 2 * to) }
  }
}

/** Points that lie near each other come together, so that few pieces reach an image. */
class Points {
  readonly #cells = new Map<string, { piece: MapPiece; positions: number[] }>()

  /** @returns those that are enough for a piece now */
  take(piece: MapPiece): MapPiece[] {
    const full: MapPiece[] = []
    const side = piece.inPixels ? 4096 : 0.5
    for (let i = 0; i < piece.positions.length; i += 2) {
      const [x, y] = [piece.positions[i]!, piece.positions[i + 1]!]
      const key = `${piece.inPixels} ${Math.floor(x / side)} ${Math.floor(y / side)} ${piece.image ?? ''}`
      const cell = this.#cells.get(key) ?? { piece, positions: [] }
      this.#cells.set(key, cell)
      cell.positions.push(x, y)
      if (cell.positions.length < 2 * PIECE_POSITIONS) continue
      full.push({ ...piece, positions: Float64Array.from(cell.positions) })
      this.#cells.delete(key)
    }
    return full
  }

  rest(): MapPiece[] {
    return [...this.#cells.values()].map(({ piece, positions }) => ({
      ...piece,
      positions: Float64Array.from(positions),
    }))
  }
}
