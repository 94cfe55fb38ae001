import type { Client } from '../client/index.ts'
import { applyPlan, checkPlan, invertPlan, planStatus, type Planned } from '../../src-main/core/edit/edit.ts'
import type { DrydockError } from '../../src-main/contract/errors.ts'
import type {
  EditPlan,
  EditResult,
  ImageDetail,
  ImageScore,
  PixelTile,
} from '../../src-main/contract/wire.ts'
import { plural } from '../ui/format.ts'
import { History } from './history.ts'
import { GestureQueue, type Gesture } from './gesture-queue.ts'
import { ImageMemory } from './image-memory.ts'
import { imageStateOf, rebase, stillThere, type ImageState } from './image-state.ts'
import type { Images } from './images.svelte.ts'
import type { Project } from './project.svelte.ts'
import { conflictNote, sendGesture, windowClock } from './saving.ts'
import type { Toasts } from './toasts.svelte.ts'

/** So many of the images to do after the open one are named to the backend, which predicts the first few. */
const UPCOMING = 10

interface Surroundings {
  client: Client
  toasts: Toasts
  images: Images
  project: Project
}

/** The open image: its truth and predictions as shown, what is selected, and the gestures on their way to the disk. */
export class Editing {
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
  /** gestures that are not on the disk yet */
  unsaved = $state(0)
  /** why the last attempt to save failed; null while things go well */
  saveError = $state.raw<DrydockError | null>(null)
  /** how long the last gesture took to be saved; null: none yet */
  savedIn = $state<number | null>(null)
  readonly row = $derived.by(() =>
    this.image === null ? undefined : this.#around.images.rows.get(this.image),
  )

  readonly #around: Surroundings
  readonly #queue: GestureQueue
  readonly #memory = new ImageMemory()
  readonly #history = new History()
  #visited: number[] = []
  /** the last Done or No ship, while nothing has been done since */
  #finished: { image: number; next: number | null; changed: boolean } | null = null

