import type { Toasts } from './toasts.svelte.ts'

/** Answers of one kind, which may overtake each other: what was asked for before the answer shown is of no interest any more. */
export class Latest {
  #asked = 0
  #shown = 0

  /** Asks, and shows the answer unless a later question has been answered meanwhile. */
  async ask<T>(call: () => Promise<T>, show: (answer: T) => void): Promise<void> {
    const asked = ++this.#asked
    const answer = await call()
    if (asked < this.#shown) return
    this.#shown = asked
    show(answer)
  }
  /** The same, and says what fails: what is shown stays then. */
  async askGuarded<T>(
    toasts: Pick<Toasts, 'guard'>,
    call: () => Promise<T>,
    show: (answer: T) => void,
  ): Promise<void> {
    await toasts.guard(() => this.ask(call, show))
  }
}
