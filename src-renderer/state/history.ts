import type { EditPlan } from '../../src-main/contract/wire.ts'

/** The plans of the open image that this window made, so that undo and redo show at once. The backend keeps the whole history. */
export class History {
  #done: EditPlan[] = []
  #undone: EditPlan[] = []

  add(plan: EditPlan): void {
    this.#done.push(plan)
    this.#undone = []
  }

  /** The plan to take back; undefined where the last edit is from before this window knew the image. */
  undo(): EditPlan | undefined {
    const plan = this.#done.pop()
    if (plan) this.#undone.push(plan)
    return plan
  }

  redo(): EditPlan | undefined {
    const plan = this.#undone.pop()
    if (plan) this.#done.push(plan)
    return plan
  }

  clear(): void {
    this.#done = []
    this.#undone = []
  }
}
