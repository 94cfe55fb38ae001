import type { LabelForms } from '../../src-main/contract/wire.ts'
import type { LabelForm as Form } from '../../src-main/contract/words.ts'
import type { ProjectClient } from '../client/index.ts'
import { Latest } from './latest.ts'
import { Soon } from './soon.ts'
import type { Toasts } from './toasts.svelte.ts'
import { WhenShown } from './when-shown.ts'

/** Labels are looked at again so long after an image was finished, once for all that were meanwhile. */
const AGAIN_MS = 2000

/** What the smart box gives in the open project: outlines or rectangles. */
export class LabelForm {
  #forms = $state.raw<LabelForms>({ chosen: null, labels: null })
  readonly value: Form = $derived(this.#forms.chosen ?? this.#forms.labels ?? 'outline')
  /** why it is so; null: a person has chosen it */
  readonly why = $derived(
    this.#forms.chosen !== null || this.#forms.labels === null ? null : "as this project's labels are",
  )
  readonly #latest = new Latest()
  /** choices that are on their way to the disk, and how often one has begun or come there: what was asked before is older than what is shown */
  #underWay = 0
  #turns = 0
  /** its views say so themselves */
  readonly shown: WhenShown
  readonly #client: ProjectClient
  readonly #toasts: Toasts

  /** @param left the project is left */
  constructor(client: ProjectClient, toasts: Toasts, left: AbortSignal) {
    this.#client = client
    this.#toasts = toasts
    const again = new Soon(() => void this.refresh(), AGAIN_MS, left)
    this.shown = new WhenShown(() => again.ask())
  }

  async refresh(): Promise<void> {
    const turns = this.#turns
    await this.#latest.askGuarded(
      this.#toasts,
      () => this.#client.annotate.labelForms({}),
      (forms) => {
        if (this.#underWay === 0 && turns === this.#turns) this.#forms = forms
      },
    )
  }

  /** Shown at once; afterwards what is stored, which is the choice before where it could not be. What the labels are is no choice: it follows them. */
  async choose(form: Form): Promise<void> {
    if (form === this.value) return
    const chosen = form === this.#forms.labels ? null : form
    this.#forms = { ...this.#forms, chosen }
    this.#underWay++
    this.#turns++
    await this.#toasts.guard(() => this.#client.annotate.chooseLabelForm({ form: chosen }))
    this.#underWay--
    this.#turns++
    await this.refresh()
  }

  toggle(): void {
    void this.choose(this.value === 'outline' ? 'rectangle' : 'outline')
  }
}
