import { DrydockError } from '../contract/errors.ts'
import { labelFormat } from '../contract/label-formats.ts'
import { areaOf, subtract, unionAll } from '../core/mask/rle.ts'
import type { Rle, Size } from '../core/mask/rle.ts'
import { measure } from '../core/places/measure.ts'
import type { Places } from '../core/places/places.ts'
import { headOf, onlyFile, stemOf } from './files.ts'
import { DEFAULT_CATEGORY, HOLDS, labelledImage, leaveOut, SIZE_UNKNOWN } from './format.ts'
import type { BrokenRow, ImageToWrite, LabelFormat, LabelledImage, LabelSink, LabelSource } from './format.ts'
import { GroupedPieces, PieceReader } from './grouped.ts'
import { jsonElements, parseElement } from './json-elements.ts'
import { partsWithHoles, ringsMask, sizeFrom } from './shapes.ts'
import type { Ring } from './shapes.ts'
import { fieldsOf, notesIn, notesOf, numbersOf, scoreIn, textIn } from './values.ts'
import type { Fields } from './values.ts'

/**
 * GeoJSON: a feature an instance, parts and holes kept, with the image's path in `image`; an image without a ship is a
 * feature without geometry. Coordinates are longitude and latitude where the image lies somewhere, else image pixels, down
 * from the top left; what was written says which in `coordinates`. With measures in metres where the size of a pixel is known.
 */
export const geojson: LabelFormat = {
  ...labelFormat('geojson'),
  canHold: {
    ...HOLDS.pixels,
    scores: true,
    categories: true,
    notes: 'all',
  },
  async recognise(source) {
    const head = (await headOf(source))?.toString('latin1') ?? ''
    return /"type"\s*:\s*"FeatureCollection"/.test(head) || /"features"\s*:\s*\[/.test(head)
  },
  read: readGeojson,
  write: writeGeojson,
}

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
      const image = labelledImage([name], await source.size([name]))
      /** undefined: not asked for yet; a file of pixels needs none */
      let places: Places | null | undefined
      for (const { at, length, line } of pieces.of(group)) {
        const feature = fieldsOf(parseElement(await reader.read(at, length))) ?? {}
        const properties = fieldsOf(feature['properties']) ?? {}
        image.size ??= sizeFrom(properties['width'], properties['height'])
        if (feature['geometry'] === null) continue
        if (properties['coordinates'] !== 'pixels') places ??= await source.places([name])
        const rle = maskOf(feature, properties, image.size, places ?? null)
        if (typeof rle === 'string') leaveOut(image, report, { line, place: `feature ${line}`, reason: rle })
        else
          image.instances.push({
            rle,
            line,
            category: textIn(properties['category']),
            score: scoreIn(properties['score']),
            ...notesIn(properties),
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
      ring.push(...pixelOf(pair[0]!, pair[1]!, places))
    }
    rings.push(ring)
  }
  const [outer, ...holes] = rings
  const filled = ringsMask(outer ? [outer] : [], size)
  if (typeof filled === 'string' || holes.length === 0) return filled
  const open = holes.map((ring) => ringsMask([ring], size)).filter((hole) => typeof hole !== 'string')
  return open.length === 0 ? filled : subtract(filled, unionAll(open))
}

/** A position of a file in pixels. */
function pixelOf(first: number, second: number, places: Places | null): [x: number, y: number] {
  if (places === null) return [first, second]
  const { x, y } = places.toPixel({ longitude: first, latitude: second })
  return [x, y]
}

async function writeGeojson(images: AsyncIterable<ImageToWrite>, sink: LabelSink): Promise<void> {
  let first = true
  const feature = async (geometry: unknown, properties: Fields): Promise<void> => {
    await sink.append('', `${first ? '' : ','}\n${JSON.stringify({ type: 'Feature', geometry, properties })}`)
    first = false
  }
  await sink.append('', '{"type":"FeatureCollection","features":[')
  for await (const { name, size, instances, ground } of images) {
    const { places, pixelMetres } = await ground()
    const common = { image: name, ...size, coordinates: places ? 'places' : 'pixels' }
    if (instances.length === 0) await feature(null, common)
    for (const instance of instances) {
      const { rle, category, score } = instance
      const parts = partsWithHoles(rle, size).map((rings) => rings.map((ring) => closedPairs(ring, places)))
      const geometry =
        parts.length === 1
          ? { type: 'Polygon', coordinates: parts[0] }
          : { type: 'MultiPolygon', coordinates: parts }
      await feature(geometry, {
        ...common,
        category: category ?? DEFAULT_CATEGORY,
        ...(score === null ? {} : { score }),
        ...notesOf(instance),
        area_px: areaOf(rle),
        ...(pixelMetres ? metresOf(rle, size, pixelMetres) : {}),
      })
    }
  }
  await sink.append('', '\n]}\n')
}

/** A ring as GeoJSON has it: pairs, the first again at the end. */
function closedPairs(ring: Ring, places: Places | null): (readonly [number, number])[] {
  const positions = Array.from({ length: ring.length / 2 }, (_, i): readonly [number, number] => {
    const [x, y] = [ring[2 * i]!, ring[2 * i + 1]!]
    if (places === null) return [x, y]
    const { longitude, latitude } = places.toPlace(x, y)
    return [longitude, latitude]
  })
  return positions.length === 0 ? [] : [...positions, positions[0]!]
}

/** Length and breadth on the ground, to the centimetre, as the list of instances says them. */
function metresOf(rle: Rle, { height }: Size, pixelMetres: { x: number; y: number }): Fields {
  const { length, breadth } = measure(rle, height, pixelMetres)
  return { length_m: Number(length.toFixed(2)), breadth_m: Number(breadth.toFixed(2)) }
}
