/* eslint-disable svelte/prefer-svelte-reactivity -- sets are replaced as a whole */
import type { ImagesAct } from '../../src-main/contract/wire.ts'
import type { ProjectClient } from '../client/index.ts'
import { plural } from '../ui/format.ts'
import type { Editing } from './editing.svelte.ts'
import type { Images } from './images.svelte.ts'
import type { Toasts } from './toasts.svelte.ts'

interface Surroundings {
  readonly client: ProjectClient
  readonly toasts: Toasts
  readonly images: Images
  readonly editing: Editing
  /** the project was left */
  readonly left: AbortSignal
}

/** Images of the queue that are chosen together, and what is done to all of them: each act is one undo. */
export class ChosenImages {
  /** ids; empty: none but the open one */
  all = $state.raw<ReadonlySet<number>>(new Set())
  /** how many of them the list does not show, under the filter that is set by now */
  readonly unlisted = $derived.by(() => {
    if (this.all.size === 0) return 0
    const listed = this.#around.images.visible.order.ids.filter((id) => this.all.has(id))
    return this.all.size - listed.length
  })
  /** an act is under way */
  busy = $state(false)
  readonly #around: Surroundings
  /** where a range begins; null: at the open image */
  #anchor: number | null = null
  /** the last act, as long as no gesture was made after it */
  #last: { group: string; gestures: number; note: number } | null = null

  constructor(around: Surroundings) {
    this.#around = around
  }

  /** Joins an image to those that are chosen, or takes it out. */
  toggle(image: number): void {
    const { image: open } = this.#around.editing
    const next = new Set(this.all.size === 0 && open !== null ? [open] : this.all)
    if (!next.delete(image)) next.add(image)
    this.#anchor = image
    this.all = next
  }

  /** Chooses all of the list from where the last choice was made to an image. */
  extend(image: number): void {
    const { images, editing } = this.#around
    const from = images.visible.place(this.#anchor ?? editing.image)
    const to = images.visible.place(image)
    if (to < 0) return
    const [first, last] = from < 0 ? [to, to] : [Math.min(from, to), Math.max(from, to)]
    this.all = new Set(images.visible.order.ids.subarray(first, last + 1))
  }

  /** All of the list. */
  every(): void {
    this.all = new Set(this.#around.images.visible.order.ids)
  }

  none(): void {
    this.#anchor = null
    if (this.all.size > 0) this.all = new Set()
  }

  /** Does the same to all that are chosen, and says what came of it. @param what 'Status done' */
  async act(act: ImagesAct, what: string): Promise<void> {
    const { client, editing, toasts, left: until } = this.#around
    if (this.busy || this.all.size === 0) return
    this.busy = true
    // others may be chosen, and gestures made, before the answer is there
    const [chosen, { gestures }] = [[...this.all], editing]
    try {
      // what is being saved comes before: the act is made on what the person sees
      if (!(await editing.saving.settled())) {
        toasts.failure('The last gestures are not saved yet, so nothing was done to the chosen images.')
        return
      }
      const { group, images, kept, why } = await client.annotate.actOnAll({ images: chosen, act })
      const left = kept === 0 ? '' : ` ${plural(kept, 'image')} stayed: ${why ?? ''}.`.replace('..', '.')
      const note = toasts.note(
        `${what}: ${plural(images, 'image')}.${left}`,
        images > 0 ? { label: 'Undo', act: () => void this.#takeBack(group), until } : undefined,
      )
      this.#last = images > 0 ? { group, gestures, note } : null
    } catch (error) {
      toasts.error(error)
    } finally {
      this.busy = false
    }
  }

  /** Takes back the last act, where it is the last thing that was done. @returns whether there was one */
  undo(): boolean {
    const last = this.#last
    if (!last || last.gestures !== this.#around.editing.gestures) return false
    this.#around.toasts.dismiss(last.note)
    void this.#takeBack(last.group)
    return true
  }

  async #takeBack(group: string): Promise<void> {
    const { client, toasts } = this.#around
    if (this.#last?.group === group) this.#last = null
    await toasts.guard(async () => {
      const gestureId = crypto.randomUUID()
      const { images, kept } = await client.annotate.undoGroup({ group, gestureId })
      const left = kept === 0 ? '' : ` ${plural(kept, 'image')} changed since, and stayed.`
      toasts.note(`Taken back: ${plural(images, 'image')}.${left}`)
    })
  }
}
