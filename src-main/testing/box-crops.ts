import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Rle, Size } from '../core/mask/rle.ts'
import { areaOf, labelMapToRles, toLabelMap } from '../core/mask/rle.ts'
import type { Random } from '../core/random.ts'
import { between, randomFrom } from '../core/random.ts'
import { CELLS, cropOf } from '../core/smart-box/crop.ts'
import type { TurnedBox } from '../core/smart-box/turned-box.ts'
import { boxAlong, fromBox } from '../core/smart-box/turned-box.ts'
import type { Layout } from '../core/synthetic/layouts.ts'
import { makeSyntheticScene } from '../core/synthetic/scene.ts'
import { readAirbus } from '../formats/airbus.ts'
import { decodeImage } from '../imaging/decode.ts'
import { axisOf, boxAlongShip, uprightBox } from './rough-boxes.ts'

/** Crops around rough boxes with their truth, which the smart box's network learns from. */

export const CELL_COUNT = CELLS * CELLS

/** Bytes keep tens of thousands of them small. [CELLS, CELLS] each, 0..255. */
export interface BoxCrop {
  box: TurnedBox
  /** [CELLS, CELLS, 3] */
  colours: Uint8Array
  /** how much of a cell is the ship's, and how much another ship's */
  share: Uint8Array
  taken: Uint8Array
}

/** Smaller ships are not learnt from, px. */
const SMALLEST = 16
const SIDE = 512
const LAYOUTS: readonly Layout[] = ['open', 'anchorage', 'raft', 'harbour', 'coast', 'open', 'harbour', 'raft', 'marina', 'coast'] // prettier-ignore
/** of one synthetic scene, and boxes of each of them */
const MOST_SHIPS = 14
const BOXES = 4
/** Real scenes are few: more boxes of each ship. */
const REAL_BOXES = 40
/** Scenes of sen2ships that are learnt from; the other four are for figures. */
const SCENES = ['algiers', 'busan', 'cartagena', 'hedland', 'marseille', 'qingdao', 'valencia']

/** Crops of `count` synthetic scenes. */
export function* drawnCrops(seed: number, count: number): Generator<BoxCrop> {
  for (let k = 0; k < count; k++) {
    const random = randomFrom((seed + k) * 7 + 1)
    const size = { width: SIDE, height: SIDE }
    const layout = LAYOUTS[k % LAYOUTS.length]!
    const { image, labels } = makeSyntheticScene(seed + k, { ...size, layout })
    const ships = [...labelMapToRles(labels, SIDE, SIDE).entries()]
    const chosen = ships.filter(([, rle]) => areaOf(rle) >= SMALLEST).slice(0, MOST_SHIPS)
    for (const [n, rle] of chosen) {
      const boxes = Array.from({ length: BOXES }, () => roughBox(rle, size, random))
      yield* cropsOf({ ...size, data: image.data }, labels, n + 1, boxes)
    }
  }
}

/** Crops of the real scenes. @param folder with `images/` and `masks.csv` */
export async function* realCrops(folder: string): AsyncGenerator<BoxCrop> {
  const { images } = readAirbus(readFileSync(join(folder, 'masks.csv')))
  for (const name of SCENES) {
    const file = `${name}.png`
    const image = await decodeImage(join(folder, 'images', file))
    const ships = (images.get(file) ?? []).map(({ rle }) => rle)
    const labels = Uint16Array.from(toLabelMap(ships, image))
    const random = randomFrom(file.length * 31)
    for (const [n, rle] of ships.entries()) {
      if (areaOf(rle) < SMALLEST) continue
      const boxes = Array.from({ length: REAL_BOXES }, () => roughBox(rle, image, random))
      yield* cropsOf(image, labels, n + 1, boxes)
    }
  }
}

/** Half of them dragged, the others along the axis: by two clicks, and turned a little. */
function roughBox(rle: Rle, size: Size, random: Random): TurnedBox {
  const kind = random()
  const most = random() < 0.2 ? between(random, 0.02, 0.1) : between(random, 0.1, 0.3)
  const off = () => between(random, -most, most)
  if (kind < 0.5) return uprightBox(rle, size, off)
  const turn = random() < 0.5 ? Math.PI : 0
  if (kind < 0.7) {
    const axis = axisOf(rle, size)
    const [u, v] = [0.4 * axis.length, 0.5 * axis.breadth]
    const end = (at: number) => fromBox(axis, at * axis.length + off() * u, off() * v)
    const clicked = boxAlong(end(-0.5), end(0.5), 2.5)
    return { ...clicked, angle: clicked.angle + turn }
  }
  const box = boxAlongShip(rle, size, off)
  return { ...box, angle: box.angle + turn + (random() < 0.5 ? 0 : between(random, -0.25, 0.25)) }
}

interface Pixels extends Size {
  data: Uint8Array | Uint8ClampedArray
}

function* cropsOf(
  { width, height, data }: Pixels,
  labels: Uint16Array,
  label: number,
  boxes: readonly TurnedBox[],
): Generator<BoxCrop> {
  const asked = {
    picture: { area: { x: 0, y: 0, width, height }, pixels: data, step: 3 as const },
    ship: Uint8Array.from(labels, (at) => (at === label ? 1 : 0)),
    taken: Uint8Array.from(labels, (at) => (at !== label && at !== 0 ? 1 : 0)),
    water: new Uint8Array(labels.length),
  }
  const bytes = (values: Float32Array, by: number) =>
    Uint8Array.from(values, (value) => Math.round(value * by))
  for (const box of boxes) {
    const { colours, ship, taken } = cropOf(asked, box)
    yield { box, colours: bytes(colours, 1), share: bytes(ship, 255), taken: bytes(taken, 255) }
  }
}
