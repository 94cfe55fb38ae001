import { Piscina } from 'piscina'
import type { FalseAlarms, TrainBatch, ValidationImage } from '../../contract/engine.ts'
import type { WireError } from '../../contract/errors.ts'
import { toWireError } from '../../contract/errors.ts'
import { stepBack } from '../machinery/step-back.ts'
import type { Skipped } from './train-batches.ts'
import { BatchMaker } from './train-batches.ts'
import type { TrainPlan } from './train-plan.ts'

/** A thread that prepares training data, so that this goes on while the engine computes a step. */

export type TrainTask =
  { kind: 'batch'; step: number; alarms: FalseAlarms['places'] } | { kind: 'validation'; index: number }

export type TrainAnswer =
  | { kind: 'batch'; batch: TrainBatch; skipped: Skipped[] }
  | { kind: 'validation'; image: ValidationImage }
  | { kind: 'failed'; error: WireError }

stepBack()

const maker = new BatchMaker(Piscina.workerData as TrainPlan)

/** What the pool calls. Pixels change hands without a copy. */
export default async function answer(task: TrainTask): Promise<TrainAnswer> {
  try {
    if (task.kind === 'validation') return { kind: 'validation', image: await maker.validation(task.index) }
    const batch = await maker.batch(task.step, task.alarms)
    const skipped = [...maker.skipped].map(([file, reason]) => ({ file, reason }))
    const transferable = {
      [Piscina.transferableSymbol]: [batch.images.buffer, batch.labels.buffer],
      [Piscina.valueSymbol]: { kind: 'batch', batch, skipped },
    }
    return Piscina.move(transferable as unknown as ArrayBuffer) as unknown as TrainAnswer
  } catch (error) {
    return { kind: 'failed', error: toWireError(error) }
  }
}
