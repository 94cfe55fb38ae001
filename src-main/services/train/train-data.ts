import { availableParallelism } from 'node:os'
import { Piscina } from 'piscina'
import type { FalseAlarms, TrainBatch, ValidationImage } from '../../contract/engine.ts'
import { DrydockError, fromWireError } from '../../contract/errors.ts'
import { entry } from '../../locations.ts'
import type { Skipped } from './train-batches.ts'
import { THREAD_ARGUMENTS } from '../machinery/workers.ts'
import type { TrainPlan } from './train-plan.ts'
import { furtherWindows, trainedWindows, validationWindows } from './train-plan.ts'
import type { TrainAnswer, TrainTask } from './train-worker.ts'

/** Steps that are prepared before they are asked for. */
const AHEAD = 3

/** The data of one training, prepared in threads of its own. */
export interface TrainData {
  /** what `validation` can be asked for: images to validate on, then further ones, then those trained on to look for false alarms on */
  validationImages: number
  furtherImages: number
  trainedImages: number
  /** Where steps from `alarms.from` on are to have crops; before any of them is asked for. */
  falseAlarms(alarms: FalseAlarms): void
  /** The batch of a step, a function of the plan's seed, the step, and the false alarms told of alone. */
  batch(step: number): Promise<TrainBatch>
  validation(index: number): Promise<ValidationImage>
  /** images that could not be read and were left out, so far */
  skipped(): Skipped[]
  close(): Promise<void>
}

/** Starts preparing a training's data: one thread on two cores, two on more. */
export function trainData(plan: TrainPlan): TrainData {
  const threads = availableParallelism() > 2 ? 2 : 1
  const pool = new Piscina<TrainTask, TrainAnswer>({
    filename: entry('train-worker'),
    workerData: plan,
    minThreads: threads,
    maxThreads: threads,
    execArgv: THREAD_ARGUMENTS,
  })
  // a thread that is ended while it answers is told of by an event, which would end this process; a task's own failure reaches who waits for it
  pool.on('error', () => undefined)
  const prepared = new Map<number, Promise<TrainBatch>>()
  const skipped = new Map<string, string>()
  const told: FalseAlarms[] = []
  let closed = false

  async function run(task: TrainTask): Promise<Exclude<TrainAnswer, { kind: 'failed' }>> {
    let answer: TrainAnswer
    try {
      answer = await pool.run(task)
    } catch (cause) {
      if (closed) throw new DrydockError('cancelled', 'Cancelled.', {}, cause)
      throw cause
    }
    if (answer.kind === 'failed') throw fromWireError(answer.error)
    return answer
  }

  async function prepare(step: number): Promise<TrainBatch> {
    const answer = await run({
      ...{ kind: 'batch', step },
      alarms: told.findLast(({ from }) => from <= step)?.places ?? [],
    })
    if (answer.kind !== 'batch') throw new DrydockError('internal', 'A training thread mixed up its tasks.')
    for (const { file, reason } of answer.skipped) skipped.set(file, reason)
    return answer.batch
  }

  return {
    validationImages: validationWindows(plan).length,
    furtherImages: furtherWindows(plan).length,
    trainedImages: trainedWindows(plan).length,
    falseAlarms: (alarms) => void told.push(alarms),
    batch(step) {
      for (let next = step; next <= step + AHEAD; next++) {
        if (prepared.has(next)) continue
        const batch = prepare(next)
        // a failure is told to whoever asks for the step; perhaps nobody does
        batch.catch(() => undefined)
        prepared.set(next, batch)
      }
      const wanted = prepared.get(step)!
      for (const known of prepared.keys()) if (known <= step) prepared.delete(known)
      return wanted
    },
    async validation(index) {
      const answer = await run({ kind: 'validation', index })
      if (answer.kind !== 'validation') {
        throw new DrydockError('internal', 'A training thread mixed up its tasks.')
      }
      return answer.image
    },
    skipped: () => [...skipped].map(([file, reason]) => ({ file, reason })),
    async close() {
      closed = true
      await pool.destroy()
    },
  }
}
