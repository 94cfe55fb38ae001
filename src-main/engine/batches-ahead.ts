import type { TrainBatch } from '../contract/engine.ts'

const AHEAD = 3

/** Mini-batches by step, asked for before their step comes, so that they are made while others are learnt from. */
export class BatchesAhead {
  private readonly make: (step: number) => Promise<TrainBatch>
  private readonly steps: number | null
  private readonly asked = new Map<number, Promise<TrainBatch>>()

  /** @param steps how many there will be; null: not known */
  constructor(make: (step: number) => Promise<TrainBatch>, steps: number | null) {
    this.make = make
    this.steps = steps
  }

  /** The batch of this step, each once. @throws what making it threw */
  at(step: number): Promise<TrainBatch> {
    const batch = this.ask(step)
    for (let next = step + 1; next < step + AHEAD; next++) {
      if (this.steps !== null && next >= this.steps) break
      // whoever waits for it hears of what went wrong
      this.ask(next).catch(() => undefined)
    }
    this.asked.delete(step)
    return batch
  }

  private ask(step: number): Promise<TrainBatch> {
    const batch = this.asked.get(step) ?? this.make(step)
    this.asked.set(step, batch)
    return batch
  }
}
