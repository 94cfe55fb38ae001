import { DrydockError } from '../contract/errors.ts'
import { labelFormat } from '../contract/label-formats.ts'
import { areaOf, subtract, unionAll } from '../core/mask/rle.ts'
import type { Rle, Size } from '../core/mask/rle.ts'
import { headOf, onlyFile, stemOf } from './files.ts'
import { DEFAULT_CATEGORY, labelledImage, leaveOut, SIZE_UNKNOWN } from './format.ts'
import type {
  BrokenRow,
  ImageToWrite,
  LabelFormat,
  LabelledImage,
  LabelSink,
  LabelSource,
  Places,
} from './format.ts'
import { GroupedPieces, PieceReader } from './grouped.ts'
import { jsonElements, parseElement } from './json-elements.ts'
import { partsWithHoles, ringsMask, sizeFrom, smallestRectangle } from './shapes.ts'
import type { Ring } from './shapes.ts'
import { fieldsOf, numbersOf, scoreOf, textIn } from './values.ts'
import type { Fields } from './values.ts'

/**
 * GeoJSON: a feature an instance, parts and holes kept, with the image's path in `image`; an image without a ship is a
 * feature without geometry. Coordinates are longitude and latitude where the image lies somewhere (then with measures in
 * metres), else image pixels, down from the top left; what was written says which in `coordinates`.
 */