  constructor(around: Surroundings) {
    this.#around = around
    this.#queue = new GestureQueue({
      send: (gesture, revision) => sendGesture(around.client, around.project.id ?? '', gesture, revision),
      revision: (image) => this.#memory.revision(image),
      acknowledged: (gesture, result, seconds) => this.#acknowledged(gesture, result, seconds),
      conflict: (image, waiting) => this.#conflict(image, waiting),
      refused: (image, dropped, error) => this.#refused(image, dropped, error),
      changed: () => {
        this.unsaved = this.#queue.waiting.length
        this.saveError = this.#queue.error
      },
      ...windowClock,
    })
  }

  openFirst(): void {
    const [first] = this.#around.images.visible
    if (first) void this.#open(first.id)
  }

  /** Opens the image that a person has chosen; those that are to be done after it are predicted meanwhile. */
  async open(image: number): Promise<void> {
    if (image === this.image) return
    await this.#open(image)
    if (image === this.image) this.#predictAhead(image)
  }

  async #open(image: number): Promise<void> {
    this.#leave()
    this.image = image
    this.#reset(this.#memory.kept(image))
    this.tiles = []
    this.loading = true
    await this.#fetch(image)
  }

  /** Returns to the image that was open before. */
  back(): void {
    const before = this.#visited.pop()
    if (before === undefined) return
    void this.open(before).then(() => this.#visited.pop())
  }

  /** Fetches the open image again; what is selected stays so. */
  async refetch(): Promise<void> {
    if (this.image !== null && !this.#queue.isWaiting(this.image)) await this.#fetch(this.image)
  }

  /** News that truth or predictions of an image changed; what this window's own gestures changed it knows already. */
  async changed(image: number, what: 'truth' | 'predictions', revision: number): Promise<void> {
    if (image !== this.image || this.#queue.isWaiting(image)) return
    if (what === 'predictions' || revision > this.#memory.revision(image)) await this.#fetch(image)
  }

  /** Applies what a gesture comes to: shown at once, then saved. A refusal is said. @returns whether something changed */
  perform(planned: Planned): boolean {
    if ('refusal' in planned) {
      this.#around.toasts.note(planned.refusal)
      return false
    }
    return this.apply(planned.plan)
  }

  /** Shows a plan and sends it. @returns whether the image takes it */
  apply(plan: EditPlan): boolean {
    if (!this.#show(plan)) return false
    this.#history.add(plan)
    this.#finished = null
    this.canUndo = true
    this.canRedo = false
    const created = plan.instances
      .filter((change) => change.lifecycle === 'create')
      .map(({ instance }) => instance)
    if (['polygon', 'box', 'brush'].includes(plan.kind) && created.length > 0) this.selection = created
    this.#push({ kind: 'apply', plan }, true)
    return true
  }

  /** Sets the status, unless it is so already, and goes to the next image that nobody has finished. */
  finish(status: 'done' | 'no ship'): void {
    const image = this.image
    if (image === null || !this.state) return
    const changed = this.state.status !== status
    if (changed && !this.perform(planStatus(this.state, status))) return
    const [next] = this.#around.images.unfinishedAfter(image, 1)
    if (next) void this.open(next.id)
    else this.#around.toasts.note('Every image in this list is finished.')
    this.#finished = { image, next: next?.id ?? null, changed }
  }

  /** Takes back the last gesture; straight after Done or No ship, the one on the image that was left. */
  async undo(): Promise<void> {
    const finished = this.#finished
    this.#finished = null
    if (finished && finished.next === this.image) {
      await this.open(finished.image)
      if (!finished.changed) return
    }
    if (!this.canUndo) return
    const plan = this.#history.undo()
    if (plan) {
      this.#show(invertPlan(plan))
      this.canRedo = true
    }
    this.#push({ kind: 'undo' }, plan !== undefined)
  }

  redo(): void {
    if (!this.canRedo) return
    const plan = this.#history.redo()
    if (plan) {
      this.#show(plan)
      this.canUndo = true
    }
    this.#push({ kind: 'redo' }, plan !== undefined)
  }

  /** Tries at once to save what waits. */
  resend(): void {
    this.#queue.retry()
  }

  clear(): void {
    this.#queue.clear()
    this.#memory.clear()
    this.#visited = []
    this.image = null
    this.tiles = []
    this.loading = false
    this.savedIn = null
    this.#reset(null)
  }

  /** Nobody asked for it, so nobody is told where it fails. */
  #predictAhead(image: number): void {
    const project = this.#around.project.id
    const images = this.#around.images.unfinishedAfter(image, UPCOMING).map(({ id }) => id)
    if (project === null || images.length === 0) return
    this.#around.client.backend.predict.ahead({ project, images }).catch(() => undefined)
  }

  #reset(state: ImageState | null): void {
    this.state = state
    this.score = null
    this.failure = null
    this.canUndo = false
    this.canRedo = false
    this.selection = []
    this.hovered = null
    this.#history.clear()
    this.#finished = null
  }

  #leave(): void {
    if (this.image === null) return
    this.#visited = [...this.#visited.slice(-99), this.image]
    if (this.state && this.#queue.isWaiting(this.image)) this.#memory.keep(this.state)
  }

  #show(plan: EditPlan): boolean {
    if (!this.state) return false
    if (this.#around.project.summary?.readOnly) {
      this.#around.toasts.failure(
        'This project cannot be written, so nothing was changed. Open a copy of it elsewhere.',
      )
      return false
    }
    const objection = checkPlan(this.state, plan)
    if (objection !== null) {
      this.#around.toasts.note(objection)
      return false
    }
    this.#setState(applyPlan(this.state, plan))
    return true
  }

  #setState(state: ImageState | null): void {
    this.state = state
    this.selection = stillThere(state, this.selection)
    if (this.hovered !== null && stillThere(state, [this.hovered]).length === 0) this.hovered = null
  }

  #push(step: Gesture['step'], shown: boolean): void {
    if (this.image !== null)
      this.#queue.push({ gestureId: crypto.randomUUID(), image: this.image, step, shown })
  }

  async #fetch(image: number): Promise<void> {
    const project = this.#around.project.id
    if (project === null) return
    try {
      const detail = await this.#around.client.backend.images.get({ project, image })
      if (this.image === image && project === this.#around.project.id) this.#take(detail)
    } catch (error) {
      if (this.image !== image) return
      this.loading = false
      if (!this.state) this.failure = error instanceof Error ? error.message : String(error)
    }
  }

  #take(detail: ImageDetail): void {
    this.loading = false
    this.tiles = detail.tiles
    this.failure = detail.row.fileNote
    if (this.#queue.isWaiting(detail.row.id)) return
    // the answer may have been overtaken by that of a gesture
    if (detail.row.revision < this.#memory.revision(detail.row.id)) return void this.#fetch(detail.row.id)
    if (this.#memory.revision(detail.row.id) !== detail.row.revision) this.#history.clear()
    this.#around.images.update([detail.row])
    this.#memory.setRevision(detail.row.id, detail.row.revision)
    this.#setState(imageStateOf(detail))
    this.score = detail.score
    this.canUndo = detail.canUndo
    this.canRedo = detail.canRedo
  }

  #acknowledged(gesture: Gesture, result: EditResult, seconds: number): void {
    this.savedIn = seconds
    this.#memory.setRevision(gesture.image, result.revision)
    this.#around.images.update([result.row])
    const more = this.#queue.isWaiting(gesture.image)
    if (!more) this.#memory.release(gesture.image)
    if (gesture.image !== this.image) return
    this.score = result.score
    if (!gesture.shown && this.state) {
      if (checkPlan(this.state, result.plan) === null) this.#setState(applyPlan(this.state, result.plan))
      else if (!more) void this.#fetch(gesture.image)
    }
    if (more) return
    this.canUndo = result.canUndo
    this.canRedo = result.canRedo
  }

  async #conflict(image: number, waiting: readonly Gesture[]): Promise<readonly Gesture[]> {
    const project = this.#around.project.id ?? ''
    const detail = await this.#around.client.backend.images.get({ project, image })
    const { state, kept } = rebase(imageStateOf(detail), waiting)
    this.#memory.setRevision(image, detail.row.revision)
    this.#around.images.update([detail.row])
    this.#memory.release(image)
    if (image === this.image) {
      this.#history.clear()
      this.#setState(state)
    }
    this.#around.toasts.note(conflictNote(detail.row.path, waiting.length, kept.length))
    return kept
  }

  #refused(image: number, dropped: readonly Gesture[], error: DrydockError): void {
    this.#around.toasts.failure(`${error.message} ${plural(dropped.length, 'gesture')} could not be saved.`)
    this.#memory.release(image)
    if (image === this.image) void this.#fetch(image)
  }
}
