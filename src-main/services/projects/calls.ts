/** Counts the calls that are under way in something, so that its end can wait for theirs. */
export class Calls {
  #count = 0
  #waiting: (() => void)[] = []

  /** True while one is under way. */
  get any(): boolean {
    return this.#count > 0
  }

  /** Does work that counts as a call until it has ended, in whatever way. */
  async run<T>(work: () => T | Promise<T>): Promise<T> {
    this.#count++
    try {
      return await work()
    } finally {
      if (--this.#count === 0) for (const resolve of this.#waiting.splice(0)) resolve()
    }
  }

  /** Resolves when none is under way. */
  async ended(): Promise<void> {
    if (!this.any) return
    await new Promise<void>((resolve) => this.#waiting.push(resolve))
  }
}
