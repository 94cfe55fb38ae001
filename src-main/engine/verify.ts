import type { Tensor, Tensor1D, Tensor3D, Tensor4D } from '@tensorflow/tfjs'
import type { VerifyFinding } from '../contract/engine.ts'
import { DrydockError } from '../contract/errors.ts'
import { parseRle, toLabelMap } from '../core/mask/rle.ts'
import { scoreImage } from '../core/metric/f2.ts'
import { kernelsFor } from '../model/kernels.ts'
import { semiConvLoss } from '../model/loss.ts'
import type { CoordinateOptions } from '../model/semi-conv.ts'
import { addCoordinates, semiConv2D } from '../model/semi-conv.ts'
import { f2OfLabelMaps } from '../model/tensor-metric.ts'
import type { Tf } from '../model/tf.ts'
import type { LayerCase, LayerLossCase, LossCase, MetricCase } from './reference-cases.ts'
import { lossFile, metricFile } from './reference-cases.ts'

/** The exact metric is integers and ten fractions: only the last bits may differ. */
const METRIC_TOLERANCE = 1e-12
const PIXELS: CoordinateOptions = { coordinates: 'pixel', origin: [0, 0], wholeSize: null }

/**
 * Runs reference cases on a backend: values and gradients against known ones, within the cases' float32 tolerances.
 * @param files parsed JSON of files of either form
 * @param pause awaited after each case
 * @throws DrydockError file_broken, where a file is of neither form
 */
export async function verifyCases(
  { tf }: { tf: Tf },
  files: unknown[],
  pause: () => Promise<void>,
): Promise<VerifyFinding[]> {
  const findings: VerifyFinding[] = []
  for (const run of files.flatMap((file) => runsOf(tf, file))) {
    findings.push(...run())
    await pause()
  }
  return findings
}

function runsOf(tf: Tf, file: unknown): (() => VerifyFinding[])[] {
  const losses = lossFile.safeParse(file)
  if (losses.success) {
    const { loss_cases, layer_cases, layer_loss_cases } = losses.data
    return [
      ...loss_cases.map((each) => () => [checkLoss(tf, each, 'dense'), checkLoss(tf, each, 'segment')]),
      ...layer_cases.map((each) => () => [checkLayer(tf, each)]),
      ...layer_loss_cases.map((each) => () => [checkLayerAndLoss(tf, each)]),
    ]
  }
  const metrics = metricFile.safeParse(file)
  if (metrics.success) return metrics.data.cases.map((each) => () => checkMetric(tf, each))
  const isLoss = typeof file === 'object' && file !== null && 'loss_cases' in file
  const issue = (isLoss ? losses : metrics).error.issues[0]
  throw new DrydockError(
    'file_broken',
    `A file of reference cases is of neither known form (${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}). Give one like those in resources/reference.`,
  )
}

function checkLoss(tf: Tf, test: LossCase, form: 'dense' | 'segment'): VerifyFinding {
  const [value, gradient] = read(tf, () => {
    const labels: Tensor3D = tf.tensor3d(test.labels, undefined, 'int32')
    const { reduction, background } = test
    const { value, grad } = tf.valueAndGrad((psi) =>
      semiConvLoss(tf, labels, psi as Tensor4D, { reduction, background, form }),
    )(tf.tensor4d(test.embeddings, test.shape))
    return [value, grad]
  })
  return finding(`loss ${form}`, test.name, [
    { got: value, expected: [test.loss_of_float32_inputs ?? test.loss], tolerance: test.tol_float32.loss },
    {
      got: gradient,
      expected: (test.grad_of_float32_inputs ?? test.grad).flat(3),
      tolerance: test.tol_float32.grad,
    },
  ])
}

function checkLayer(tf: Tf, test: LayerCase): VerifyFinding {
  const [, , inputs, outputs] = [0, 0, test.shape_in[3], test.shape_out[3]]
  const [value] = read(tf, () => {
    const layer = new (semiConv2D(tf))({ filters: outputs })
    const x = tf.tensor4d(test.features, test.shape_in)
    layer.build(x.shape)
    const kernel = tf.tensor4d(test.weights.flat(), [1, 1, inputs, outputs])
    layer.setWeights([kernel, tf.tensor1d(test.bias)])
    const output = layer.apply(x) as Tensor
    const kept = tf.clone(output)
    for (const weight of layer.weights) weight.dispose()
    return [kept]
  })
  return finding('layer', test.name, [
    { got: value, expected: test.output.flat(3), tolerance: test.tol_float32 },
  ])
}

