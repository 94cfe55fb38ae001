import type { Client } from '../client/index.ts'
import type { ImageDetail, ImageScore, PixelTile } from '../../src-main/contract/wire.ts'
import { History } from './history.ts'
import { whyNotShown } from './image-file.ts'
import { ImageMemory } from './image-memory.ts'
import { imageStateOf, stillThere, type ImageState } from './image-state.ts'
import type { Images } from './images.svelte.ts'
import type { Project } from './project.svelte.ts'
import type { Toasts } from './toasts.svelte.ts'

export interface Surroundings {
  client: Client
  toasts: Toasts
  images: Images
  project: Project
}

/** The open image as the window shows it, and when it is fetched again. */
export abstract class OpenImage {
  image = $state<number | null>(null)
  /** null while it is fetched, and where its file cannot be read */
  state = $state.raw<ImageState | null>(null)
  tiles = $state.raw<readonly PixelTile[]>([])
  score = $state.raw<ImageScore | null>(null)
  loading = $state(false)
  /** why the open image cannot be shown, as a sentence */
  failure = $state<string | null>(null)
  canUndo = $state(false)
  canRedo = $state(false)
  /** ids of truth instances and predictions, in the order in which they were chosen */
  selection = $state.raw<readonly string[]>([])
  hovered = $state<string | null>(null)
  readonly row = $derived.by(() =>
    this.image === null ? undefined : this.around.images.rows.get(this.image),
  )

  protected readonly around: Surroundings
  protected readonly memory = new ImageMemory()
  protected readonly history = new History()
  /** what the open image has missed while its gestures were being saved: truth up to this revision, Infinity: anything */
  protected missed = -1
  /** `content` of the row whose pixels were fetched; null: none yet */
  #content: string | null = null

  constructor(around: Surroundings) {
    this.around = around
  }

  /** Whether gestures on an image are on their way to the disk: what is fetched of its marks is older than what is shown. */
  protected abstract isSaving(image: number): boolean

  /** Fetches the open image again; what is selected stays so. */
  async refetch(): Promise<void> {
    await this.catchUp(Infinity)
  }

  /** News that truth or predictions of an image changed; what this window's own gestures changed it knows already. */
  async changed(image: number, what: 'truth' | 'predictions', revision: number): Promise<void> {
    if (image === this.image) await this.catchUp(what === 'predictions' ? Infinity : revision)
  }

  /** News of rows: fetches the open image again where its file was lost, found or replaced. */
  async lookAtFile(): Promise<void> {
    const { image, row } = this
    if (image === null || !row || this.#content === null) return
    if (row.content !== this.#content || whyNotShown(row) !== this.failure) await this.fetch(image)
  }

  /** Fetches the open image unless it has this revision: now, or where gestures on it wait, once they are saved. */
  protected async catchUp(revision: number): Promise<void> {
    const { image } = this
    if (image === null || revision <= this.memory.revision(image)) return
    if (this.isSaving(image)) this.missed = Math.max(this.missed, revision)
    else await this.fetch(image)
  }

  /** Shows `image`, for now as it is remembered, and fetches it. */
  protected async turnTo(image: number): Promise<void> {
    this.image = image
    this.reset(this.memory.kept(image))
    this.tiles = []
    this.loading = true
    await this.fetch(image)
  }

  protected async fetch(image: number): Promise<void> {
    const project = this.around.project.id
    if (project === null) return
    this.missed = -1
    try {
      const detail = await this.around.client.backend.images.get({ project, image })
      if (this.image === image && project === this.around.project.id) this.#take(detail)
    } catch (error) {
      if (this.image !== image) return
      this.loading = false
      if (!this.state) this.failure = error instanceof Error ? error.message : String(error)
    }
  }

  protected setState(state: ImageState | null): void {
    this.state = state
    this.selection = stillThere(state, this.selection)
    if (this.hovered !== null && stillThere(state, [this.hovered]).length === 0) this.hovered = null
  }

  protected reset(state: ImageState | null): void {
    this.state = state
    this.score = null
    this.failure = null
    this.#content = null
    this.canUndo = false
    this.canRedo = false
    this.selection = []
    this.hovered = null
    this.history.clear()
  }

  #take(detail: ImageDetail): void {
    this.loading = false
    this.tiles = detail.tiles
    this.failure = whyNotShown(detail.row)
    this.#content = detail.row.content
    if (this.isSaving(detail.row.id)) {
      this.missed = Infinity
      return
    }
    // the answer may have been overtaken by that of a gesture
    if (detail.row.revision < this.memory.revision(detail.row.id)) return void this.fetch(detail.row.id)
    if (this.memory.revision(detail.row.id) !== detail.row.revision) this.history.clear()
    this.around.images.update([detail.row])
    this.memory.setRevision(detail.row.id, detail.row.revision)
    this.setState(imageStateOf(detail))
    this.score = detail.score
    this.canUndo = detail.canUndo
    this.canRedo = detail.canRedo
  }
}
