/** What a window can do whose page does not answer. */
export interface SilentWindow {
  /** asks the person; dismissed by the signal. @returns true: load the page anew */
  ask(signal: AbortSignal): Promise<boolean>
  /** ends the page, whatever it is at, and loads it anew */
  loadAnew(): void
}

/** The silence of a page that hangs: what is drawn in it is in the backend, so that a person may load it anew instead of waiting. */
export class Silence {
  readonly #window: SilentWindow
  #asking: AbortController | null = null

  constructor(window: SilentWindow) {
    this.#window = window
  }

  /** The page does not answer. */
  begin(): void {
    if (!this.#asking) void this.#ask()
  }

  /** The page answers again, or is gone. */
  end(): void {
    this.#asking?.abort()
    this.#asking = null
  }

  async #ask(): Promise<void> {
    const asking = new AbortController()
    this.#asking = asking
    const anew = await this.#window.ask(asking.signal)
    if (this.#asking !== asking) return
    this.#asking = null
    if (anew) this.#window.loadAnew()
  }
}