function checkLayerAndLoss(tf: Tf, test: LayerLossCase): VerifyFinding {
  const kernels = kernelsFor(tf)
  const [value, features, weights, bias] = read(tf, () => {
    const labels: Tensor3D = tf.tensor3d(test.labels, undefined, 'int32')
    const { reduction, background } = test
    const { value, grads } = tf.valueAndGrads((x, filter, offset) => {
      const convolved = kernels.conv(x as Tensor4D, filter as Tensor4D, offset as Tensor1D, {
        stride: 1,
        relu: false,
        inputGradient: true,
      })
      return semiConvLoss(tf, labels, addCoordinates(tf, convolved, PIXELS), { reduction, background })
    })([
      tf.tensor4d(test.features, test.shape_in),
      tf.tensor4d(test.weights.flat(), [1, 1, test.shape_in[3], test.shape_out[3]]),
      tf.tensor1d(test.bias),
    ])
    return [value, ...grads]
  })
  const tolerance = test.tol_float32.grad
  return finding('layer and loss', test.name, [
    { got: value, expected: [test.loss], tolerance: test.tol_float32.loss },
    { got: features, expected: test.grad_features.flat(3), tolerance },
    { got: weights, expected: test.grad_weights.flat(), tolerance },
    { got: bias, expected: test.grad_bias, tolerance },
  ])
}

function checkMetric(tf: Tf, test: MetricCase): VerifyFinding[] {
  const [height, width] = test.shape
  const masks = (texts: string[]) => texts.map((text) => parseRle(text))
  const [truth, prediction] = [masks(test.truth), masks(test.pred)]
  const counts = [...test.tp, ...test.fp, ...test.fn]
  const compare = (kind: string, score: ReturnType<typeof f2OfLabelMaps>): VerifyFinding => {
    const found = (['tp', 'fp', 'fn'] as const).flatMap((name) => score.thresholds.map((t) => t[name]))
    const result = finding(kind, test.name, [
      { got: [score.f2], expected: [test.mean_f2], tolerance: METRIC_TOLERANCE },
    ])
    const sameCounts = found.join() === counts.join()
    return sameCounts ? result : { ...result, passed: false, note: 'TP, FP or FN differ at some threshold' }
  }
  const exact = compare('metric exact', scoreImage(truth, prediction))
  if (!test.legal) return [exact]
  const maps = [truth, prediction].map((rles) =>
    tf.tensor2d(Int32Array.from(toLabelMap(rles, { width, height })), [height, width], 'int32'),
  )
  const score = f2OfLabelMaps(tf, maps[0]!, maps[1]!)
  for (const map of maps) map.dispose()
  return [exact, compare('metric tensor', score)]
}

interface Comparison {
  got: ArrayLike<number> | undefined
  expected: readonly number[]
  tolerance: number
}

/** The first comparison is the value's, the others are gradients. A number that is not finite never passes. */
function finding(kind: string, name: string, comparisons: Comparison[]): VerifyFinding {
  const errors = comparisons.map(({ got, expected }) => largestError(got ?? [], expected))
  const passed = errors.every((error, i) => error <= comparisons[i]!.tolerance)
  const wrong = errors.findIndex((error, i) => !(error <= comparisons[i]!.tolerance))
  return {
    kind,
    case: name,
    valueError: errors[0]!,
    gradientError: errors.length > 1 ? Math.max(...errors.slice(1)) : null,
    passed,
    note: passed ? null : `${wrong === 0 ? 'value' : 'gradient'} beyond ${comparisons[wrong]!.tolerance}`,
  }
}

function largestError(got: ArrayLike<number>, expected: readonly number[]): number {
  if (got.length !== expected.length) return Infinity
  let largest = 0
  expected.forEach((value, i) => {
    const error = Math.abs(got[i]! - value)
    largest = Number.isFinite(error) ? Math.max(largest, error) : Infinity
  })
  return largest
}

/** Values of the tensors that `make` gives; everything made on the way is disposed of. */
function read(tf: Tf, make: () => Tensor[]): Float32Array[] {
  const tensors = tf.tidy(make)
  const values = tensors.map((tensor) => tensor.dataSync() as Float32Array)
  for (const tensor of tensors) tensor.dispose()
  return values
}
