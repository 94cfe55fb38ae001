import { dropGrant, type Client, type ProjectClient } from '../client/index.ts'
import type { CategoryWish, ImportPreview, ImportResult } from '../../src-main/contract/wire.ts'
import { plural } from '../ui/format.ts'
import type { Toasts } from './toasts.svelte.ts'

export interface ImportChoice {
  what: 'truth' | 'predictions'
  /** what happens to images that have truth already */
  existing: 'add' | 'replace' | 'skip'
  /** pixels that several masks of the file claim: all keep them, the first in the file, or the smaller one */
  overlaps: 'keep' | 'order' | 'size'
  /** masks of the file count their pixels along the rows, as by mistake */
  rowByRow: boolean
  /** whose labels they are, where they become a run */
  runName: string
}

type LabelDialogs = Pick<Client['shell']['dialogs'], 'chooseLabels' | 'chooseFolder'>

const CHOICE: ImportChoice = {
  what: 'truth',
  existing: 'skip',
  overlaps: 'keep',
  rowByRow: false,
  runName: '',
}

/** Labels that come in: the sheet that shows what an import will do, then what it did. */
export class Exchange {
  reading = $state(false)
  writing = $state(false)
  preview = $state.raw<ImportPreview | null>(null)
  result = $state.raw<ImportResult | null>(null)
  choice = $state<ImportChoice>({ ...CHOICE })
  /** what each category of the file becomes */
  wishes = $state<CategoryWish[]>([])
  /** whether the sheet stands */
  readonly open = $derived(this.reading || this.preview !== null || this.result !== null)
  /** counts the files that were named, and the sheets that were closed */
  #asked = 0
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
    await this.#toasts.guard(async () => {
      const chosen = await this.#dialogs.chooseLabels({})
      if (chosen) await this.#read(chosen.grant)
    })
  }

  /** The same for a folder, as the labels of many tools are. */
  async chooseFolder(): Promise<void> {
    await this.#toasts.guard(async () => {
      const chosen = await this.#dialogs.chooseFolder({ purpose: 'labels' })
      if (chosen) await this.#read(chosen.grant)
    })
  }

  /** The same for a file that was dropped on the window. */
  async drop(file: File): Promise<void> {
    await this.#toasts.guard(async () => {
      const { grant } = await dropGrant(file)
      await this.#read(grant)
    })
  }

  async import(): Promise<void> {
    const preview = this.preview
    if (!preview) return
    this.writing = true
    const asked = this.#asked
    await this.#toasts.guard(async () => {
      const { what, existing, overlaps, rowByRow, runName } = this.choice
      const result = await this.#client.exchange.import({
        token: preview.token,
        what,
        existing,
        overlaps,
        rowByRow,
        categories: this.wishes.map((wish) => ({ ...wish })),
        ...(what === 'predictions' && runName.trim() ? { runName: runName.trim() } : {}),
      })
      if (asked === this.#asked) this.result = result
      // its sheet is gone
      else this.#toasts.note(`${preview.file} is imported on ${plural(result.images, 'image')}.`)
    })
    this.writing = false
  }

  async undo(): Promise<void> {
    const group = this.result?.group
    if (!group) return
    const asked = this.#asked
    await this.#toasts.guard(async () => {
      const gestureId = crypto.randomUUID()
      const { images } = await this.#client.annotate.undoGroup({ group, gestureId })
      this.#toasts.note(`The import was taken back on ${plural(images, 'image')}.`)
      if (asked === this.#asked) this.close()
    })
  }

  close(): void {
    this.#asked++
    this.reading = false
    this.preview = null
    this.result = null
  }

  async #read(grant: string): Promise<void> {
    this.close()
    this.reading = true
    const asked = this.#asked
    try {
      const preview = await this.#client.exchange.previewImport({ grant })
      // another file was named meanwhile, or the sheet was closed
      if (asked !== this.#asked) return
      const runName = preview.file.replace(/\.[^.]*$/, '').slice(0, 80)
      this.choice = { ...CHOICE, runName }
      this.wishes = preview.categories.map(({ wish }) => wish)
      this.preview = preview
    } finally {
      if (asked === this.#asked) this.reading = false
    }
  }
}
