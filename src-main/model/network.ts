import type { Tensor1D, Tensor4D } from '@tensorflow/tfjs'
import type { Architecture } from '../contract/engine.ts'
import { normal, randomFrom } from '../core/random.ts'
import type { Kernels } from './kernels.ts'
import type { Tf } from './tf.ts'

/**
 * The fast U-Net: a 4 x 4 stem of stride 2, levels that halve the resolution by strided convolutions, a decoder
 * that adds each level's upsampled summary to the level above, and a head at half resolution whose channels are
 * shuffled into full-resolution pixels. No layer looks at statistics of its input, so a tile gives what the whole
 * image gives.
 */

export interface WeightSpec {
  name: string
  shape: number[]
  /** standard deviation of fresh values; 0 for constants */
  deviation: number
  /** value of fresh constants */
  constant: number
}

/** Levels with further convolutions, and how many: cheap there, and they widen the receptive field. */
const EXTRA_FROM_STRIDE = 16
const EXTRA = 1

/** Logit of the share of ship pixels that a fresh network assumes. */
const FRESH_LOGIT = -4

/** The image sides that the network takes are multiples of this. */
export function totalStride(architecture: Architecture): number {
  return 2 ** architecture.levels.length
}

interface ConvSpec {
  name: string
  kernel: number
  inputs: number
  outputs: number
  stride: 1 | 2
  /** only where the resolution changes and at the head: a bias costs a pass over all pixels, there and back */
  bias: boolean
}

interface Plan {
  stem: ConvSpec
  /** per level, first one first: its convolutions, the first of each but the first level's strided */
  encoder: ConvSpec[][]
  /** from the deepest but one level up: projection of the deeper level, then convolutions after the sum */
  decoder: { project: ConvSpec; convs: ConvSpec[] }[]
  head: ConvSpec
}

function networkPlan(architecture: Architecture): Plan {
  const { levels, embedding } = architecture
  const width = (level: number): number => levels[level]!
  const extra = (level: number): number => (2 ** (level + 1) >= EXTRA_FROM_STRIDE ? EXTRA : 0)
  const changing = (
    name: string,
    inputs: number,
    outputs: number,
    kernel: number,
    stride: 1 | 2,
  ): ConvSpec => ({
    name,
    kernel,
    inputs,
    outputs,
    stride,
    bias: true,
  })
  const keeping = (name: string, channels: number): ConvSpec => ({
    name,
    kernel: 3,
    inputs: channels,
    outputs: channels,
    stride: 1,
    bias: false,
  })
  const encoder = levels.map((channels, level) => {
    const convs = level === 0 ? [] : [changing(`down${level}`, width(level - 1), channels, 3, 2)]
    for (let i = 0; i < 1 + extra(level); i++) convs.push(keeping(`encode${level}.${i}`, channels))
    return convs
  })
  const decoder = []
  for (let level = levels.length - 2; level >= 0; level--) {
    const channels = width(level)
    decoder.push({
      project: changing(`up${level}`, width(level + 1), channels, 1, 1),
      convs: [0, 1].map((i) => keeping(`decode${level}.${i}`, channels)),
    })
  }
  return {
    stem: changing('stem', 3, width(0), 4, 2),
    encoder,
    decoder,
    head: changing('head', width(0), 4 * (1 + embedding), 3, 1),
  }
}

/** Names and shapes of all weights, in the order of the flat weight vector. */
export function weightSpecs(architecture: Architecture): WeightSpec[] {
  const plan = networkPlan(architecture)
  const specs: WeightSpec[] = []
  const add = (c: ConvSpec, gain: number): void => {
    const fanIn = c.kernel * c.kernel * c.inputs
    specs.push({
      name: `${c.name}/filter`,
      shape: [c.kernel, c.kernel, c.inputs, c.outputs],
      deviation: Math.sqrt(gain / fanIn),
      constant: 0,
    })
    if (c.bias) specs.push({ name: `${c.name}/bias`, shape: [c.outputs], deviation: 0, constant: 0 })
  }
  add(plan.stem, 2)
  for (const convs of plan.encoder) for (const c of convs) add(c, 2)
  for (const { project, convs } of plan.decoder) {
    add(project, 1)
    for (const c of convs) add(c, 2)
  }
  add(plan.head, 0.01)
  return specs
}

export function lengthOf(spec: { shape: number[] }): number {
  return spec.shape.reduce((product, side) => product * side, 1)
}

/** Number of weights. */
export function parameterCount(architecture: Architecture): number {
  return weightSpecs(architecture).reduce((sum, spec) => sum + lengthOf(spec), 0)
}

/** Fresh weights (He et al. 2015), the foreground's bias set so that a fresh network finds few ships. */
export function freshWeights(architecture: Architecture, seed: number): Float32Array {
  const random = randomFrom(seed)
  const weights = new Float32Array(parameterCount(architecture))
  let at = 0
  for (const spec of weightSpecs(architecture)) {
    const size = lengthOf(spec)
    for (let i = 0; i < size; i++) {
      weights[at + i] = spec.deviation ? spec.deviation * normal(random) : spec.constant
    }
    if (spec.name === 'head/bias') weights.fill(FRESH_LOGIT, at, at + 4)
    at += size
  }
  return weights
}

