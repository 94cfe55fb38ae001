import {
  applyPlan,
  checkPlan,
  invertPlan,
  planLeaveOut,
  type Planned,
} from '../../src-main/core/edit/edit.ts'
import type { EditPlan } from '../../src-main/contract/wire.ts'
import type { ProjectClient } from '../client/index.ts'
import { Ahead } from './ahead.svelte.ts'
import { planFinish } from './image-file.ts'
import { ImageMemory } from './image-memory.ts'
import type { Images } from './images.svelte.ts'
import { OpenImage } from './open-image.svelte.ts'
import { Saving } from './saving.svelte.ts'
import type { Toasts } from './toasts.svelte.ts'

/** So many of the images to do after the open one are named to the backend, which predicts the first few. */
const UPCOMING = 10

/**
 * So many of them are fetched before they are opened: who goes through images quickly has them there, also where one of them takes longer. Fewer than are
 * predicted, so that they have their predictions by then and are not fetched again for these.
 */
const FETCHED = 2

/** What editing needs of its project. */
interface Surroundings {
  readonly client: ProjectClient
  readonly images: Images
  readonly toasts: Toasts
  /** Why gestures are not taken now, as a sentence; null: they are. */
  refusal(): string | null
  /** A gesture's plan with what its new instances are. */
  ofNew(plan: EditPlan): EditPlan
  /** Opens the project again in a backend that has not got it open. */
  reopen(): Promise<void>
  /** the project was left */
  readonly left: AbortSignal
}

/** Which image is on the screen, and the gestures made on it: shown at once, then handed to be saved. */
export class Editing {
  /** the image on the screen; null: none yet */
  shown = $state.raw<OpenImage | null>(null)
  readonly saving: Saving
  /** images that are likely to come next */
  readonly ahead: Ahead
  /** how many gestures, undos and redos were made */
  gestures = 0
  readonly #around: Surroundings
  readonly #memory = new ImageMemory()
  #visited: number[] = []
  /** the last Done, No ship, or other act that led to another image, while nothing has been done since */
  #ledOn = $state.raw<{ image: number; next: number | null; changed: boolean } | null>(null)

