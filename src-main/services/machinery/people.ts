/** Work that nobody waits for goes on after this long in any case, in ms. */
const PATIENCE = 500

/** Those who wait in front of the screen. Work that nobody waits for holds still meanwhile, between two parts of it. */
export class People {
  #waiting = 0
  #gone = Promise.withResolvers<void>()

  /** Does what somebody waits for. */
  async serve<T>(work: () => Promise<T>): Promise<T> {
    this.#waiting++
    try {
      return await work()
    } finally {
      if (--this.#waiting === 0) {
        this.#gone.resolve()
        this.#gone = Promise.withResolvers()
      }
    }
  }

  /** Resolves when nobody waits, at once where that is so; after half a second in any case. */
  async gone(): Promise<void> {
    if (this.#waiting === 0) return
    let timer: NodeJS.Timeout | undefined
    const longEnough = new Promise<void>((resolve) => (timer = setTimeout(resolve, PATIENCE)))
    await Promise.race([this.#gone.promise, longEnough])
    clearTimeout(timer)
  }
}