/** 1 for filters, 0 for biases: what weight decay acts on. */
export function decayMask(architecture: Architecture): Float32Array {
  const mask = new Float32Array(parameterCount(architecture))
  let at = 0
  for (const spec of weightSpecs(architecture)) {
    const size = lengthOf(spec)
    if (spec.shape.length > 1) mask.fill(1, at, at + size)
    at += size
  }
  return mask
}

/**
 * Half the side of the square of input pixels that an output pixel can see, in px.
 * The stem, strided and plain convolutions widen it by their reach times the stride they work at.
 */
export function receptiveRadius(architecture: Architecture): number {
  const plan = networkPlan(architecture)
  let radius = 2
  plan.encoder.forEach((convs, level) => {
    for (const c of convs) radius += c.stride === 2 ? 2 ** level : 2 ** (level + 1)
  })
  plan.decoder.forEach(({ convs }, i) => {
    const level = architecture.levels.length - 2 - i
    radius += convs.length * 2 ** (level + 1) + 2 ** (level + 1)
  })
  return radius + 4
}

/** What the network gives, packed: each position of half resolution answers for 2 x 2 pixels, row by row. */
export interface Output {
  /** [B, H/2, W/2, 4] foreground logits */
  logits: Tensor4D
  /** [B, H/2, W/2, 4 C] embedding minus pixel coordinates, px: the C offsets of one pixel after the other */
  offsets: Tensor4D
}

/**
 * Runs the network, and takes its head apart.
 * @param flat [N] all weights, in the order of {@link weightSpecs}
 * @param input [B, H, W, 3] normalised; H and W multiples of {@link totalStride}
 */
export function forward(
  tf: Tf,
  kernels: Kernels,
  architecture: Architecture,
  flat: Tensor1D,
  input: Tensor4D,
): Output {
  const head = packedHead(tf, kernels, architecture, flat, input)
  const [logits, offsets] = tf.split(head, [4, 4 * architecture.embedding], 3) as [Tensor4D, Tensor4D]
  return { logits, offsets }
}

/**
 * Runs the network.
 * @returns [B, H/2, W/2, 4 (1 + C)]: what {@link Output} holds, logits before offsets
 * @param flat [N] all weights, in the order of {@link weightSpecs}
 * @param input [B, H, W, 3] normalised; H and W multiples of {@link totalStride}
 */
export function packedHead(
  tf: Tf,
  kernels: Kernels,
  architecture: Architecture,
  flat: Tensor1D,
  input: Tensor4D,
): Tensor4D {
  const specs = weightSpecs(architecture)
  const parts = tf.split(flat, specs.map(lengthOf))
  const weights = new Map(specs.map((spec, i) => [spec.name, tf.reshape(parts[i]!, spec.shape)]))
  const filterOf = (name: string): Tensor4D => weights.get(`${name}/filter`) as Tensor4D
  const biasOf = (name: string): Tensor1D => weights.get(`${name}/bias`) as Tensor1D
  const run = (c: ConvSpec, x: Tensor4D, relu: boolean, inputGradient = true): Tensor4D =>
    kernels.conv(x, filterOf(c.name), c.bias ? biasOf(c.name) : null, {
      stride: c.stride,
      relu,
      inputGradient,
    })

  const plan = networkPlan(architecture)
  const levels: Tensor4D[] = []
  let x = run(plan.stem, input, true, false)
  for (const convs of plan.encoder) {
    for (const c of convs) x = run(c, x, true)
    levels.push(x)
  }
  plan.decoder.forEach(({ project, convs }, i) => {
    const skip = levels[levels.length - 2 - i]!
    x = kernels.upsampleAdd(run(project, x, false), skip)
    for (const c of convs) x = run(c, x, true)
  })
  const { embedding, offsetScale } = architecture
  // The offsets are scaled by scaling the filter that makes them: the same, on a few weights instead of all pixels.
  const scale = tf.tensor1d([1, 1, 1, 1, ...new Array<number>(4 * embedding).fill(offsetScale)])
  const filter: Tensor4D = tf.mul(filterOf('head'), scale)
  const bias: Tensor1D = tf.mul(biasOf('head'), scale)
  return kernels.conv(x, filter, bias, { stride: 1, relu: false, inputGradient: true })
}

/** [B, H/2, W/2, 4 C] -> [B, H, W, C]; reshape and transpose, since depthToSpace has no gradient. */
export function unpackHead(tf: Tf, packed: Tensor4D): Tensor4D {
  const [batch, height, width, depth] = packed.shape
  const channels = depth / 4
  const split = tf.reshape(packed, [batch * height, width, 2, 2, channels])
  return tf.reshape(tf.transpose(split, [0, 2, 1, 3, 4]), [batch, 2 * height, 2 * width, channels])
}
