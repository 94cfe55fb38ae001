import type { Client, ProjectClient } from '../client/index.ts'
import { labelFormat } from '../../src-main/contract/label-formats.ts'
import type { LabelFormatId } from '../../src-main/contract/label-formats.ts'
import type { ExportPreview } from '../../src-main/contract/wire.ts'
import { count, plural } from '../ui/format.ts'
import type { Toasts } from './toasts.svelte.ts'

export interface ExportChoice {
  what: 'truth' | 'predictions'
  format: LabelFormatId
  /** with what is marked on images that are not finished */
  unfinished: boolean
}

type LabelDialogs = Pick<Client['shell']['dialogs'], 'saveLabels'>

/** Labels that go out: the sheet that says what will be in the file and what not, where there is a question. */
export class Outgoing {
  /** null: the sheet does not stand */
  choice = $state<ExportChoice | null>(null)
  /** of the choice as it is; null: being found out */
  preview = $state.raw<ExportPreview | null>(null)
  writing = $state(false)
  readonly #client: ProjectClient
  readonly #dialogs: LabelDialogs
  readonly #toasts: Toasts
  readonly #name: () => string

  /** @param name of the project, which files are named after */
  constructor(client: ProjectClient, dialogs: LabelDialogs, toasts: Toasts, name: () => string) {
    this.#client = client
    this.#dialogs = dialogs
    this.#toasts = toasts
    this.#name = name
  }

  /** Exports as Airbus CSV; asks first only where marked images would not be in it. */
  async start(what: ExportChoice['what']): Promise<void> {
    const choice: ExportChoice = { what, format: 'airbus', unfinished: false }
    await this.#toasts.guard(async () => {
      const preview = await this.#client.exchange.previewExport(choice)
      if (preview.unfinishedImages === 0) return this.#write(choice)
      this.choice = choice
      this.preview = preview
    })
  }

  /** Opens the sheet. */
  async ask(what: ExportChoice['what']): Promise<void> {
    await this.choose({ what, format: 'airbus', unfinished: false })
  }

  /** Another choice in the sheet. */
  async choose(choice: ExportChoice): Promise<void> {
    this.choice = choice
    this.preview = null
    const chosen = this.choice
    await this.#toasts.guard(async () => {
      const preview = await this.#client.exchange.previewExport(choice)
      // the person may have chosen again, or closed the sheet
      if (this.choice === chosen) this.preview = preview
    })
  }

  /** Asks where to, and writes. */
  async write(): Promise<void> {
    const { choice } = this
    if (!choice) return
    this.writing = true
    await this.#toasts.guard(async () => {
      if (await this.#write($state.snapshot(choice))) this.close()
    })
    this.writing = false
  }

  close(): void {
    this.choice = null
    this.preview = null
  }

  /** @returns false where the person named no place */
  async #write(choice: ExportChoice): Promise<boolean> {
    const { what, format } = choice
    const { place, endings } = labelFormat(format)
    const name = `${this.#name()}-${what}`
    const suggestedName = place === 'file' ? `${name}.${endings[0]}` : `${name}-${format}`
    const target = await this.#dialogs.saveLabels({ suggestedName, format })
    if (!target) return false
    const done = await this.#client.exchange.export({ grant: target.grant, ...choice })
    this.#toasts.note(
      `Wrote ${count(done.instances)} ${what === 'truth' ? 'truth' : 'predicted'} instances of ${plural(done.images, 'image')} to ${done.file}.`,
    )
    return true
  }
}
