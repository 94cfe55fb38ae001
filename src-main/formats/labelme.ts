import { labelFormat } from '../contract/label-formats.ts'
import { pixelsOf, unionAll } from '../core/mask/rle.ts'
import type { Rle, Size } from '../core/mask/rle.ts'
import { folderOf, someLooksLike, stemOf, textOf, withEnding } from './files.ts'
import { DEFAULT_CATEGORY, HOLDS, labelledImage, leaveOut, SIZE_UNKNOWN } from './format.ts'
import type {
  BrokenRow,
  ImageToWrite,
  LabelFormat,
  LabelSink,
  LabelSource,
  LabelledImage,
  Notes,
} from './format.ts'
import { maskOfRaster } from './rasters.ts'
import { boxRing, outerRings, ringsMask, sizeFrom } from './shapes.ts'
import type { Ring } from './shapes.ts'
import { fieldsOf, notesIn, notesOf, numberOf, numbersOf, scoreIn, textIn } from './values.ts'
import type { Fields } from './values.ts'

/**
 * LabelMe: a JSON file an image, with shapes in image pixels; X-AnyLabeling's with its scores and rotated boxes too. Shapes
 * of one label and one `group_id` are parts of one instance.
 */
export const labelme: LabelFormat = {
  ...labelFormat('labelme'),
  canHold: {
    ...HOLDS.outlines,
    scores: true,
    categories: true,
    notes: 'all',
  },
  recognise: (source) =>
    someLooksLike(
      source,
      withEnding(source, 'json'),
      (head) => /"shapes"\s*:\s*\[/.test(head) && /^\s*\{/.test(head),
    ),
  read: readLabelme,
  write: writeLabelme,
}

interface Instance extends Notes {
  parts: Rle[]
  line: number
  category: string | null
  score: number | null
}

async function* readLabelme(
  source: LabelSource,
  report: (broken: BrokenRow) => void,
): AsyncGenerator<LabelledImage> {
  for (const path of withEnding(source, 'json')) {
    const data = await parsed(source, path, report)
    if (data === null) continue
    const named = textIn(data['imagePath'])?.replaceAll('\\', '/') ?? null
    const last = named?.slice(named.lastIndexOf('/') + 1)
    const folder = folderOf(path)
    const names = last === undefined ? [stemOf(path)] : [folder + last, ...(named === null ? [] : [named])]
    const size = sizeFrom(data['imageWidth'], data['imageHeight']) ?? (await source.size(names))
    const shapes: readonly unknown[] = Array.isArray(data['shapes']) ? data['shapes'] : []
    const image = labelledImage(names, size)
    const instances = new Map<string, Instance>()
    for (const [i, shape] of shapes.entries()) {
      const line = i + 1
      const fields = fieldsOf(shape)
      const rle = fields ? await maskOfShape(source, fields, size) : 'is no object'
      if (typeof rle === 'string' || fields === null) {
        leaveOut(image, report, { line, place: `${path}, shape ${line}`, reason: String(rle) })
        continue
      }
      const category = textIn(fields['label'])
      const group = numberOf(fields['group_id'])
      const key = group === null ? `shape ${line}` : `${group} ${category}`
      const known = instances.get(key)
      if (known) known.parts.push(rle)
      else {
        const score = scoreIn(fields['score'])
        instances.set(key, { parts: [rle], line, category, score, ...notesIn(withFlags(fields)) })
      }
    }
    yield {
      ...image,
      instances: [...instances.values()].map(({ parts, ...instance }) => ({
        ...instance,
        rle: parts.length === 1 ? parts[0]! : unionAll(parts),
      })),
    }
  }
}

/** LabelMe's flags are attributes that are true or false; X-AnyLabeling has attributes of its own beside them. */
function withFlags(shape: Fields): Fields {
  const raised = Object.entries(fieldsOf(shape['flags']) ?? {}).filter(([, up]) => up === true)
  return { ...shape, attributes: { ...Object.fromEntries(raised), ...fieldsOf(shape['attributes']) } }
}

async function parsed(
  source: LabelSource,
  path: string,
  report: (broken: BrokenRow) => void,
): Promise<Fields | null> {
  let data: Fields | null = null
  try {
    data = fieldsOf(JSON.parse(await textOf(source, path)))
  } catch {
    // said below
  }
  if (data && 'shapes' in data) return data
  report({ line: null, place: path, image: null, reason: 'is no LabelMe file' })
  return null
}

/** A shape's mask, or what is wrong with it. */
async function maskOfShape(source: LabelSource, shape: Fields, size: Size | null): Promise<Rle | string> {
  if (size === null) return SIZE_UNKNOWN
  const points: readonly unknown[] = Array.isArray(shape['points']) ? shape['points'] : []
  const pairs = points.map(numbersOf)
  if (pairs.some((pair) => pair?.length !== 2)) return 'has a point that is no pair of numbers'
  const ring = pairs.flatMap((pair) => pair ?? [])
  const kind = textIn(shape['shape_type']) ?? 'polygon'
  switch (kind) {
    case 'polygon':
    case 'rotation':
    case 'quadrilateral':
      return ringsMask([ring], size)
    case 'rectangle':
      return ringsMask([ring.length === 4 ? boxOf(ring) : ring], size)
    case 'circle':
      return ring.length === 4 ? ringsMask([circleOf(ring)], size) : 'is a circle without centre and edge'
    case 'mask':
      return maskImage(source, shape['mask'], ring, size)
    default:
      return `is a ${kind.slice(0, 20)}, which covers no pixels`
  }
}

function boxOf(ring: Ring): Ring {
  const [x0, y0, x1, y1] = ring as [number, number, number, number]
  return boxRing(Math.min(x0, x1), Math.min(y0, y1), Math.max(x0, x1), Math.max(y0, y1))
}

function circleOf(ring: Ring): Ring {
  const [x, y, ex, ey] = ring as [number, number, number, number]
  const radius = Math.hypot(ex - x, ey - y)
  return Array.from({ length: 128 }, (_, i) => {
    const angle = (Math.floor(i / 2) / 64) * 2 * Math.PI
    return i % 2 === 0 ? x + radius * Math.cos(angle) : y + radius * Math.sin(angle)
  })
}

/** A mask as a picture in the file, which lies at the first point. */
async function maskImage(source: LabelSource, mask: unknown, ring: Ring, size: Size): Promise<Rle | string> {
  const text = textIn(mask)
  const [left, top] = [Math.round(ring[0] ?? NaN), Math.round(ring[1] ?? NaN)]
  if (text === null || !Number.isFinite(left) || !Number.isFinite(top))
    return 'is a mask without a picture or a place'
  const raster = await source.raster(Buffer.from(text, 'base64')).catch(() => null)
  if (raster === null) return 'has a mask whose picture cannot be read'
  const inside = pixelsOf(maskOfRaster(raster), raster)
  const runs: number[] = []
  for (const pixel of inside) {
    const [x, y] = [left + (pixel % raster.width), top + Math.floor(pixel / raster.width)]
    if (x >= 0 && y >= 0 && x < size.width && y < size.height) runs.push(x * size.height + y + 1, 1)
  }
  return runs.length === 0 ? 'covers no pixel of the image' : unionAll([Uint32Array.from(runs)])
}

async function writeLabelme(images: AsyncIterable<ImageToWrite>, sink: LabelSink): Promise<void> {
  for await (const { name, size, instances } of images) {
    const shapes = instances.flatMap((instance, i) => {
      const { rle, category, score } = instance
      const rings = outerRings(rle, size)
      return rings.map((ring) => ({
        label: category ?? DEFAULT_CATEGORY,
        points: Array.from({ length: ring.length / 2 }, (_, at) => [ring[2 * at]!, ring[2 * at + 1]!]),
        group_id: rings.length > 1 ? i + 1 : null,
        description: '',
        shape_type: 'polygon',
        flags: flagsOf(instance),
        ...(score === null ? {} : { score }),
        ...notesOf(instance),
      }))
    })
    const data = {
      version: '5.5.0',
      flags: {},
      shapes,
      imagePath: name.slice(name.lastIndexOf('/') + 1),
      imageData: null,
      imageHeight: size.height,
      imageWidth: size.width,
    }
    await sink.append(`${stemOf(name)}.json`, `${JSON.stringify(data)}\n`)
  }
}

/** Attributes that are true or false are flags too, so that LabelMe itself shows them. */
function flagsOf({ attributes = {} }: Notes): Record<string, boolean> {
  const flags = Object.entries(attributes).filter(([, text]) => text === 'true' || text === 'false')
  return Object.fromEntries(flags.map(([name, text]) => [name, text === 'true']))
}
