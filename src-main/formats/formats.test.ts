import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LABEL_FORMAT_IDS } from '../contract/label-formats.ts'
import { areDisjoint } from '../core/metric/overlap.ts'
import { boundsOf, formatRle, fromPredicate, subtract } from '../core/mask/rle.ts'
import type { Rle, Size } from '../core/mask/rle.ts'
import { randomFrom } from '../core/random.ts'
import { memorySink, memorySource, mutated, readDamaged } from '../testing/labels.ts'
import { NO_GROUND } from './format.ts'
import type { CanHold, ImageToWrite, LabelledInstance } from './format.ts'
import { Losses } from './losses.ts'
import { formatOf, recogniseFormat } from './registry.ts'
import { boxRing, outerRings, ringsMask, smallestRectangle } from './shapes.ts'
import type { Ring } from './shapes.ts'
import { exampleOf, IMAGES } from '../testing/label-examples.ts'

/** Masks of arbitrary pixels: with holes, parts, corners that touch. */
const instances = (size: Size) =>
  fc.array(
    fc.record({
      pixels: fc.array(fc.boolean(), {
        minLength: size.width * size.height,
        maxLength: size.width * size.height,
      }),
      category: fc.constantFrom('ship', 'tug boat', 'a<b & "c"', 'häfen'),
      score: fc.option(fc.constantFrom(0.25, 0.5, 1)),
    }),
    { maxLength: 4 },
  )

const SIZES: Record<string, Size> = {
  'a.png': { width: 7, height: 5 },
  'sub/b 1.png': { width: 4, height: 9 },
}

const images = fc.tuple(...Object.values(SIZES).map(instances)).map((all) =>
  Object.entries(SIZES).map(([name, size], i): ImageToWrite => ({
    name,
    size,
    instances: all[i]!.flatMap(({ pixels, category, score }) => {
      const rle = fromPredicate(size, (x, y) => pixels[y * size.width + x]!)
      return rle.length === 0 ? [] : [{ rle, category, score }]
    }),
    ground: () => Promise.resolve(NO_GROUND),
  })),
)

/** What is left of a mask in a format of outlines or boxes along the axes. */
function kept({ shapes, holes }: CanHold, rle: Rle, size: Size): Rle {
  if (shapes && holes) return rle
  const { x, y, width, height } = boundsOf(rle, size.height)!
  return filled(shapes ? outerRings(rle, size) : [boxRing(x, y, x + width, y + height)], size)
}

function filled(rings: readonly Ring[], size: Size): Rle {
  const mask = ringsMask(rings, size)
  if (typeof mask === 'string') throw new Error(mask)
  return mask
}

/**
 * Whether a mask is that of the turned box around another one. Written numbers are rounded, so a pixel whose centre lies on a slanted
 * side may fall to either side.
 */
function isBoxAround(found: Rle, rle: Rle, size: Size): boolean {
  const corners = smallestRectangle(rle, size.height)
  const middle = [0, 1].map((axis) => [0, 2, 4, 6].reduce((sum, at) => sum + corners[at + axis]!, 0) / 4)
  const scaled = (by: number): Rle =>
    filled([corners.map((value, i) => middle[i % 2]! + (value - middle[i % 2]!) * by)], size)
  return subtract(found, scaled(1.001)).length === 0 && subtract(scaled(0.999), found).length === 0
}

describe.each(LABEL_FORMAT_IDS)('%s', (id) => {
  const format = formatOf(id)

  test('what is written is read again, but for what is said to be lost', async () => {
    await fc.assert(
      fc.asyncProperty(images, async (written) => {
        const able = format.canHold.overlap
          ? written
          : written.filter((image) => areDisjoint(image.instances.map(({ rle }) => rle)))
        const { sink, files } = memorySink()
        const all = (async function* () {
          for (const image of able) yield await Promise.resolve(image)
        })()
        await format.write(all, sink, [])
        const source = memorySource(files, SIZES)
        if (able.length === written.length) expect((await recogniseFormat(source)).read).toBe(format.read)
        const turned = !format.canHold.shapes && format.canHold.turned
        const broken: unknown[] = []
        const found = new Map<string, string[]>()
        for await (const { names, instances } of format.read(source, (row) => broken.push(row))) {
          const image = able.find(({ name }) =>
            names.some((one) => name === one || name.startsWith(`${one}.`)),
          )!
          if (turned) {
            for (const [i, { rle }] of instances.entries()) {
              expect(isBoxAround(rle, image.instances[i]!.rle, image.size)).toBe(true)
            }
          }
          found.set(
            image.name,
            instances
              .map(({ rle, category, score }) =>
                JSON.stringify([turned ? null : formatRle(rle), category, score]),
              )
              .sort(),
          )
        }
        const expected = able.map(({ name, size, instances }): [string, string[]] => [
          name,
          instances
            .map(({ rle, category, score }) =>
              JSON.stringify([
                turned ? null : formatRle(kept(format.canHold, rle, size)),
                format.canHold.categories
                  ? id === 'dota'
                    ? category!.replaceAll(' ', '-')
                    : category
                  : null,
                format.canHold.scores ? score : null,
              ]),
            )
            .sort(),
        ])
        expect(broken).toEqual([])
        expect(Object.fromEntries(found)).toEqual(Object.fromEntries(expected))
      }),
      { numRuns: 40, ...(id === 'label-maps' || id === 'masks' ? { numRuns: 15 } : {}) },
    )
  })

  test('damaged files end in labels or a typed error', async () => {
    const files = await exampleOf(id)
    for (let seed = 1; seed <= 150; seed++) {
      const source = memorySource(mutated(files, randomFrom(seed)), IMAGES)
      await recogniseFormat(source).catch(() => null)
      await readDamaged(format.read.bind(format), source)
    }
  })
})

