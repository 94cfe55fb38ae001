import { queueOptionsSymbol } from 'piscina'
import type { TaskQueue } from 'piscina'

type Task = Parameters<TaskQueue['push']>[0]

/** Marks a task of a pool with a {@link PeopleFirst} queue: somebody waits for it in front of the screen. */
export const FIRST = { [queueOptionsSymbol]: { first: true } }

/** The tasks of a pool that wait for a thread: those that somebody waits for come before all others. */
export class PeopleFirst implements TaskQueue {
  #first: Task[] = []
  #others: Task[] = []

  get size(): number {
    return this.#first.length + this.#others.length
  }

  push(task: Task): void {
    ;(task[queueOptionsSymbol] === null ? this.#others : this.#first).push(task)
  }

  shift(): Task | null {
    return this.#first.shift() ?? this.#others.shift() ?? null
  }

  remove(task: Task): void {
    this.#first = this.#first.filter((one) => one !== task)
    this.#others = this.#others.filter((one) => one !== task)
  }
}
