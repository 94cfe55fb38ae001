/** After two starts in a row that came to nothing the next one waits this long, then twice as long each time. */
const FIRST_REST_MS = 1_000
const LONGEST_REST_MS = 30_000

/** When the next engine may be started, after starts that came to nothing. */
export class RestAfterFailures {
  #failures = 0
  #until = 0

  failed(): void {
    this.#failures++
    this.#until = performance.now() + restAfter(this.#failures)
  }

  worked(): void {
    this.#failures = 0
  }

  /** in ms; 0: at once */
  left(): number {
    return Math.max(0, this.#until - performance.now())
  }
}

/** How long to wait after so many starts in a row that came to nothing, in ms: a first failure may be chance. */
export function restAfter(failures: number): number {
  return failures < 2 ? 0 : Math.min(LONGEST_REST_MS, FIRST_REST_MS * 2 ** (failures - 2))
}
