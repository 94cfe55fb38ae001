/** What a window can do whose page has refused to be closed. */
export interface ClosingWindow {
  /** tries to close once more; the page may refuse again */
  close(): void
  /** closes it, whatever the page says */
  destroy(): void
  /** asks the person. @returns true: close all the same */
  ask(): Promise<boolean>
  /** calls `act` once a gesture on its way has mostly reached the disk */
  later(act: () => void): void
}

/** How often it is tried again before the person is asked. */
const TRIES = 6

/**
 * The closing of a window whose page refuses it as long as gestures are not saved. Those on their way are waited for;
 * about those that cannot be saved the person is asked.
 */
export class Closing {
  readonly #window: ClosingWindow
  #begun = false
  #state: 'open' | 'waiting' | 'again' | 'asking' = 'open'
  #tries = 0

  constructor(window: ClosingWindow) {
    this.#window = window
  }

  /** The window is about to close. */
  begin(): void {
    this.#begun = true
  }

  /** The page has refused to be left. A page that was only to be loaded anew simply stays. */
  refused(): void {
    const closing = this.#begun
    this.#begun = false
    if (!closing) return
    if (this.#state === 'open') this.#tries = 0
    else if (this.#state !== 'again') return
    if (this.#tries++ < TRIES) this.#tryLater()
    else void this.#ask()
  }

  #tryLater(): void {
    this.#state = 'waiting'
    this.#window.later(() => {
      this.#state = 'again'
      this.#window.close()
    })
  }

  async #ask(): Promise<void> {
    this.#state = 'asking'
    const anyway = await this.#window.ask()
    this.#state = 'open'
    if (anyway) this.#window.destroy()
  }
}
