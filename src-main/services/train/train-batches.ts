import type { FalseAlarms, TrainBatch, ValidationImage } from '../../contract/engine.ts'
import { DrydockError } from '../../contract/errors.ts'
import { areaOf, labelMapToRles, subtract, toLabelMap, unionAll, eachColumnRun } from '../../core/mask/rle.ts'
import type { Rle, Size } from '../../core/mask/rle.ts'
import type { Random } from '../../core/random.ts'
import { randomFrom, seedFrom } from '../../core/random.ts'
import type { Crop, Marked, MarkedShip } from '../../core/sampling/crop.ts'
import { CROP_SETTINGS, sampleCrop, sizeSum } from '../../core/sampling/crop.ts'
import { makeSyntheticScene } from '../../core/synthetic/scene.ts'
import { decodeImage } from '../../imaging/decode.ts'
import type { TrainPlan, TrainSource } from './train-plan.ts'
import { furtherWindows, trainedWindows, validationWindows } from './train-plan.ts'

/** Decoded images that are kept, in bytes. */
const CACHE_BYTES = 384 * 1024 * 1024

/** Synthetic scenes that are drawn from at a time, and how many crops are cut from each: making one takes far longer. */
const [POOL, CROPS_OF_A_SCENE] = [64, 12]

/** Seeds of streams that must not meet. */
const [SAMPLES, SCENES] = [1, 2]

/** What an image that cannot be read shows. */
const NOTHING: ValidationImage = {
  image: { width: 1, height: 1, data: new Uint8Array(3) },
  ...{ truth: [], ignored: [] },
}

/** An image that could not be read and was left out. */
export interface Skipped {
  file: string
  reason: string
}

/**
 * Makes the batches of a training plan. What a batch holds follows from seed, step and false alarms alone, whoever makes it and
 * in whatever order. An image that cannot be read any more is passed over, for another one or a synthetic scene.
 */
export class BatchMaker {
  readonly #plan: TrainPlan
  readonly #cache = new MarkedCache(CACHE_BYTES)
  readonly #scenes = new Map<number, Marked>()
  /** running sums of how often each source is drawn: for ships, and for anything */
  readonly #byShips: Float64Array
  readonly #byArea: Float64Array
  readonly skipped = new Map<string, string>()

  constructor(plan: TrainPlan) {
    this.#plan = plan
    this.#byShips = runningSums(plan.sources, ({ truth }) => shipsWeight(truth, plan.sizeExponent))
    this.#byArea = runningSums(plan.sources, ({ width, height }) => Math.sqrt(width * height))
  }

  /** @param alarms where crops may be taken, in images as {@link trainedWindows} counts them */
  async batch(step: number, alarms: FalseAlarms['places'] = []): Promise<TrainBatch> {
    const { batch, crop, seed } = this.#plan
    const images = new Uint8Array(batch * crop * crop * 3)
    const labels = new Uint16Array(batch * crop * crop)
    for (let i = 0; i < batch; i++) {
      const sample = await this.#sample(step, alarms, randomFrom(seedFrom(seed, SAMPLES, step, i)))
      images.set(sample.image, i * crop * crop * 3)
      labels.set(sample.labels, i * crop * crop)
    }
    return { images, labels, batch, crop }
  }

