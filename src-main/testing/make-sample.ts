import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { RgbImage } from '../contract/engine.ts'
import type { ImageStatus, Split } from '../contract/wire.ts'
import type { Rle } from '../core/mask/rle.ts'
import { labelMapToRles, toLabelMap } from '../core/mask/rle.ts'
import type { Layout } from '../core/synthetic/layouts.ts'
import { makeSyntheticScene } from '../core/synthetic/scene.ts'
import { readAirbus, writeAirbus } from '../formats/airbus.ts'
import { decodeImage } from '../imaging/decode.ts'
import sharp from 'sharp'

/**
 * Makes the images, truth and description of the sample project:
 *
 *     node src-main/testing/make-sample.ts SEN2SHIPS_FOLDER resources/sample
 *
 * SEN2SHIPS_FOLDER holds images/ and masks.csv. Real parts come only from the scenes of Athens and Genoa, which the
 * base model never trains on (resources/base-model/RECIPE.md); no two parts overlap. With images that are finished and images that are
 * not, ships side by side, a harbour, and images without ships.
 */

interface Part {
  name: string
  status: ImageStatus
  split: Split
}

/** A part of a scene, in px of the scene. */
interface CutPart extends Part {
  scene: string
  box: readonly [x: number, y: number, width: number, height: number]
}

interface DrawnPart extends Part {
  layout: Layout
  seed: number
  /** side in px */
  side?: number
  /** panchromatic, against the sun: ships darker than the water, as no image that the base model learnt from */
  glint?: boolean
}

const CUT: readonly CutPart[] = [
  {
    name: 'athens-terminal',
    scene: 'athens.png',
    box: [540, 575, 300, 200],
    status: 'done',
    split: 'validation',
  },
  { name: 'athens-strait', scene: 'athens.png', box: [200, 560, 256, 256], status: 'done', split: 'train' },
  { name: 'athens-ferries', scene: 'athens.png', box: [842, 588, 180, 187], status: 'done', split: 'train' },
  {
    name: 'athens-anchorage',
    scene: 'athens.png',
    box: [480, 776, 448, 232],
    status: 'done',
    split: 'train',
  },
  {
    name: 'athens-open-sea',
    scene: 'athens.png',
    box: [570, 1009, 272, 136],
    status: 'no ship',
    split: 'validation',
  },
  {
    name: 'genoa-terminal',
    scene: 'genoa.png',
    box: [180, 140, 320, 200],
    status: 'done',
    split: 'validation',
  },
  {
    name: 'genoa-old-harbour',
    scene: 'genoa.png',
    box: [1640, 290, 300, 240],
    status: 'to do',
    split: 'train',
  },
]

const DRAWN: readonly DrawnPart[] = [
  { name: 'drawn-harbour', layout: 'harbour', seed: 108, status: 'done', split: 'train' },
  { name: 'drawn-rafted-ships', layout: 'raft', seed: 107, status: 'done', split: 'train' },
  { name: 'drawn-side-by-side', layout: 'raft', seed: 103, status: 'done', split: 'train' },
  { name: 'drawn-anchorage', layout: 'anchorage', seed: 108, status: 'done', split: 'train' },
  { name: 'drawn-roads', layout: 'anchorage', seed: 103, status: 'done', split: 'train' },
  { name: 'drawn-marina', layout: 'marina', seed: 108, status: 'in progress', split: 'train' },
  { name: 'drawn-at-sea', layout: 'open', seed: 107, status: 'to do', split: 'train' },
  ...(
    [
      { name: 'glint-anchorage', layout: 'anchorage', seed: 203, split: 'train' },
      { name: 'glint-haze', layout: 'anchorage', seed: 205, split: 'train' },
      { name: 'glint-quay', layout: 'harbour', seed: 203, split: 'train' },
      { name: 'glint-rafted-ships', layout: 'raft', seed: 203, split: 'train' },
      { name: 'glint-pier', layout: 'harbour', seed: 204, split: 'validation' },
      { name: 'glint-roads', layout: 'anchorage', seed: 202, split: 'validation' },
      { name: 'glint-ships-at-anchor', layout: 'anchorage', seed: 206, split: 'validation' },
      { name: 'glint-small-craft', layout: 'anchorage', seed: 210, split: 'validation' },
    ] as const
  ).map((part) => ({ ...part, status: 'done' as const, side: 320, glint: true })),
]

