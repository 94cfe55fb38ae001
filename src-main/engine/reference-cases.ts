import { z } from 'zod'

/** The two forms of reference files that `verify` reads; fields that it does not need are let through. */

const numbers = z.array(z.number())
const row = z.array(numbers)
/** [B][y][x] */
const labels = z.array(row)
/** [B][y][x][c] */
const grid = z.array(z.array(row))
const shape4 = z.tuple([z.number().int(), z.number().int(), z.number().int(), z.number().int()])
const tolerances = z.object({ loss: z.number(), grad: z.number() })

const options = {
  reduction: z.enum(['sum', 'image-mean', 'instance-mean']).default('image-mean'),
  background: z.number().int().nullable().default(0),
}

export const lossCase = z.object({
  name: z.string(),
  shape: shape4,
  labels,
  embeddings: grid,
  loss: z.number(),
  grad: grid,
  /** what a float32 implementation, which sees rounded inputs, is held to where present */
  loss_of_float32_inputs: z.number().optional(),
  grad_of_float32_inputs: grid.optional(),
  tol_float32: tolerances,
  ...options,
})
export type LossCase = z.infer<typeof lossCase>

const layer = {
  name: z.string(),
  shape_in: shape4,
  shape_out: shape4,
  features: grid,
  /** [in][out] of the 1 x 1 convolution */
  weights: row,
  bias: numbers,
}

export const layerCase = z.object({ ...layer, output: grid, tol_float32: z.number() })
export type LayerCase = z.infer<typeof layerCase>

export const layerLossCase = z.object({
  ...layer,
  ...options,
  labels,
  loss: z.number(),
  grad_features: grid,
  grad_weights: row,
  grad_bias: numbers,
  tol_float32: tolerances,
})
export type LayerLossCase = z.infer<typeof layerLossCase>

export const metricCase = z.object({
  name: z.string(),
  /** [H, W] */
  shape: z.tuple([z.number().int(), z.number().int()]),
  truth: z.array(z.string()),
  pred: z.array(z.string()),
  /** false where masks of one side overlap: no label map can hold them */
  legal: z.boolean(),
  tp: numbers,
  fp: numbers,
  fn: numbers,
  mean_f2: z.number(),
})
export type MetricCase = z.infer<typeof metricCase>

export const lossFile = z.object({
  loss_cases: z.array(lossCase),
  layer_cases: z.array(layerCase).default([]),
  layer_loss_cases: z.array(layerLossCase).default([]),
})

export const metricFile = z.object({ cases: z.array(metricCase) })
