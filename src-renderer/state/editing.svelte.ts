import { applyPlan, checkPlan, invertPlan, type Planned } from '../../src-main/core/edit/edit.ts'
import type { DrydockError } from '../../src-main/contract/errors.ts'
import type { EditPlan, EditResult } from '../../src-main/contract/wire.ts'
import { plural } from '../ui/format.ts'
import { GestureQueue, type Gesture } from './gesture-queue.ts'
import { planFinish } from './image-file.ts'
import { imageStateOf, rebase, type ImageState } from './image-state.ts'
import { OpenImage, type Surroundings } from './open-image.svelte.ts'
import { conflictNote, sendGesture, windowClock } from './saving.ts'

/** So many of the images to do after the open one are named to the backend, which predicts the first few. */
const UPCOMING = 10

/** The open image with the gestures made on it: shown at once, then on their way to the disk. */
export class Editing extends OpenImage {
  /** gestures that are not on the disk yet */
  unsaved = $state(0)
  /** why the last attempt to save failed; null while things go well */
  saveError = $state.raw<DrydockError | null>(null)
  /** how long the last gesture took to be saved; null: none yet */
  savedIn = $state<number | null>(null)
  /** the flag's comment is being written */
  flagging = $state(false)
  readonly #queue: GestureQueue
  #visited: number[] = []
  /** the last Done or No ship, while nothing has been done since */
  #finished: { image: number; next: number | null; changed: boolean } | null = null

