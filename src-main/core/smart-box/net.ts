import { fromFloat16 } from '../float16.ts'
import { CELLS, CHANNELS } from './crop.ts'

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
  filter: Float32Array
  bias: Float32Array
}

export class BoxNet {
  readonly #layers = new Map<string, Convolution>()

  /** @param weights [WEIGHTS] @throws Error where they are of another network */
  constructor(weights: Float32Array) {
    if (weights.length !== WEIGHTS)
      throw new Error(`${WEIGHTS} weights were expected, ${weights.length} came`)
    let at = 0
    const next = (count: number) => weights.subarray(at, (at += count))
    for (const [name, { kernel, from, to }] of Object.entries(LAYERS)) {
      this.#layers.set(name, { filter: next(kernel * kernel * from * to), bias: next(to) })
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
    const a = relu(this.#conv({ side: CELLS, channels: CHANNELS, values: input }, 'a'))
    const b = relu(this.#conv(a, 'b', 2))
    const c = relu(sum(this.#conv(b, 'c'), b))
    const d = relu(this.#conv(c, 'd', 2))
    const e = relu(sum(this.#conv(d, 'e'), d))
    const f = relu(this.#conv(e, 'f', 2))
    const g = relu(sum(this.#conv(f, 'g'), f))
    const h = relu(sum(this.#conv(g, 'h'), g))
    const up2 = relu(sum(doubled(this.#conv(h, 'up2')), e))
    const at2 = relu(sum(this.#conv(up2, 'at2'), up2))
    const up1 = relu(sum(doubled(this.#conv(at2, 'up1')), c))
    const at1 = relu(sum(this.#conv(up1, 'at1'), up1))
    const up0 = relu(sum(doubled(this.#conv(at1, 'up0')), a))
    const at0 = relu(sum(this.#conv(up0, 'at0'), up0))
    return this.#conv(at0, 'out').values
  }

  /** Padded as tfjs does for 'same': at stride 2 the odd row and column lie behind. */
  #conv({ side, channels, values }: Maps, name: LayerName, stride: 1 | 2 = 1): Maps {
    const { kernel, to } = LAYERS[name]
    const layer = this.#layers.get(name)!
    const out = side / stride
    const result = new Float32Array(out * out * to)
    const first = stride === 1 ? -(kernel - 1) / 2 : 0
    // what is not zero beneath the kernel: behind a relu about half of it
    const terms = new Float64Array(kernel * kernel * channels)
    const places = new Int32Array(terms.length)
    for (let y = 0, o = 0; y < out; y++) {
      const [top, foot] = [Math.max(0, -(y * stride + first)), Math.min(kernel, side - y * stride - first)]
      for (let x = 0; x < out; x++, o += to) {
        let n = 0
        for (let j = top; j < foot; j++) {
          const row = (y * stride + first + j) * side
          for (let i = 0; i < kernel; i++) {
            const column = x * stride + first + i
            if (column < 0 || column >= side) continue
            const p = (row + column) * channels
            const w = (j * kernel + i) * channels * to
            for (let k = 0; k < channels; k++) {
              const value = values[p + k]!
              if (value === 0) continue
              places[n] = w + k * to
              terms[n++] = value
            }
          }
        }
        weigh(result, o, layer, terms, places, n)
      }
    }
    return { side: out, channels: to, values: result }
  }
}

/** The outputs of one cell, four at a time: sums that stay in registers take half the time. */
function weigh(
  result: Float32Array,
  at: number,
  { filter, bias }: Convolution,
  terms: Float64Array,
  places: Int32Array,
  count: number,
): void {
  const to = bias.length
  let k = 0
  for (; k + 3 < to; k += 4) {
    let a = bias[k]!
    let b = bias[k + 1]!
    let c = bias[k + 2]!
    let d = bias[k + 3]!
    for (let t = 0; t < count; t++) {
      const value = terms[t]!
      const w = places[t]! + k
      a += value * filter[w]!
      b += value * filter[w + 1]!
      c += value * filter[w + 2]!
      d += value * filter[w + 3]!
    }
    result[at + k] = a
    result[at + k + 1] = b
    result[at + k + 2] = c
    result[at + k + 3] = d
  }
  for (; k < to; k++) {
    let one = bias[k]!
    for (let t = 0; t < count; t++) one += terms[t]! * filter[places[t]! + k]!
    result[at + k] = one
  }
}

function relu(maps: Maps): Maps {
  const { values } = maps
  for (let i = 0; i < values.length; i++) if (values[i]! < 0) values[i] = 0
  return maps
}

/** Adds to the first. */
function sum(maps: Maps, other: Maps): Maps {
  for (let i = 0; i < maps.values.length; i++) maps.values[i]! += other.values[i]!
  return maps
}

/** Twice as many cells each way, each value four times. */
function doubled({ side, channels, values }: Maps): Maps {
  const out = new Float32Array(values.length * 4)
  for (let y = 0; y < 2 * side; y++) {
    for (let x = 0; x < 2 * side; x++) {
      const from = ((y >> 1) * side + (x >> 1)) * channels
      out.set(values.subarray(from, from + channels), (y * 2 * side + x) * channels)
    }
  }
  return { side: 2 * side, channels, values: out }
}
