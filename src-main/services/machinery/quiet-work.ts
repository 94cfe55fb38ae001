/**
 * Work that nobody asked for: one item after another, until something that a person asked for begins. After a failure it
 * rests until then, so that a fault does not come back with each image that is opened.
 */
export class QuietWork {
  readonly #log: (line: string) => void
  #items: number[] = []
  #work: (item: number, signal: AbortSignal) => Promise<void> = () => Promise.resolve()
  #controller: AbortController | null = null
  #ended: Promise<void> = Promise.resolve()
  #resting = false

  constructor(log: (line: string) => void) {
    this.#log = log
  }

  /**
   * These come next, in this order, in place of those that were to come; the one under way is finished first.
   * @param work what it throws is logged, and goes nowhere else
   */
  want(items: readonly number[], work: (item: number, signal: AbortSignal) => Promise<void>): void {
    this.#items = [...items]
    this.#work = work
    if (this.#controller || this.#resting) return
    const controller = new AbortController()
    this.#controller = controller
    this.#ended = this.#ended.then(() => this.#run(controller))
  }

  /** Drops what was to come and aborts what is under way. */
  giveWay(): void {
    this.#items = []
    this.#resting = false
    this.#controller?.abort()
    this.#controller = null
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    await this.#ended
  }

  /** Ends it for good. */
  async close(): Promise<void> {
    this.giveWay()
    this.#resting = true
    await this.#ended
  }

  async #run(controller: AbortController): Promise<void> {
    const { signal } = controller
    try {
      while (!signal.aborted) {
        const item = this.#items.shift()
        if (item === undefined) break
        await this.#work(item, signal)
      }
    } catch (error) {
      if (signal.aborted) return
      this.#resting = true
      this.#log(`quiet work failed, and rests: ${String(error)}`)
    } finally {
      if (this.#controller === controller) this.#controller = null
    }
  }
}
