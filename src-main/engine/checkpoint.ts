import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { architecture, CHECKPOINT_FILE, falseAlarms } from '../contract/engine.ts'
import { DrydockError } from '../contract/errors.ts'
import { weightBytes, floatsOf } from '../model/files.ts'
import { writeWhole } from '../whole-file.ts'
import { parameterCount } from '../model/network.ts'
import { choice } from './tuning.ts'

/** What a training goes on from: everything but the data, which the host makes anew from step and seed. */

const scored = z.object({
  step: z.number().int(),
  f2: z.number(),
  f2WithShips: z.number().nullable(),
  images: z.number().int(),
  /** the thresholds that it was reached with; checkpoints of earlier releases lack one or both */
  minScore: z.number().optional(),
  foreground: z.number().optional(),
})
export type Scored = z.infer<typeof scored>

const plan = z.object({
  seed: z.number().int(),
  batch: z.number().int(),
  crop: z.number().int(),
  fromScratch: z.boolean(),
})
export type CheckpointPlan = z.infer<typeof plan>

const header = z.object({
  format: z.literal('drydock-checkpoint-1'),
  architecture,
  step: z.number().int(),
  seconds: z.number(),
  best: scored.nullable(),
  /** what the best validation so far is worth; checkpoints of earlier releases lack it */
  highest: z.number().nullable().default(null),
  /** of the weights that it started from; checkpoints of earlier releases have F2 over all images alone, or lack it */
  start: z
    .union([
      z.object({ f2: z.number(), f2WithShips: z.number().nullable() }),
      z.number().transform((f2) => ({ f2, f2WithShips: null })),
    ])
    .nullable()
    .default(null),
  /** validations since the last one that was better than all before; checkpoints of earlier releases lack it */
  since: z.number().int().default(0),
  /** how instances are made, where that was chosen before the first step; checkpoints of earlier releases lack it */
  first: choice.nullable().default(null),
  /** last step that was validated, or had nothing to validate on; null, in checkpoints of earlier releases: `step` */
  validatedAt: z.number().int().nullable().default(null),
  /** fingerprint of the images that `best` was scored on; checkpoints of earlier releases lack it */
  validatedOn: z.string().nullable().default(null),
  /** what a training may not change on the way; checkpoints of earlier releases lack it */
  plan: plan.nullable().default(null),
  /** crops around them are trained on; checkpoints of earlier releases lack it */
  falseAlarms: z.array(falseAlarms).default([]),
})

export interface Checkpoint extends Omit<z.infer<typeof header>, 'format'> {
  /** [N] each */
  weights: Float32Array
  average: Float32Array
  moment1: Float32Array
  moment2: Float32Array
  /** [N] the averaged weights that scored best; empty before the first validation */
  bestWeights: Float32Array
}

/** Header length, header as JSON padded to a multiple of 4, then the vectors. */
export async function writeCheckpoint(folder: string, checkpoint: Checkpoint): Promise<void> {
  const { weights, average, moment1, moment2, bestWeights, ...rest } = checkpoint
  const json = JSON.stringify({ format: 'drydock-checkpoint-1', ...rest })
  const text = new TextEncoder().encode(json.padEnd(Math.ceil(json.length / 4) * 4))
  const parts = [weights, average, moment1, moment2, bestWeights].map(weightBytes)
  const whole = Buffer.concat([Uint32Array.of(text.length), text, ...parts].map((part) => asBytes(part)))
  await writeWhole(join(folder, CHECKPOINT_FILE), whole)
}

function asBytes(part: Uint8Array | Uint32Array): Uint8Array {
  return new Uint8Array(part.buffer, part.byteOffset, part.byteLength)
}

/** The checkpoint in a folder, or null where there is none. */
export async function readCheckpoint(folder: string): Promise<Checkpoint | null> {
  const path = join(folder, CHECKPOINT_FILE)
  const bytes = await readFile(path).catch(() => null)
  if (!bytes) return null
  try {
    const length = bytes.readUInt32LE(0)
    const { format: _, ...rest } = header.parse(JSON.parse(bytes.toString('utf8', 4, 4 + length)))
    const size = parameterCount(rest.architecture)
    const values = floatsOf(bytes.subarray(4 + length))
    const count = rest.best ? 5 : 4
    if (values.length !== count * size) throw new Error(`${values.length} values instead of ${count * size}`)
    const [weights, average, moment1, moment2] = [0, 1, 2, 3].map((i) =>
      values.slice(i * size, (i + 1) * size),
    )
    return {
      ...rest,
      weights: weights!,
      average: average!,
      moment1: moment1!,
      moment2: moment2!,
      bestWeights: values.slice(4 * size),
    }
  } catch (error) {
    throw new DrydockError(
      'file_broken',
      `The checkpoint ${path} cannot be read, so this training cannot go on. Start it anew.`,
      { path },
      error,
    )
  }
}