test('what is lost is told by what is there, not by what may be', () => {
  const size = { width: 6, height: 6 }
  const ring = fromPredicate(size, (x, y) => x < 3 && y < 3 && !(x === 1 && y === 1))
  const square = fromPredicate(size, (x, y) => x > 3 && y > 3)
  const two = fromPredicate(size, (x, y) => y === 0 && x !== 3)
  const one = (rle: Rle, category = 'ship') => ({ rle, category, score: 0.5 })
  const lost = (id: Parameters<typeof formatOf>[0], ...rles: Rle[]) => {
    const losses = new Losses(formatOf(id).canHold)
    losses.add(
      rles.map((rle) => one(rle)),
      size,
    )
    return losses.list
  }
  expect(lost('coco-polygons', square)).toEqual([])
  expect(lost('coco-polygons', ring, square)).toEqual(['holes of 1 instance'])
  expect(lost('yolo-detect', square)).toEqual([])
  expect(lost('voc', ring, two)).toEqual(['the shapes of 2 instances (only boxes are kept)', 'scores'])
  expect(lost('label-maps', ring, two)).toEqual([
    'pixels that instances share, on 1 image: the first keeps them',
    'scores',
  ])
})

test.each(['coco-rle', 'coco-polygons', 'labelme', 'geojson'] as const)(
  '%s keeps headings and attributes',
  async (id) => {
    const size = { width: 12, height: 9 }
    const square = (x: number) => fromPredicate(size, (px, py) => px >= x && px < x + 3 && py >= 2 && py < 6)
    const noted = {
      rle: square(1),
      category: 'ship',
      score: null,
      heading: 275.5,
      attributes: { flag: 'PA', 'a "b"': '1' },
    }
    const bare = { rle: square(7), category: 'ship', score: null }
    const { sink, files } = memorySink()
    const images = async function* () {
      yield { name: 'a.png', size, instances: [noted, bare], ground: () => Promise.resolve(NO_GROUND) }
    }
    await formatOf(id).write(images(), sink, [])
    const found = []
    for await (const image of formatOf(id).read(memorySource(files, { 'a.png': size }), () => undefined)) {
      found.push(...image.instances)
    }
    expect(found.map(({ heading, attributes }) => ({ heading, attributes }))).toEqual([
      { heading: noted.heading, attributes: noted.attributes },
      { heading: undefined, attributes: undefined },
    ])
    const losses = new Losses(formatOf('voc').canHold)
    losses.add([noted], size)
    expect(losses.list).toEqual(['heading and attributes of 1 instance'])
  },
)

test.each(['dota', 'voc'] as const)('%s keeps what is difficult, and says what else it loses', async (id) => {
  const size = { width: 12, height: 9 }
  const square = (x: number) => fromPredicate(size, (px, py) => px >= x && px < x + 3 && py >= 2 && py < 6)
  const one = (x: number, attributes?: Record<string, string>) => ({
    ...{ rle: square(x), category: 'ship', score: null },
    ...(attributes && { attributes }),
  })
  const instances = [one(1, { difficult: 'true' }), one(5), one(9, { difficult: '1', flag: 'PA' })]
  const { sink, files } = memorySink()
  const images = async function* () {
    yield { name: 'a.png', size, instances, ground: () => Promise.resolve(NO_GROUND) }
  }
  await formatOf(id).write(images(), sink, [])
  const found = []
  for await (const image of formatOf(id).read(memorySource(files, { 'a.png': size }), () => undefined)) {
    found.push(...image.instances)
  }
  expect(found.map(({ attributes }) => attributes)).toEqual([
    { difficult: '1' },
    undefined,
    { difficult: '1' },
  ])
  const losses = new Losses(formatOf(id).canHold)
  losses.add(instances, size)
  expect(losses.list).toEqual(['heading and attributes of 1 instance'])
})

test('flags of LabelMe are attributes, and what is true or false is a flag again', async () => {
  const shape = {
    ...{
      label: 'ship',
      points: [
        [1, 1],
        [5, 1],
        [5, 4],
      ],
      shape_type: 'polygon',
      group_id: null,
    },
    flags: { occluded: true, moored: false },
  }
  const file = {
    version: '5.5.0',
    flags: {},
    shapes: [shape],
    imagePath: 'a.png',
    imageHeight: 9,
    imageWidth: 12,
  }
  const size = { width: 12, height: 9 }
  const source = memorySource(new Map([['a.json', Buffer.from(JSON.stringify(file))]]), { 'a.png': size })
  const found: LabelledInstance[] = []
  for await (const image of formatOf('labelme').read(source, () => undefined)) found.push(...image.instances)
  expect(found.map(({ attributes }) => attributes)).toEqual([{ occluded: 'true' }])
  const { sink, files } = memorySink()
  const images = async function* () {
    yield { name: 'a.png', size, instances: found, ground: () => Promise.resolve(NO_GROUND) }
  }
  await formatOf('labelme').write(images(), sink, [])
  const written = JSON.parse(String(files.get('a.json'))) as { shapes: unknown[] }
  expect(written.shapes).toMatchObject([{ flags: { occluded: true } }])
})
