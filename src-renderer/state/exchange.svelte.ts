import { dropGrant, type Client, type ProjectClient } from '../client/index.ts'
import type { ImportPreview, ImportResult } from '../../src-main/contract/wire.ts'
import { count, plural } from '../ui/format.ts'
import type { Toasts } from './toasts.svelte.ts'

export interface ImportChoice {
  what: 'truth' | 'predictions'
  /** what happens to images that have truth already */
  existing: 'add' | 'replace' | 'skip'
  /** whose labels they are, where they become a run */
  runName: string
}

type LabelDialogs = Pick<Client['shell']['dialogs'], 'chooseLabels' | 'saveLabels'>

/** Labels in and out: the sheet that shows what an import will do, then what it did. */
export class Exchange {
  reading = $state(false)
  writing = $state(false)
  preview = $state.raw<ImportPreview | null>(null)
  result = $state.raw<ImportResult | null>(null)
  choice = $state<ImportChoice>({ what: 'truth', existing: 'skip', runName: '' })
  /** whether the sheet stands */
  readonly open = $derived(this.reading || this.preview !== null || this.result !== null)
  readonly #client: ProjectClient
  readonly #dialogs: LabelDialogs
  readonly #toasts: Toasts

  constructor(client: ProjectClient, dialogs: LabelDialogs, toasts: Toasts) {
    this.#client = client
    this.#dialogs = dialogs
    this.#toasts = toasts
  }

  /** Asks for a file and reads what it would do; nothing is written yet. */
  async choose(): Promise<void> {
    await this.#guard(async () => {
      const chosen = await this.#dialogs.chooseLabels({})
      if (chosen) await this.#read(chosen.grant)
    })
  }

  /** The same for a file that was dropped on the window. */
  async drop(file: File): Promise<void> {
    await this.#guard(async () => {
      const { grant } = await dropGrant(file)
      await this.#read(grant)
    })
  }

  async import(): Promise<void> {
    const preview = this.preview
    if (!preview) return
    this.writing = true
    await this.#guard(async () => {
      const { what, existing, runName } = this.choice
      this.result = await this.#client.exchange.import({
        token: preview.token,
        what,
        existing,
        ...(what === 'predictions' && runName.trim() ? { runName: runName.trim() } : {}),
      })
    })
    this.writing = false
  }

  async undo(): Promise<void> {
    const group = this.result?.group
    if (!group) return
    await this.#guard(async () => {
      const gestureId = crypto.randomUUID()
      const { images } = await this.#client.annotate.undoGroup({ group, gestureId })
      this.#toasts.note(`The import was taken back on ${plural(images, 'image')}.`)
      this.close()
    })
  }

  /** @param name of the project, which the file is named after */
  async export(name: string, what: 'truth' | 'predictions'): Promise<void> {
    await this.#guard(async () => {
      const target = await this.#dialogs.saveLabels({ suggestedName: `${name}-${what}.csv` })
      if (!target) return
      const done = await this.#client.exchange.export({ grant: target.grant, what })
      this.#toasts.note(
        `Wrote ${count(done.instances)} ${what === 'truth' ? 'truth' : 'predicted'} instances of ${plural(done.images, 'image')} to ${done.file}.`,
      )
    })
  }

  close(): void {
    this.preview = null
    this.result = null
  }

  async #read(grant: string): Promise<void> {
    this.close()
    this.reading = true
    try {
      const preview = await this.#client.exchange.previewImport({ grant })
      const runName = preview.file.replace(/\.[^.]*$/, '').slice(0, 80)
      this.choice = { what: 'truth', existing: 'skip', runName }
      this.preview = preview
    } finally {
      this.reading = false
    }
  }

  async #guard(act: () => Promise<void>): Promise<void> {
    try {
      await act()
    } catch (error) {
      this.#toasts.error(error)
    }
  }
}