/** Side of a drawn image in px. */
const SIDE = 512

const CREDITS = [
  'Parts named athens-* and genoa-* contain modified Copernicus Sentinel data 2022-2023; images and masks from sen2ships, copyright (c) 2023 ShipDetectionExperts, MIT licence.',
  'Parts named drawn-* and glint-* are synthetic, made by Drydock.',
]

const [source, out] = process.argv.slice(2)
if (source === undefined || out === undefined) {
  console.error('Usage: node src-main/testing/make-sample.ts SEN2SHIPS_FOLDER OUT')
  process.exit(2)
}

const truth: [string, Rle[]][] = []
const described: { path: string; status: ImageStatus; split: Split }[] = []

/** Images that nobody has finished keep no truth. */
function describe(path: string, { status, split }: Part, masks: Rle[]): void {
  if (status === 'no ship' && masks.length > 0) throw new Error(`${path} has ${masks.length} ships`)
  if (status === 'done' || status === 'no ship') truth.push([path, masks])
  described.push({ path, status, split })
}

async function cut(
  images: string,
  labels: ReadonlyMap<string, readonly { rle: Rle }[]>,
  part: CutPart,
): Promise<void> {
  const scene = await decodeImage(join(source!, 'images', part.scene))
  const [x, y, width, height] = part.box
  const whole = toLabelMap(
    (labels.get(part.scene) ?? []).map(({ rle }) => rle),
    scene,
  )
  const window = new Int32Array(width * height)
  for (let row = 0; row < height; row++) {
    const from = (y + row) * scene.width + x
    window.set(whole.subarray(from, from + width), row * width)
  }
  const path = `${part.name}.png`
  await raw(scene)
    .extract({ left: x, top: y, width, height })
    .png({ compressionLevel: 9 })
    .toFile(join(images, path))
  describe(
    path,
    part,
    labelMapToRles(window, width, height).filter((rle) => rle.length > 0),
  )
}

async function draw(images: string, part: DrawnPart): Promise<void> {
  const { layout, seed, side = SIDE, glint = false } = part
  const { image, labels } = makeSyntheticScene(seed, { width: side, height: side, layout })
  const path = `${part.name}.jpg`
  await raw(glint ? againstTheSun(image) : image)
    .jpeg({ quality: 92 })
    .toFile(join(images, path))
  describe(path, part, labelMapToRles(labels, side, side))
}

/** Brightness alone, and turned round: what mirrors the sun is bright, and what stands on the water dark. */
function againstTheSun({ width, height, data }: RgbImage): RgbImage {
  const turned = new Uint8Array(data.length)
  for (let i = 0; i < data.length; i += 3) {
    const brightness = 0.3 * data[i]! + 0.59 * data[i + 1]! + 0.11 * data[i + 2]!
    turned.fill(225 - 0.8 * brightness, i, i + 3)
  }
  return { width, height, data: turned }
}

function raw({ width, height, data }: RgbImage): ReturnType<typeof sharp> {
  return sharp(data, { raw: { width, height, channels: 3 } })
}

const images = resolve(out, 'images')
await rm(images, { recursive: true, force: true })
await mkdir(images, { recursive: true })
const labels = readAirbus(await readFile(join(source, 'masks.csv')))
for (const part of CUT) await cut(images, labels.images, part)
for (const part of DRAWN) await draw(images, part)
truth.sort(([a], [b]) => (a < b ? -1 : 1))
described.sort((a, b) => (a.path < b.path ? -1 : 1))
await writeFile(resolve(out, 'truth.csv'), [...writeAirbus(truth)].join(''))
await writeFile(
  resolve(out, 'sample.json'),
  `${JSON.stringify({ name: 'Sample', credits: CREDITS, images: described }, null, 2)}\n`,
)
const ships = truth.reduce((sum, [, masks]) => sum + masks.length, 0)
console.log(`${described.length} images, ${truth.length} of them with truth, ${ships} ships`)
