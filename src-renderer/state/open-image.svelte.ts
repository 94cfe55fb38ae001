import type { ProjectClient } from '../client/index.ts'
import type { ImageDetail, ImageScore, PixelTile } from '../../src-main/contract/wire.ts'
import { unpackDetail } from '../../src-main/core/packed-detail.ts'
import { Draft } from './draft.svelte.ts'
import { Embedding } from './embedding.svelte.ts'
import { History } from './history.ts'
import { whyNotShown } from './image-file.ts'
import type { ImageMemory } from './image-memory.ts'
import { imageStateOf, stillThere, type ImageState } from './image-state.ts'
import type { Images } from './images.svelte.ts'
import { OpenInference } from './open-inference.svelte.ts'
import { Raster } from './raster.svelte.ts'
import type { Toasts } from './toasts.svelte.ts'

/** What an open image needs of its project. */
export interface Surroundings {
  readonly client: ProjectClient
  readonly toasts: Toasts
  readonly images: Images
  readonly memory: ImageMemory
  /** What was fetched of an image before it was opened, as long as nothing of it has changed; null: nothing. */
  early(image: number): ImageDetail | null
  /** Whether gestures on an image are on their way to the disk: what is fetched of its marks is older than what is shown. */
  isSaving(image: number): boolean
  /** the project was left */
  readonly left: AbortSignal
}

/**
 * One image on the screen, as the window shows it, and when it is fetched again. Made when a person turns to it and thrown away
 * when they leave it: an answer that comes late has nowhere to land.
 */
export class OpenImage {
  readonly id: number
  /** null while it is fetched, and where its file cannot be read */
  state = $state.raw<ImageState | null>(null)
  tiles = $state.raw<readonly PixelTile[]>([])
  /** `content` of the row whose tiles these are; null: none yet */
  content = $state<string | null>(null)
  score = $state.raw<ImageScore | null>(null)
  loading = $state(true)
  /** why it cannot be shown, as a sentence */
  failure = $state<string | null>(null)
  canUndo = $state(false)
  canRedo = $state(false)
  /** ids of truth instances and predictions, in the order in which they were chosen */
  selection = $state.raw<readonly string[]>([])
  hovered = $state<string | null>(null)
  /** the flag's comment is being written */
  flagging = $state(false)
  /** the reason why it is left out is being written */
  leavingOut = $state(false)
  readonly row = $derived.by(() => this.#around.images.rows.get(this.id))
  readonly history = new History()
  /** bands, place on the earth, mapping, samples */
  readonly raster: Raster
  /** what the network gives for it */
  readonly inference: OpenInference
  readonly draft: Draft
  readonly embedding: Embedding
  /** masks of its truth; null: it is not finished, and has none */
  readonly truth = $derived.by(() =>
    this.state && !this.state.leftOut && (this.state.status === 'done' || this.state.status === 'no ship')
      ? this.state.truth.map(({ rle }) => rle)
      : null,
  )
  readonly #around: Surroundings
  readonly #left = new AbortController()
  readonly #unpin: () => void
  /** what it has missed while its gestures were being saved: truth up to this revision, Infinity: anything */
  #missed = -1
  #asked = 0
  #taken = 0

  /** An image as it is remembered; what is stored is yet to be fetched. */
  constructor(id: number, around: Surroundings) {
    this.id = id
    this.#around = around
    this.state = around.memory.kept(id)
    this.raster = new Raster(around.client, id, this.#left.signal)
    this.inference = new OpenInference(around.client, id, this.#left.signal, () => this.draft.refresh())
    this.draft = new Draft({
      image: id,
      client: around.client,
      inference: this.inference,
      state: () => this.state,
      truth: () => this.truth,
      failed: (error) => around.toasts.error(error),
    })
    this.embedding = new Embedding(this.draft, this.inference, () => this.truth)
    this.#unpin = around.images.pin(id)
  }

  /** Fetches it again; what is selected stays so. */
  async refetch(): Promise<void> {
    await this.changed(Infinity)
  }

  /** News that truth has this revision, or that anything else changed (Infinity); what the window's own gestures changed it knows already. */
  async changed(revision: number): Promise<void> {
    if (revision <= this.#around.memory.revision(this.id)) return
    if (this.#around.isSaving(this.id)) this.#missed = Math.max(this.#missed, revision)
    else await this.fetch()
  }

  /** What is shown of it may be wrong: it is fetched again once its gestures are saved. */
  mistrust(): void {
    this.#missed = Infinity
  }

  /** Gestures were saved, or will not be: fetches what was missed meanwhile. */
  async catchUp(): Promise<void> {
    await this.changed(this.#missed)
  }

  /** News of its row: fetches it again where its file was lost, found or replaced. */
  async lookAtFile(): Promise<void> {
    if (!this.row || this.content === null) return
    // an answer that is on its way may be older than the news
    const isAsking = this.#asked > this.#taken
    const isOther = this.row.content !== this.content || whyNotShown(this.row) !== this.failure
    if (isAsking || isOther) await this.fetch()
  }

  async fetch(): Promise<void> {
    const { signal } = this.#left
    const asked = ++this.#asked
    this.#missed = -1
    const early = this.loading ? this.#around.early(this.id) : null
    if (early) this.#take(early)
    try {
      const detail = unpackDetail(await this.#around.client.images.get({ image: this.id }, { signal }))
      if (signal.aborted || asked < this.#taken) return
      this.#taken = asked
      this.#take(detail)
    } catch (error) {
      if (signal.aborted) return
      this.loading = false
      if (!this.state) this.failure = error instanceof Error ? error.message : String(error)
    }
  }

  setState(state: ImageState | null): void {
    this.state = state
    this.selection = stillThere(state, this.selection)
    if (this.hovered !== null && stillThere(state, [this.hovered]).length === 0) this.hovered = null
  }

  /** Another image is on the screen. */
  leave(): void {
    const store = this.draft.unkept()
    this.#left.abort()
    this.draft.leave()
    if (store) this.#offer(store)
    this.#unpin()
    if (this.state && this.#around.isSaving(this.id)) this.#around.memory.keep(this.state)
  }

  /** A draft goes with its image: it is said, and can still be kept. */
  #offer(store: () => Promise<unknown>): void {
    const { toasts, left: until } = this.#around
    toasts.note(`The draft of ${this.row?.path ?? 'the image before'} was not kept.`, {
      label: 'Keep it',
      act: () => void toasts.guard(store),
      until,
    })
  }

  #take(detail: ImageDetail): void {
    const { memory, images } = this.#around
    this.loading = false
    this.tiles = detail.tiles
    this.failure = whyNotShown(detail.row)
    if (this.content !== detail.row.content) void this.raster.refresh()
    this.content = detail.row.content
    void this.inference.refresh()
    if (this.#around.isSaving(this.id)) return this.mistrust()
    // the answer may have been overtaken by that of a gesture
    if (detail.row.revision < memory.revision(this.id)) return void this.fetch()
    if (memory.revision(this.id) !== detail.row.revision) this.history.clear()
    images.update([detail.row])
    memory.setRevision(this.id, detail.row.revision)
    this.setState(imageStateOf(detail))
    this.score = detail.score
    this.canUndo = detail.canUndo
    this.canRedo = detail.canRedo
  }
}