  constructor(around: Surroundings) {
    this.#around = around
    this.ahead = new Ahead(around.client)
    this.saving = new Saving({ ...around, memory: this.#memory, shown: () => this.shown })
  }

  /** Id of the image on the screen. */
  get image(): number | null {
    return this.shown?.id ?? null
  }

  /** Whether undo has anything to take back, here or on the image that led here. */
  get canUndo(): boolean {
    const from = this.#ledOn
    return (from !== null && from.next === this.image) || (this.shown?.canUndo ?? false)
  }

  openFirst(): void {
    const [first] = this.#around.images.visible.order.ids
    if (first !== undefined) void this.#turnTo(first)
  }

  /** Opens the image that a person has chosen; those that are to be done after it are predicted meanwhile. */
  async open(image: number): Promise<void> {
    if (image === this.image) return
    if (this.image !== null) this.#visited = [...this.#visited.slice(-99), this.image]
    await this.#turnTo(image)
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
      this.#around.toasts.reply(planned.refusal)
      return false
    }
    const taken = this.apply(planned.plan)
    if (taken && planned.note !== undefined) this.#around.toasts.reply(planned.note)
    return taken
  }

  /** Shows a plan and sends it. @returns whether the image takes it */
  apply(gesture: EditPlan): boolean {
    const { shown } = this
    const plan = this.#around.ofNew(gesture)
    if (!shown || !this.#show(shown, plan)) return false
    this.gestures++
    shown.history.add(plan)
    this.#ledOn = null
    shown.canUndo = true
    shown.canRedo = false
    const created = plan.instances.filter(({ before }) => before === null).map(({ instance }) => instance)
    if (['polygon', 'box', 'brush', 'wand', 'paste'].includes(plan.kind) && created.length > 0)
      shown.selection = created
    this.saving.add(shown.id, { kind: 'apply', plan }, true)
    return true
  }

  /** Sets the status, where there is anything to say by it, and goes to the next image that nobody has finished. */
  finish(status: 'done' | 'no ship'): void {
    const { shown } = this
    if (!shown?.state) return
    this.#settle(shown, planFinish(shown.state, status, shown.row))
  }

  /** Leaves the image out for good, and goes on as {@link finish} does. */
  leaveOut(reason: string): void {
    const { shown } = this
    if (shown?.state) this.#settle(shown, planLeaveOut(shown.state, reason))
  }

  /** @param planned null: there is nothing to say of the image */
  #settle(shown: OpenImage, planned: Planned | null): void {
    if (planned && !this.perform(planned)) return
    const [next] = this.#around.images.unfinishedAfter(shown.id, 1)
    if (next !== undefined) void this.open(next)
    else this.#around.toasts.reply('Every image in this list is finished.')
    this.#ledOn = { image: shown.id, next: next ?? null, changed: planned !== null }
  }

  /**
   * Says that what was done to `image` has opened the present one: undo straight after returns there. @param changed whether `image` was changed by it, so
   * that undo takes that back
   */
  ledOn(image: number, changed: boolean): void {
    if (image !== this.image) this.#ledOn = { image, next: this.image, changed }
  }

  /** Takes back the last gesture; straight after what led here from another image, the one there. */
  undo(): void {
    this.gestures++
    const from = this.#ledOn
    this.#ledOn = null
    if (from && from.next === this.image) {
      if (this.#refuses()) return
      // of that image, whichever is on the screen by the time it is there
      if (from.changed) this.saving.add(from.image, { kind: 'undo' }, false)
      return void this.open(from.image)
    }
    const { shown } = this
    if (!shown?.canUndo || this.#refuses()) return
    const plan = shown.history.undo()
    if (!plan && this.saving.isAsking(shown.id)) return
    if (plan) {
      this.#show(shown, invertPlan(plan))
      shown.canRedo = true
    }
    this.saving.add(shown.id, { kind: 'undo' }, plan !== undefined)
  }

  redo(): void {
    this.gestures++
    const { shown } = this
    if (!shown?.canRedo || this.saving.isAsking(shown.id) || this.#refuses()) return
    const plan = shown.history.redo()
    if (plan) {
      this.#show(shown, plan)
      shown.canUndo = true
    }
    this.saving.add(shown.id, { kind: 'redo' }, plan !== undefined)
  }

  async #turnTo(image: number): Promise<void> {
    this.shown?.leave()
    this.#ledOn = null
    const shown = new OpenImage(image, {
      ...this.#around,
      memory: this.#memory,
      early: (id) => this.ahead.take(id, this.#memory.revision(id)),
      isSaving: (id) => this.saving.isSaving(id),
    })
    this.shown = shown
    const { visible, ranked, rows } = this.#around.images
    visible.keep(image, rows.get(image))
    ranked.keep(image)
    await shown.fetch()
    if (this.shown === shown) void this.ahead.want(this.#next(image))
  }

  /** The images that Done leads to, the first of them first, and the next one in the list. */
  #next(image: number): number[] {
    const { images } = this.#around
    const [first, ...others] = images.unfinishedAfter(image, FETCHED)
    const next = [first, images.visible.beside(image, 1), ...others]
    return next.filter((id, i): id is number => id !== undefined && id !== image && next.indexOf(id) === i)
  }

  /** Nobody asked for it, so nobody is told where it fails. */
  #predictAhead(image: number): void {
    const images = this.#around.images.unfinishedAfter(image, UPCOMING)
    if (images.length === 0) return
    this.#around.client.predict.ahead({ images }).catch(() => undefined)
  }

  #show(shown: OpenImage, plan: EditPlan): boolean {
    if (!shown.state || this.#refuses()) return false
    const objection = checkPlan(shown.state, plan)
    if (objection !== null) {
      this.#around.toasts.reply(objection)
      return false
    }
    shown.setState(applyPlan(shown.state, plan))
    return true
  }

  /** Whether gestures are not taken now; if so, it is said. */
  #refuses(): boolean {
    const refusal = this.saving.closing
      ? 'The project is being closed, so nothing more is marked in it.'
      : this.#around.refusal()
    if (refusal !== null) this.#around.toasts.failure(refusal)
    return refusal !== null
  }
}
