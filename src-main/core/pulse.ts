/**
 * Whether a process that is asked for a sign of life still answers. It only counts: whoever holds it asks, calls
 * {@link tick} at even intervals, and says when an answer came. Times are in ms of one clock.
 */
export class Pulse {
  readonly #every: number
  readonly #patience: (longest: number) => number
  #last: number | null = null
  /** how long an answer has been waited for; null: none is due */
  #waited: number | null = null
  #longest = 0

  /**
   * @param every interval of the ticks
   * @param patience how long an answer may take, given the longest that one took so far
   */
  constructor(every: number, patience: (longest: number) => number) {
    this.#every = every
    this.#patience = patience
  }

  /** How long the answer that is due has been waited for, while this machine was awake; 0 where none is. */
  get waited(): number {
    return this.#waited ?? 0
  }

  /** @returns 'ask': now, and say when it is answered; 'silent': the answer is overdue; else 'wait' */
  tick(now: number): 'ask' | 'wait' | 'silent' {
    const passed = this.#passed(now)
    this.#last = now
    if (this.#waited === null) {
      this.#waited = 0
      return 'ask'
    }
    this.#waited = passed === null ? 0 : this.#waited + passed
    return this.#waited >= this.#patience(this.#longest) ? 'silent' : 'wait'
  }

  /** A sign of life has come, asked for or not. */
  answered(now: number): void {
    if (this.#waited === null) return
    const passed = this.#passed(now)
    if (passed !== null) this.#longest = Math.max(this.#longest, this.#waited + passed)
    this.#waited = null
  }

  /** Nothing is expected for the time being. */
  rest(): void {
    this.#last = null
    this.#waited = null
  }

  /** Since the last tick; null where ticks themselves stayed away: the machine slept, or whoever asks was held up. */
  #passed(now: number): number | null {
    if (this.#last === null) return 0
    const passed = now - this.#last
    return passed < 0 || passed > 3 * this.#every ? null : passed
  }
}
