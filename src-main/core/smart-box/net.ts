import { fromFloat16 } from '../float16.ts'
import { CELLS, CHANNELS } from './crop.ts'
import { multiply } from './product.ts'
import { Room, convolve3, filterAtPlaces } from './winograd.ts'

/** The network that sees which cells of a crop are the ship's: a small U-Net in plain arrays, because the page has no tfjs. */

export interface Layer {
  /** side of the kernel */
  readonly kernel: number
  readonly from: number
  readonly to: number
}

const [A, B, C, D] = [12, 24, 48, 72]
/** In the order in which the weights are kept: for each [kernel, kernel, from, to], then [to] of bias. `model/box-net.ts` trains the same. */
export const LAYERS = {
  a: { kernel: 3, from: CHANNELS, to: A },
  b: { kernel: 3, from: A, to: B },
  c: { kernel: 3, from: B, to: B },
  d: { kernel: 3, from: B, to: C },
  e: { kernel: 3, from: C, to: C },
  f: { kernel: 3, from: C, to: D },
  g: { kernel: 3, from: D, to: D },
  h: { kernel: 3, from: D, to: D },
  up2: { kernel: 1, from: D, to: C },
  at2: { kernel: 3, from: C, to: C },
  up1: { kernel: 1, from: C, to: B },
  at1: { kernel: 3, from: B, to: B },
  up0: { kernel: 1, from: B, to: A },
  at0: { kernel: 3, from: A, to: A },
  out: { kernel: 1, from: A, to: 1 },
} as const satisfies Record<string, Layer>

export type LayerName = keyof typeof LAYERS

export const WEIGHTS = Object.values(LAYERS).reduce(
  (sum, { kernel, from, to }) => sum + kernel * kernel * from * to + to,
  0,
)

/** Values of square maps, [side, side, channels]. */
interface Maps {
  side: number
  channels: number
  values: Float32Array
}

interface Convolution {
  /** [kernel, kernel, from, to] */
  filter: Float64Array
  /** the same as `winograd.ts` takes it; of kernels of 3 x 3 */
  atPlaces: Float64Array
  bias: Float32Array
}

export class BoxNet {
  readonly #layers = new Map<string, Convolution>()
  // maps of half the side have no more than twice the channels
  readonly #room = new Room(CELLS, A)

  /** @param weights [WEIGHTS] @throws Error where they are of another network */
  constructor(weights: Float32Array) {
    if (weights.length !== WEIGHTS)
      throw new Error(`${WEIGHTS} weights were expected, ${weights.length} came`)
    let at = 0
    const next = (count: number) => weights.subarray(at, (at += count))
    for (const [name, { kernel, from, to }] of Object.entries(LAYERS)) {
      const filter = next(kernel * kernel * from * to)
      const atPlaces = kernel === 3 ? filterAtPlaces(filter) : new Float64Array()
      this.#layers.set(name, { filter: Float64Array.from(filter), atPlaces, bias: next(to) })
    }
  }

  /** @param bytes the weights in half precision, little-endian @throws Error where they are of another network */
  static fromBytes(bytes: ArrayBuffer): BoxNet {
    const view = new DataView(bytes)
    const length = Math.floor(bytes.byteLength / 2)
    return new BoxNet(Float32Array.from({ length }, (_, i) => fromFloat16(view.getUint16(2 * i, true))))
  }

  /** @param input [CELLS, CELLS, CHANNELS] @returns [CELLS, CELLS] log odds that a cell is the ship's */
  run(input: Float32Array): Float32Array {
    const a = relu(this.#near({ side: CELLS, channels: CHANNELS, values: input }, 'a'))
    const c = this.#further(relu(this.#halved(a, 'b')), 'c')
    const e = this.#further(relu(this.#halved(c, 'd')), 'e')
    const h = this.#further(this.#further(relu(this.#halved(e, 'f')), 'g'), 'h')
    const at2 = this.#further(reluOfDoubled(this.#own(h, 'up2'), e), 'at2')
    const at1 = this.#further(reluOfDoubled(this.#own(at2, 'up1'), c), 'at1')
    const at0 = this.#further(reluOfDoubled(this.#own(at1, 'up0'), a), 'at0')
    return this.#own(at0, 'out').values
  }

  #further(maps: Maps, name: LayerName): Maps {
    return relu(this.#near(maps, name), maps)
  }

  /** Each cell by itself. */
  #own({ side, values }: Maps, name: LayerName): Maps {
    const { from, to } = LAYERS[name]
    const { inward, outward } = this.#room
    inward.set(values)
    return this.#product(name, side, from, to, inward, outward)
  }

  /** Each cell by those around it. */
  #near({ side, values }: Maps, name: LayerName): Maps {
    const { atPlaces, bias } = this.#layers.get(name)!
    const { from, to } = LAYERS[name]
    const out = convolve3(values, { side, from, to }, atPlaces, this.#room)
    addTo(out, bias)
    return { side, channels: to, values: out }
  }

  /** Every other cell by those around it, padded as tfjs does for 'same': the odd row and column lie behind. */
  #halved({ side, channels, values }: Maps, name: LayerName): Maps {
    const { kernel, to } = LAYERS[name]
    const { inward, outward } = this.#room
    const half = side / 2
    for (let y = 0, at = 0; y < half; y++) {
      for (let x = 0; x < half; x++) {
        for (let j = 2 * y; j < 2 * y + kernel; j++) {
          // cells of a row lie one behind the other
          const there = j < side ? Math.min(kernel, side - 2 * x) * channels : 0
          const from = (j * side + 2 * x) * channels
          for (let k = 0; k < there; k++) inward[at + k] = values[from + k]!
          for (let k = there; k < kernel * channels; k++) inward[at + k] = 0
          at += kernel * channels
        }
      }
    }
    return this.#product(name, half, kernel * kernel * channels, to, inward, outward)
  }

  #product(
    name: LayerName,
    side: number,
    inner: number,
    to: number,
    inward: Float64Array,
    outward: Float64Array,
  ): Maps {
    const { filter, bias } = this.#layers.get(name)!
    const cells = side * side
    multiply(
      { values: inward, at: 0 },
      { values: filter, at: 0 },
      { values: outward, at: 0 },
      cells,
      inner,
      to,
    )
    const values = new Float32Array(outward.subarray(0, cells * to))
    addTo(values, bias)
    return { side, channels: to, values }
  }
}

/** @param values [cells, bias.length], changed in place */
function addTo(values: Float32Array, bias: Float32Array): void {
  const channels = bias.length
  for (let p = 0; p < values.length; p += channels) {
    for (let k = 0; k < channels; k++) values[p + k]! += bias[k]!
  }
}

/** In place; of the sum with others where there are any. */
function relu(maps: Maps, others?: Maps): Maps {
  const { values } = maps
  const plus = others?.values
  for (let i = 0; i < values.length; i++) {
    const value = plus ? values[i]! + plus[i]! : values[i]!
    values[i] = value > 0 ? value : 0
  }
  return maps
}

/** Of twice as many cells each way, each value four times, and others of that size. */
function reluOfDoubled({ side, channels, values }: Maps, others: Maps): Maps {
  const out = new Float32Array(values.length * 4)
  for (let y = 0, p = 0; y < 2 * side; y++) {
    for (let x = 0; x < 2 * side; x++) {
      const from = ((y >> 1) * side + (x >> 1)) * channels
      for (let k = 0; k < channels; k++, p++) {
        const value = values[from + k]! + others.values[p]!
        out[p] = value > 0 ? value : 0
      }
    }
  }
  return { side: 2 * side, channels, values: out }
}
