/** What only some views show: looked at again when it has changed and one shows it, so that it is in nobody's way who does something else. */
export class WhenShown {
  #shownBy = 0
  #changed = false
  readonly #refresh: () => void

  constructor(refresh: () => void) {
    this.#refresh = refresh
  }

  get isShown(): boolean {
    return this.#shownBy > 0
  }

  /** A view shows it. @returns the view does not show it any more */
  show(): () => void {
    this.#shownBy++
    if (this.#changed) this.#again()
    return () => void this.#shownBy--
  }

  changed(): void {
    if (this.isShown) this.#again()
    else this.putOff()
  }

  /** It has changed, and is looked at again when the next view shows it. */
  putOff(): void {
    this.#changed = true
  }

  #again(): void {
    this.#changed = false
    this.#refresh()
  }
}
