/** Does something after a moment, once for all that asked meanwhile; not any more once what it belongs to is left. */
export class Soon {
  #timer: ReturnType<typeof setTimeout> | undefined
  readonly #act: () => void
  readonly #after: number
  readonly #left: AbortSignal

  /** @param after ms */
  constructor(act: () => void, after: number, left: AbortSignal) {
    this.#act = act
    this.#after = after
    this.#left = left
    left.addEventListener('abort', () => clearTimeout(this.#timer), { once: true })
  }

  ask(): void {
    if (this.#left.aborted) return
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      this.#act()
    }, this.#after)
  }
}
