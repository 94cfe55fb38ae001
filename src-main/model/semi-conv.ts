import type { Tensor, Tensor4D, layers, serialization } from '@tensorflow/tfjs'
import type { Coordinates } from '../contract/words.ts'
import type { Tf } from './tf.ts'

export interface CoordinateOptions {
  coordinates: Coordinates
  /** [x0, y0]: where the tensor's top left pixel lies in the whole image */
  origin: [number, number]
  /** [W, H] of the whole image; null: of the tensor */
  wholeSize: [number, number] | null
}

/**
 * Eq. 6's second half: adds x (column) to channel 0 and y (row) to channel 1; further channels stay as they are.
 * With one channel only x is added.
 * @param features [B, H, W, C]
 */
export function addCoordinates(
  tf: Tf,
  features: Tensor4D,
  { coordinates, origin: [x0, y0], wholeSize }: CoordinateOptions,
): Tensor4D {
  const [, height, width, channels] = features.shape
  const [wholeWidth, wholeHeight] = wholeSize ?? [width, height]
  const perX = coordinates === 'pixel' ? 1 : 1 / wholeWidth
  const perY = coordinates === 'pixel' ? 1 : 1 / wholeHeight
  const field = new Float32Array(height * width * channels)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = (y * width + x) * channels
      field[at] = (x0 + x) * perX
      if (channels > 1) field[at + 1] = (y0 + y) * perY
    }
  }
  return tf.add(features, tf.tensor4d(field, [1, height, width, channels]))
}

export type InitializerName = 'zeros' | 'ones' | 'glorotUniform' | 'heNormal'

export interface SemiConv2DArgs {
  filters: number
  /** side of the filter, default 1 */
  kernelSize?: number
  useBias?: boolean
  coordinates?: Coordinates
  /** see {@link CoordinateOptions} */
  origin?: [number, number]
  wholeSize?: [number, number] | null
  kernelInitializer?: InitializerName
  biasInitializer?: InitializerName
  name?: string
}

type SemiConv2D = layers.Layer
type SemiConv2DClass = serialization.SerializableConstructor<SemiConv2D> &
  (new (args: SemiConv2DArgs) => SemiConv2D)

/**
 * The semi-convolutional layer (eq. 6) as a Keras-style layer class, registered so that a saved model loads again:
 * a convolution ('same' padding, stride 1), then {@link addCoordinates}.
 */
export function semiConv2D(tf: Tf): SemiConv2DClass {
  class SemiConv2DLayer extends tf.layers.Layer {
    static className = 'SemiConv2D'
    private readonly options: Required<Omit<SemiConv2DArgs, 'name'>>

    constructor(args: SemiConv2DArgs) {
      super(args.name === undefined ? {} : { name: args.name })
      this.options = {
        filters: args.filters,
        kernelSize: args.kernelSize ?? 1,
        useBias: args.useBias ?? true,
        coordinates: args.coordinates ?? 'pixel',
        origin: args.origin ?? [0, 0],
        wholeSize: args.wholeSize ?? null,
        kernelInitializer: args.kernelInitializer ?? 'glorotUniform',
        biasInitializer: args.biasInitializer ?? 'zeros',
      }
      this.inputSpec = [{ ndim: 4 }]
    }

    override build(inputShape: number[] | number[][]): void {
      const { filters, kernelSize, useBias, kernelInitializer, biasInitializer } = this.options
      const [, , , inputs] = single(inputShape)
      if (inputs == null) throw new Error('SemiConv2D needs to know the number of its input channels')
      const initializer = (name: InitializerName) =>
        name === 'zeros' || name === 'ones' ? tf.initializers[name]() : tf.initializers[name]({})
      this.addWeight(
        'kernel',
        [kernelSize, kernelSize, inputs, filters],
        'float32',
        initializer(kernelInitializer),
      )
      if (useBias) this.addWeight('bias', [filters], 'float32', initializer(biasInitializer))
      super.build(inputShape)
    }

    override computeOutputShape(inputShape: number[] | number[][]): number[] {
      return [...single(inputShape).slice(0, 3), this.options.filters]
    }

    override call(inputs: Tensor | Tensor[]): Tensor {
      return tf.tidy(() => {
        const input = (Array.isArray(inputs) ? inputs[0] : inputs) as Tensor4D
        const [kernel, bias] = this.weights.map((weight) => weight.read())
        const convolved = tf.conv2d(input, kernel as Tensor4D, 1, 'same')
        return addCoordinates(tf, bias ? tf.add(convolved, bias) : convolved, this.options)
      })
    }

    override getConfig(): serialization.ConfigDict {
      return { ...super.getConfig(), ...this.options }
    }
  }
  tf.serialization.registerClass(SemiConv2DLayer)
  return SemiConv2DLayer
}

function single(shape: number[] | number[][]): number[] {
  return (Array.isArray(shape[0]) ? shape[0] : shape) as number[]
}