  /** @throws DrydockError as `decodeImage`: a score over fewer images would not be the same score */
  async validation(index: number): Promise<ValidationImage> {
    const plan = this.#plan
    const validation = validationWindows(plan)
    const further = furtherWindows(plan)
    const window = [...validation, ...further][index]
    if (!window) return this.#trained(index - validation.length - further.length)
    if (window.kind === 'synthetic') {
      const { image, labels } = makeSyntheticScene(window.seed, { width: 512, height: 512 })
      return { image, truth: labelMapToRles(labels, image.width, image.height), ignored: [] }
    }
    const sources = index < validation.length ? plan.validation : plan.further
    return windowOf(await this.#cache.get(sources[window.source]!), window)
  }

  /** One that cannot be read any more shows nothing. */
  async #trained(index: number): Promise<ValidationImage> {
    const window = trainedWindows(this.#plan)[index]
    if (!window) throw new DrydockError('not_found', 'There is no such validation image.', { index })
    const marked = await this.#read(this.#plan.sources[window.source]!)
    return marked ? windowOf(marked, window) : NOTHING
  }

  async #sample(step: number, alarms: FalseAlarms['places'], random: Random): Promise<Crop> {
    const { sources, synthetic, crop, magnify, sizeExponent } = this.#plan
    if (sources.length > 0 && random() >= synthetic.share) {
      const near = random() < CROP_SETTINGS.nearShip && this.#byShips.at(-1)! > 0
      const scale = [CROP_SETTINGS.scale[0], magnify] as const
      const settings = { ...CROP_SETTINGS, crop, scale, sizeExponent, nearShip: near ? 1 : 0 }
      const alarm = near ? null : await this.#atFalseAlarm(alarms, random)
      if (alarm) return sampleCrop(alarm, random, { ...settings, nearShip: 1 })
      for (let attempt = 0; attempt < 4; attempt++) {
        const source = sources[draw(near ? this.#byShips : this.#byArea, random)]!
        const marked = await this.#read(source)
        if (marked) return sampleCrop(marked, random, settings)
      }
    }
    return sampleCrop(this.#scene(step, random), random, { ...CROP_SETTINGS, crop, sizeExponent })
  }

  /** An image with a place where something was taken for a ship wrongly, as if that were its only ship; null: not this time. Each image alike, however many it has. */
  async #atFalseAlarm(alarms: FalseAlarms['places'], random: Random): Promise<Marked | null> {
    const { falseAlarmShare, sources } = this.#plan
    if (falseAlarmShare === 0 || random() * (1 - CROP_SETTINGS.nearShip) >= falseAlarmShare) return null
    const images = [...Map.groupBy(alarms, ({ image }) => image).values()]
    const ofImage = images[Math.floor(random() * images.length)]
    const place = ofImage?.[Math.floor(random() * ofImage.length)]
    const window = place && trainedWindows(this.#plan)[place.image]
    const marked = window ? await this.#read(sources[window.source]!) : null
    return marked && { ...marked, ships: [{ x: window!.x + place!.x, y: window!.y + place!.y, area: 1 }] }
  }

  /** A synthetic scene: of so many, or of a pool through which new ones pass, each drawn from several times. */
  #scene(step: number, random: Random): Marked {
    const { synthetic, crop, batch, seed } = this.#plan
    const passed = Math.floor((step * batch * synthetic.share) / CROPS_OF_A_SCENE)
    const all = synthetic.scenes ?? Infinity
    const drawn = passed + Math.floor(random() * Math.min(POOL, all))
    const number = Number.isFinite(all) ? drawn % all : drawn
    const known = this.#scenes.get(number)
    if (known) return known
    const made = makeSyntheticScene(seedFrom(seed, SCENES, number), { width: 2 * crop, height: 2 * crop })
    const marked = { ...made, ignored: null, ships: pointsOf(made.labels, 2 * crop) }
    this.#scenes.set(number, marked)
    const [oldest] = this.#scenes.keys()
    if (this.#scenes.size > POOL) this.#scenes.delete(oldest!)
    return marked
  }

  async #read(source: TrainSource): Promise<Marked | null> {
    if (this.skipped.has(source.file)) return null
    try {
      return await this.#cache.get(source)
    } catch (error) {
      if (!(error instanceof DrydockError)) throw error
      this.skipped.set(source.file, error.message)
      return null
    }
  }
}

/** How often an image is drawn for its ships: more often with more ships, though not in proportion, and with smaller ones. */
function shipsWeight(truth: readonly Rle[], exponent: number): number {
  const ships = truth.map((rle) => ({ area: areaOf(rle) })).filter(({ area }) => area > 0)
  return ships.length === 0 ? 0 : sizeSum(ships, exponent) / Math.sqrt(ships.length)
}

/** A pixel of each ship. */
function pointsOf(labels: Uint16Array, width: number): MarkedShip[] {
  const pixels = new Map<number, number[]>()
  labels.forEach((label, p) => {
    if (label) (pixels.get(label) ?? pixels.set(label, []).get(label)!).push(p)
  })
  return [...pixels.values()].map((own) => {
    const middle = own[own.length >> 1]!
    return { x: middle % width, y: Math.floor(middle / width), area: own.length }
  })
}

function windowOf(
  { image, labels, ignored }: Marked,
  { x, y, width, height }: { x: number; y: number; width: number; height: number },
): ValidationImage {
  const data = new Uint8Array(width * height * 3)
  const cut = new Int32Array(width * height)
  const areas = new Uint8Array(width * height)
  for (let row = 0; row < height; row++) {
    const from = (y + row) * image.width + x
    data.set(image.data.subarray(from * 3, (from + width) * 3), row * width * 3)
    cut.set(labels.subarray(from, from + width), row * width)
    if (ignored) areas.set(ignored.subarray(from, from + width), row * width)
  }
  const truth = labelMapToRles(cut, width, height).filter((rle) => rle.length > 0)
  return {
    ...{ image: { width, height, data }, truth },
    ignored: ignored ? labelMapToRles(areas, width, height) : [],
  }
}

function runningSums(sources: readonly TrainSource[], weight: (source: TrainSource) => number): Float64Array {
  let sum = 0
  return Float64Array.from(sources, (source) => (sum += weight(source)))
}

function draw(sums: Float64Array, random: Random): number {
  const at = random() * sums.at(-1)!
  const found = sums.findIndex((sum) => sum > at)
  return found < 0 ? sums.length - 1 : found
}

/** Decoded images with their label maps, the least recently used ones dropped first. */
class MarkedCache {
  readonly #limit: number
  readonly #kept = new Map<string, Marked>()
  #bytes = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  async get(source: TrainSource): Promise<Marked> {
    const known = this.#kept.get(source.file)
    if (known) {
      this.#kept.delete(source.file)
      this.#kept.set(source.file, known)
      return known
    }
    const marked = await readMarked(source)
    this.#kept.set(source.file, marked)
    this.#bytes += bytesOfMarked(marked)
    for (const [file, oldest] of this.#kept) {
      if (this.#bytes <= this.#limit || file === source.file) break
      this.#kept.delete(file)
      this.#bytes -= bytesOfMarked(oldest)
    }
    return marked
  }
}

function bytesOfMarked({ image, labels, ignored }: Marked): number {
  return image.data.byteLength + labels.byteLength + (ignored?.byteLength ?? 0)
}

async function readMarked(source: TrainSource): Promise<Marked> {
  const image = await decodeImage(source.file, { mapping: source.mapping })
  const labels = toLabelMap(source.truth, image)
  const ships = source.truth.flatMap((rle) => {
    // the middle of the middle run lies on or near the ship
    const middle = 2 * Math.floor(rle.length / 4)
    const start = rle[middle]
    if (start === undefined) return []
    const position = start - 1 + Math.floor(rle[middle + 1]! / 2)
    return [{ x: Math.floor(position / image.height), y: position % image.height, area: areaOf(rle) }]
  })
  return { image, labels, ignored: ignoredIn(source, image), ships }
}

/** 1 where nobody can tell; ships that are marked there stay ships. */
function ignoredIn({ ignored = [], truth }: TrainSource, { width, height }: Size): Uint8Array | null {
  const area = subtract(unionAll(ignored), unionAll(truth))
  if (area.length === 0) return null
  const pixels = new Uint8Array(width * height)
  eachColumnRun(area, height, (x, y, length) => {
    for (let row = y; row < y + length; row++) pixels[row * width + x] = 1
  })
  return pixels
}