  constructor(around: Surroundings) {
    super(around)
    this.#queue = new GestureQueue({
      send: (gesture, revision) => sendGesture(around.client, around.project.id ?? '', gesture, revision),
      revision: (image) => this.memory.revision(image),
      acknowledged: (gesture, result, seconds) => this.#acknowledged(gesture, result, seconds),
      conflict: (image, waiting) => this.#conflict(image, waiting),
      refused: (image, dropped, error) => this.#refused(image, dropped, error),
      nothingToDo: (gesture) => this.#nothingToDo(gesture),
      changed: () => {
        this.unsaved = this.#queue.waiting.length
        this.saveError = this.#queue.error
        void this.catchUp(this.missed)
      },
      ...windowClock,
    })
  }

  openFirst(): void {
    const [first] = this.around.images.visible
    if (first) void this.turnTo(first.id)
  }

  /** Opens the image that a person has chosen; those that are to be done after it are predicted meanwhile. */
  async open(image: number): Promise<void> {
    if (image === this.image) return
    this.#leave()
    await this.turnTo(image)
    if (image === this.image) this.#predictAhead(image)
  }

  /** Returns to the image that was open before. */
  back(): void {
    const before = this.#visited.pop()
    if (before === undefined) return
    void this.open(before)
    // the image just left, which opening puts there: taken off at once, as the next press may come before the image is fetched
    this.#visited.pop()
  }

  /** Applies what a gesture comes to: shown at once, then saved. A refusal is said. @returns whether something changed */
  perform(planned: Planned): boolean {
    if ('refusal' in planned) {
      this.around.toasts.note(planned.refusal)
      return false
    }
    return this.apply(planned.plan)
  }

  /** Shows a plan and sends it. @returns whether the image takes it */
  apply(plan: EditPlan): boolean {
    if (!this.#show(plan)) return false
    this.history.add(plan)
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

  /** Sets the status, where there is anything to say by it, and goes to the next image that nobody has finished. */
  finish(status: 'done' | 'no ship'): void {
    const image = this.image
    if (image === null || !this.state) return
    const planned = planFinish(this.state, status, this.row)
    if (planned && !this.perform(planned)) return
    const [next] = this.around.images.unfinishedAfter(image, 1)
    if (next) void this.open(next.id)
    else this.around.toasts.note('Every image in this list is finished.')
    this.#finished = { image, next: next?.id ?? null, changed: planned !== null }
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
    const plan = this.history.undo()
    if (!plan && this.#asking) return
    if (plan) {
      this.#show(invertPlan(plan))
      this.canRedo = true
    }
    this.#push({ kind: 'undo' }, plan !== undefined)
  }

  redo(): void {
    if (!this.canRedo || this.#asking) return
    const plan = this.history.redo()
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
    this.image = null
    this.#queue.clear()
    this.memory.clear()
    this.#visited = []
    this.tiles = []
    this.loading = false
    this.savedIn = null
    this.reset(null)
  }

  protected override isSaving(image: number): boolean {
    return this.#queue.isWaiting(image)
  }

  protected override reset(state: ImageState | null): void {
    super.reset(state)
    this.#finished = null
    this.flagging = false
  }

  get #asking(): boolean {
    return this.image !== null && this.#queue.isAsking(this.image)
  }

  /** Nobody asked for it, so nobody is told where it fails. */
  #predictAhead(image: number): void {
    const project = this.around.project.id
    const images = this.around.images.unfinishedAfter(image, UPCOMING).map(({ id }) => id)
    if (project === null || images.length === 0) return
    this.around.client.backend.predict.ahead({ project, images }).catch(() => undefined)
  }

  #leave(): void {
    if (this.image === null) return
    this.#visited = [...this.#visited.slice(-99), this.image]
    if (this.state && this.#queue.isWaiting(this.image)) this.memory.keep(this.state)
  }

  #show(plan: EditPlan): boolean {
    if (!this.state) return false
    if (this.around.project.summary?.readOnly) {
      this.around.toasts.failure(
        'This project cannot be written, so nothing was changed. Open a copy of it elsewhere.',
      )
      return false
    }
    const objection = checkPlan(this.state, plan)
    if (objection !== null) {
      this.around.toasts.note(objection)
      return false
    }
    this.setState(applyPlan(this.state, plan))
    return true
  }

  #push(step: Gesture['step'], shown: boolean): void {
    if (this.image !== null)
      this.#queue.push({ gestureId: crypto.randomUUID(), image: this.image, step, shown })
  }

  #acknowledged(gesture: Gesture, result: EditResult, seconds: number): void {
    this.savedIn = seconds
    this.memory.setRevision(gesture.image, result.revision)
    this.around.images.update([result.row])
    const more = this.#queue.isWaiting(gesture.image)
    if (!more) this.memory.release(gesture.image)
    if (gesture.image !== this.image) return
    this.score = result.score
    if (!gesture.shown && this.state) {
      if (checkPlan(this.state, result.plan) === null) this.setState(applyPlan(this.state, result.plan))
      else this.missed = Infinity
      // what was undone before is no longer what redo would do next
      this.history.clear()
    }
    if (more) return
    this.canUndo = result.canUndo
    this.canRedo = result.canRedo
  }

  async #conflict(image: number, waiting: readonly Gesture[]): Promise<readonly Gesture[]> {
    const project = this.around.project.id ?? ''
    const detail = await this.around.client.backend.images.get({ project, image })
    const { state, kept } = rebase(imageStateOf(detail), waiting)
    this.memory.setRevision(image, detail.row.revision)
    this.around.images.update([detail.row])
    this.memory.release(image)
    if (image === this.image) {
      this.history.clear()
      this.setState(state)
    }
    this.around.toasts.note(conflictNote(detail.row.path, waiting.length, kept.length))
    return kept
  }

  #refused(image: number, dropped: readonly Gesture[], error: DrydockError): void {
    this.around.toasts.failure(`${error.message} ${plural(dropped.length, 'gesture')} could not be saved.`)
    this.memory.release(image)
    if (image !== this.image) return
    this.history.clear()
    void this.fetch(image)
  }

  /** A key that is held goes on past the first edit: nobody is told. */
  #nothingToDo({ image, step }: Gesture): void {
    const more = this.#queue.isWaiting(image)
    if (!more) this.memory.release(image)
    if (image !== this.image) return
    this.missed = Infinity
    if (more) return
    if (step.kind === 'undo') this.canUndo = false
    else this.canRedo = false
  }
}
