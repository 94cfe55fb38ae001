import { applyPlan, checkPlan } from '../../src-main/core/edit/edit.ts'
import type { DrydockError } from '../../src-main/contract/errors.ts'
import type { EditResult, ImageDetail } from '../../src-main/contract/wire.ts'
import { unpackDetail } from '../../src-main/core/packed-detail.ts'
import type { ProjectClient } from '../client/index.ts'
import { plural } from '../ui/format.ts'
import { GestureQueue, type Gesture, type QueueHost } from './gesture-queue.ts'
import type { ImageMemory } from './image-memory.ts'
import { imageStateOf, rebase } from './image-state.ts'
import type { Images } from './images.svelte.ts'
import type { OpenImage } from './open-image.svelte.ts'
import type { Toasts } from './toasts.svelte.ts'

/** What saving needs of its project. */
interface Surroundings {
  readonly client: ProjectClient
  readonly images: Images
  readonly memory: ImageMemory
  readonly toasts: Toasts
  /** The image on the screen. */
  shown(): OpenImage | null
  /** Opens the project again in a backend that has not got it open. */
  reopen(): Promise<void>
}

/** The gestures of one project on their way to the disk, and what their answers change. */
export class Saving {
  /** gestures that are not on the disk yet */
  unsaved = $state(0)
  /** why the last attempt to save failed; null while things go well */
  error = $state.raw<DrydockError | null>(null)
  /** how long the last gesture took to be saved; null: none yet */
  seconds = $state<number | null>(null)
  /** no gesture is taken any more: the project is being closed */
  closing = $state(false)
  readonly #around: Surroundings
  readonly #queue: GestureQueue

  constructor(around: Surroundings) {
    this.#around = around
    this.#queue = new GestureQueue({
      send: (gesture, revision) => sendGesture(around.client, gesture, revision),
      revision: (image) => around.memory.revision(image),
      acknowledged: (gesture, result, seconds) => this.#acknowledged(gesture, result, seconds),
      reopen: () => around.reopen(),
      conflict: (image) => this.#conflict(image),
      refused: (image, dropped, error) => this.#refused(image, dropped, error),
      nothingToDo: (gesture) => this.#nothingToDo(gesture),
      changed: () => this.#changed(),
      unexpected: (error) => this.#unexpected(error),
      ...windowClock,
    })
  }

  /** Takes what a gesture comes to; a step that is not `shown` is one of which only the backend knows what it does. */
  add(image: number, step: Gesture['step'], shown: boolean): void {
    this.#queue.push({ gestureId: crypto.randomUUID(), image, step, shown })
  }

  /** Tries at once to save what waits. */
  resend(): void {
    this.#queue.retry()
  }

  /** Tries to save what waits. @returns whether nothing waits any more; false as soon as something keeps it from being saved */
  settled(): Promise<boolean> {
    return this.#queue.empty()
  }

  /** Takes no gesture from now on, and tries to save those that wait. @returns whether all are saved; where not, gestures are taken again */
  async close(): Promise<boolean> {
    this.closing = true
    const saved = await this.#queue.empty()
    this.closing = saved
    return saved
  }

  isSaving(image: number): boolean {
    return this.#queue.isWaiting(image)
  }

  /** Whether an undo or redo waits of which only the backend knows what it does; a further one would be a guess. */
  isAsking(image: number): boolean {
    return this.#queue.isAsking(image)
  }

  #changed(): void {
    const { waiting, error } = this.#queue
    this.unsaved = waiting.length
    this.error = error
    void this.#around.shown()?.catchUp()
  }

  /** Of what follows an answer; what was saved is saved. */
  #unexpected(error: unknown): void {
    console.error(error)
    this.#around.toasts.error(error)
  }

  #shown(image: number): OpenImage | null {
    const shown = this.#around.shown()
    return shown?.id === image ? shown : null
  }

  #acknowledged(gesture: Gesture, result: EditResult, seconds: number): void {
    const { memory, images } = this.#around
    this.seconds = seconds
    memory.setRevision(gesture.image, result.revision)
    images.update([result.row])
    const more = this.isSaving(gesture.image)
    if (!more) memory.release(gesture.image)
    const shown = this.#shown(gesture.image)
    if (!shown) return
    shown.score = result.score
    if (!gesture.shown && shown.state) {
      if (checkPlan(shown.state, result.plan) === null) shown.setState(applyPlan(shown.state, result.plan))
      else shown.mistrust()
      // what was undone before is no longer what redo would do next
      shown.history.clear()
    }
    if (more) return
    shown.canUndo = result.canUndo
    shown.canRedo = result.canRedo
  }

  async #conflict(image: number): Promise<(waiting: readonly Gesture[]) => readonly Gesture[]> {
    const detail = unpackDetail(await this.#around.client.images.get({ image }))
    return (waiting) => this.#putOnTop(detail, waiting)
  }

  /** Shows an image as it was fetched, with the gestures that wait on top. @returns those that fit, as they fit */
  #putOnTop(detail: ImageDetail, waiting: readonly Gesture[]): readonly Gesture[] {
    const { memory, images, toasts } = this.#around
    const image = detail.row.id
    const { state, kept } = rebase(imageStateOf(detail), waiting)
    const changed = memory.revision(image) !== detail.row.revision
    memory.setRevision(image, detail.row.revision)
    images.update([detail.row])
    memory.release(image)
    const shown = this.#shown(image)
    if (shown) {
      shown.history.clear()
      shown.setState(state)
      shown.canUndo = detail.canUndo || kept.length > 0
      shown.canRedo = detail.canRedo && kept.length === 0
    }
    if (changed || kept.length < waiting.length)
      toasts.note(conflictNote(detail.row.path, waiting.length, kept.length))
    return kept
  }

  #refused(image: number, dropped: readonly Gesture[], error: DrydockError): void {
    this.#around.toasts.failure(`${error.message} ${plural(dropped.length, 'gesture')} could not be saved.`)
    this.#around.memory.release(image)
    const shown = this.#shown(image)
    if (!shown) return
    shown.history.clear()
    void shown.fetch()
  }

  /** A key that is held goes on past the first edit: nobody is told. */
  #nothingToDo({ image, step }: Gesture): void {
    const more = this.isSaving(image)
    if (!more) this.#around.memory.release(image)
    const shown = this.#shown(image)
    if (!shown) return
    shown.mistrust()
    if (more) return
    if (step.kind === 'undo') shown.canUndo = false
    else shown.canRedo = false
  }
}

/** Sends one gesture to the procedure that it is for. */
function sendGesture(
  { annotate }: ProjectClient,
  { image, gestureId, step }: Gesture,
  expectedRevision: number,
): Promise<EditResult> {
  const common = { image, gestureId, expectedRevision }
  if (step.kind === 'apply') return annotate.apply({ ...common, plan: step.plan })
  return step.kind === 'undo' ? annotate.undo(common) : annotate.redo(common)
}

/** The queue's time, by the window's clock. */
const windowClock: Pick<QueueHost, 'now' | 'later'> = {
  now: () => performance.now() / 1000,
  later: (seconds, act) => {
    const timer = setTimeout(act, seconds * 1000)
    return () => clearTimeout(timer)
  },
}

/** What to say after a conflict. @param waiting gestures that had been made, of which `kept` still fit */
function conflictNote(path: string, waiting: number, kept: number): string {
  if (waiting === kept) return `${path} was changed elsewhere. Your last gestures were applied on top.`
  const lost = plural(waiting - kept, 'gesture')
  return `${path} was changed elsewhere and is shown as it is now. ${lost} of yours did not fit any more.`
}
