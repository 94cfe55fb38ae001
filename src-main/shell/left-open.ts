/** A page that is loaded anew twice in this time opens nothing by itself, in ms. */
const AGAIN_AFTER = 60_000

/** What a window's page has open, for the page that follows it when it was loaded anew. */
export class LeftOpen {
  /** id of the project; null: none */
  project: string | null = null
  #taken = Number.NEGATIVE_INFINITY

  /**
   * The project to open again: at most once in a while, since it may be what ends the page.
   * @param now in ms, of a clock that nobody sets
   */
  take(now: number): string | null {
    if (this.project === null || now - this.#taken < AGAIN_AFTER) return null
    this.#taken = now
    return this.project
  }
}
