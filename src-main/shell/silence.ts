/** What a window can do whose page may hang. */
export interface SilentWindow {
  /** asks the page for a sign of life, which the page's own event loop gives */
  ping(): void
  /** asks the person; dismissed by the signal. @returns true: close the window all the same */
  ask(signal: AbortSignal): Promise<boolean>
  /** closes it, whatever its page is at */
  destroy(): void
}

/** Between two questions to the page, ms. */
const BEAT = 1000
/** So many of them it may leave without an answer: while the computer sleeps none is asked. */
const BEATS = 20

/**
 * The silence of a page that hangs while its window is to be closed: no page that answers is taken for one, whether it refuses to be left or not. What is drawn
 * in it is in the backend, so that a person may close it instead of waiting.
 */
export class Silence {
  readonly #window: SilentWindow
  #timer: ReturnType<typeof setTimeout> | undefined
  #asking: AbortController | null = null

  constructor(window: SilentWindow) {
    this.#window = window
  }

  /** The window is about to close. */
  begin(): void {
    if (this.#timer === undefined && this.#asking === null) this.#listen(BEATS)
  }

  /** The page answers, or is gone. */
  end(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#asking?.abort()
    this.#asking = null
  }

  #listen(beats: number): void {
    this.#window.ping()
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      if (beats > 1) this.#listen(beats - 1)
      else void this.#ask()
    }, BEAT)
  }

  async #ask(): Promise<void> {
    const asking = new AbortController()
    this.#asking = asking
    // a page that comes to itself takes the question back
    this.#window.ping()
    const anyway = await this.#window.ask(asking.signal)
    if (this.#asking !== asking) return
    this.#asking = null
    if (anyway) this.#window.destroy()
  }
}