export const geojson: LabelFormat = {
  ...labelFormat('geojson'),
  canHold: {
    shapes: true,
    turned: true,
    holes: true,
    parts: true,
    overlap: true,
    scores: true,
    categories: true,
  },
  async recognise(source) {
    const head = (await headOf(source))?.toString('latin1') ?? ''
    return /"type"\s*:\s*"FeatureCollection"/.test(head) || /"features"\s*:\s*\[/.test(head)
  },
  read: readGeojson,
  write: writeGeojson,
}

const METRES_PER_DEGREE = 111_320

async function* readGeojson(
  source: LabelSource,
  report: (broken: BrokenRow) => void,
): AsyncGenerator<LabelledImage> {
  const path = onlyFile(source, labelFormat('geojson'))
  const file = await source.open(path)
  try {
    const images = new Map<string, number>()
    const pieces = new GroupedPieces()
    for await (const elements of jsonElements(file, new Set(['features']))) {
      for (const { index, at, bytes } of elements) {
        const line = index + 1
        const feature = fieldsOf(parseElement(bytes))
        if (feature === null) {
          report({ line, place: `feature ${line}`, image: null, reason: 'cannot be read' })
          continue
        }
        // a file that names no image is about the one of its own name
        const image = textIn(fieldsOf(feature['properties'])?.['image']) ?? stemOf(path)
        if (!images.has(image)) images.set(image, images.size)
        pieces.add(images.get(image)!, at, bytes.length, line)
      }
    }
    if (images.size === 0) {
      throw new DrydockError('file_broken', 'This GeoJSON file has no features. Choose another one.')
    }
    const reader = new PieceReader(file)
    for (const [name, group] of images) {
      const known = await source.image([name])
      const image = labelledImage([name], known.size)
      for (const { at, length, line } of pieces.of(group)) {
        const feature = fieldsOf(parseElement(await reader.read(at, length))) ?? {}
        const properties = fieldsOf(feature['properties']) ?? {}
        image.size ??= sizeFrom(properties['width'], properties['height'])
        if (feature['geometry'] === null) continue
        const rle = maskOf(feature, properties, image.size, known.places)
        if (typeof rle === 'string') leaveOut(image, report, { line, place: `feature ${line}`, reason: rle })
        else
          image.instances.push({
            rle,
            line,
            category: textIn(properties['category']),
            score: scoreOf(properties['score']),
          })
      }
      yield image
    }
  } finally {
    await file.close()
  }
}

function maskOf(feature: Fields, properties: Fields, size: Size | null, places: Places | null): Rle | string {
  const geometry = fieldsOf(feature['geometry'])
  const coordinates: readonly unknown[] = Array.isArray(geometry?.['coordinates'])
    ? geometry['coordinates']
    : []
  const kind = textIn(geometry?.['type'])
  const polygons = kind === 'Polygon' ? [coordinates] : kind === 'MultiPolygon' ? coordinates : null
  if (polygons === null) return `is a ${kind ?? 'feature without geometry'}, which covers no pixels`
  if (size === null) return SIZE_UNKNOWN
  if (properties['coordinates'] === 'places' && places === null) {
    return 'is given as longitude and latitude, but its image lies nowhere: it has no georeference'
  }
  const transform = properties['coordinates'] === 'pixels' ? null : places
  const parts: Rle[] = []
  for (const polygon of polygons) {
    const part = polygonOf(polygon, size, transform)
    if (typeof part === 'string') return part
    parts.push(part)
  }
  const rle = parts.length === 1 ? parts[0]! : unionAll(parts)
  return rle.length === 0 ? 'covers no pixel of the image' : rle
}

/** One outer ring and its holes. */
function polygonOf(polygon: unknown, size: Size, places: Places | null): Rle | string {
  const lines: readonly unknown[] = Array.isArray(polygon) ? polygon : []
  const rings: Ring[] = []
  for (const line of lines) {
    const positions: readonly unknown[] = Array.isArray(line) ? line : []
    const ring: number[] = []
    for (const position of positions) {
      const pair = numbersOf(position)
      if (pair === null || pair.length < 2) return 'has a position that is no pair of numbers'
      ring.push(...(places ? places.toPixel(pair[0]!, pair[1]!) : pair.slice(0, 2)))
    }
    rings.push(ring)
  }
  const [outer, ...holes] = rings
  const filled = ringsMask(outer ? [outer] : [], size)
  if (typeof filled === 'string' || holes.length === 0) return filled
  const open = holes.map((ring) => ringsMask([ring], size)).filter((hole) => typeof hole !== 'string')
  return open.length === 0 ? filled : subtract(filled, unionAll(open))
}

async function writeGeojson(images: AsyncIterable<ImageToWrite>, sink: LabelSink): Promise<void> {
  let first = true
  const feature = async (geometry: unknown, properties: Fields): Promise<void> => {
    await sink.append('', `${first ? '' : ','}\n${JSON.stringify({ type: 'Feature', geometry, properties })}`)
    first = false
  }
  await sink.append('', '{"type":"FeatureCollection","features":[')
  for await (const { name, size, instances, places } of images) {
    const common = { image: name, ...size, coordinates: places ? 'places' : 'pixels' }
    if (instances.length === 0) await feature(null, common)
    for (const { rle, category, score } of instances) {
      const parts = partsWithHoles(rle, size).map((rings) => rings.map((ring) => positionsOf(ring, places)))
      const geometry =
        parts.length === 1
          ? { type: 'Polygon', coordinates: parts[0] }
          : { type: 'MultiPolygon', coordinates: parts }
      await feature(geometry, {
        ...common,
        category: category ?? DEFAULT_CATEGORY,
        ...(score === null ? {} : { score }),
        area_px: areaOf(rle),
        ...(places ? metresOf(smallestRectangle(rle, size.height), places) : {}),
      })
    }
  }
  await sink.append('', '\n]}\n')
}

/** A ring as GeoJSON has it: pairs, the first again at the end. */
function positionsOf(ring: Ring, places: Places | null): (readonly [number, number])[] {
  const positions = Array.from({ length: ring.length / 2 }, (_, i): readonly [number, number] => {
    const [x, y] = [ring[2 * i]!, ring[2 * i + 1]!]
    return places ? places.toPlace(x, y) : [x, y]
  })
  return positions.length === 0 ? [] : [...positions, positions[0]!]
}

/** Length and breadth of a rectangle on the ground. */
function metresOf(ring: Ring, places: Places): Fields {
  const corners = positionsOf(ring, places)
  const side = (from: number, to: number): number => {
    const [[ax, ay], [bx, by]] = [corners[from]!, corners[to]!]
    const shrink = Math.cos((((ay + by) / 2) * Math.PI) / 180)
    return Math.hypot((bx - ax) * shrink, by - ay) * METRES_PER_DEGREE
  }
  const sides = [side(0, 1), side(1, 2)].sort((a, b) => b - a).map((metres) => Number(metres.toFixed(2)))
  return { length_m: sides[0], breadth_m: sides[1] }
}
