import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { toLabelMap } from '../core/mask/rle.ts'
import { readAirbus } from '../formats/airbus.ts'
import sharp from 'sharp'

/**
 * Makes the two pictures of the start view from the sample project, at twice their size on the screen:
 *
 *     node src-main/testing/make-start-pictures.ts resources/sample src-renderer/views/start
 */

/** A part of an image with ships side by side, in px. */
const SHOWN = { image: 'athens-ferries.png', x: 2, y: 120, width: 118, height: 56 }
const SCALE = 5
const COLOURS = ['#5ac8fa', '#ff9d8c', '#97cf7c', '#dfa1ec', '#e3b64f', '#3fd5cb', '#f79abf', '#97b5ff']
const FILL = 0.35
/** px of an outline */
const EDGE = 3

const GRID = [
  'athens-terminal.png',
  'drawn-harbour.jpg',
  'genoa-old-harbour.png',
  'drawn-marina.jpg',
  'genoa-terminal.png',
  'drawn-roads.jpg',
  'athens-strait.png',
  'drawn-anchorage.jpg',
]
const CELL = { width: 124, height: 104 }
const GAP = 16

const [sample, out] = process.argv.slice(2)
if (sample === undefined || out === undefined) throw new Error('make-start-pictures.ts SAMPLE FOLDER')

/** The instances' colours over the crop: filled lightly, their border solid, as the canvas shows truth. */
async function marks(file: string): Promise<Buffer> {
  const size = await sharp(file).metadata()
  const labels = readAirbus(await readFile(join(sample!, 'truth.csv'))).images.get(SHOWN.image)
  const map = toLabelMap(
    (labels ?? []).map(({ rle }) => rle),
    { width: size.width, height: size.height },
  )
  const at = (x: number, y: number) => map[y * size.width + x] ?? 0
  const width = SHOWN.width * SCALE
  const pixels = Buffer.alloc(width * SHOWN.height * SCALE * 4)
  for (let i = 0; i < pixels.length / 4; i++) {
    const [px, py] = [i % width, Math.floor(i / width)]
    const [x, y] = [SHOWN.x + Math.floor(px / SCALE), SHOWN.y + Math.floor(py / SCALE)]
    const label = at(x, y)
    if (label === 0) continue
    const [fx, fy] = [px % SCALE, py % SCALE]
    const border =
      (fx < EDGE && at(x - 1, y) !== label) ||
      (fx >= SCALE - EDGE && at(x + 1, y) !== label) ||
      (fy < EDGE && at(x, y - 1) !== label) ||
      (fy >= SCALE - EDGE && at(x, y + 1) !== label)
    const colour = Number.parseInt(COLOURS[label % COLOURS.length]!.slice(1), 16)
    pixels.writeUInt32BE(((colour << 8) | Math.round(255 * (border ? 1 : FILL))) >>> 0, i * 4)
  }
  return pixels
}

const file = join(sample, 'images', SHOWN.image)
const [width, height] = [SHOWN.width * SCALE, SHOWN.height * SCALE]
await sharp(file)
  .extract({ left: SHOWN.x, top: SHOWN.y, width: SHOWN.width, height: SHOWN.height })
  .resize(width, height, { kernel: 'cubic' })
  .removeAlpha()
  .composite([{ input: await marks(file), raw: { width, height, channels: 4 } }])
  .webp({ quality: 82 })
  .toFile(join(out, 'sample.webp'))

const corners = Buffer.from(`<svg><rect width="${CELL.width}" height="${CELL.height}" rx="6" ry="6"/></svg>`)
const cells = await Promise.all(
  GRID.map(async (name, i) => ({
    input: await sharp(join(sample, 'images', name))
      .resize(CELL.width, CELL.height)
      .ensureAlpha()
      .composite([{ input: corners, blend: 'dest-in' }])
      .png()
      .toBuffer(),
    left: (i % 4) * (CELL.width + GAP),
    top: Math.floor(i / 4) * (CELL.height + GAP),
  })),
)
await sharp({
  create: {
    width: 4 * CELL.width + 3 * GAP,
    height: 2 * CELL.height + GAP,
    channels: 4,
    background: { r: 0, g: 0, b: 0, alpha: 0 },
  },
})
  .composite(cells)
  .webp({ quality: 78 })
  .toFile(join(out, 'images.webp'))
