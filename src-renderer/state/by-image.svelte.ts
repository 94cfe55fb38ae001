import { SvelteSet } from 'svelte/reactivity'
import type { Toasts } from './toasts.svelte.ts'
import { WhenShown } from './when-shown.ts'

/** Images of the first page: something is there soon. */
const FIRST = 200

/** Where more images than this have changed, all are asked for anew. */
const ONE_BY_ONE = 100

/** A part of what is asked for: by image, in the order of their ids. */
export interface Part<T> {
  /** the run that it is of */
  run: number
  images: readonly (readonly [image: number, value: T])[]
  /** ask for what comes after this image; null: that was all */
  next: number | null
}

export type Ask<T> = (wanted: { after: number; limit?: number }) => Promise<Part<T>>

/**
 * What is known of each scored image of the current run: asked for when a view first wants it, some images at a time, and kept up as long as one shows
 * it. What changes while none does is looked at again when the next one wants it: nothing of it is in the way of who marks.
 * What is known of another run is not shown as this one's.
 */
export class ByImage<T> {
  loading = $state(false)
  #changes = $state(0)
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- `#changes` says that it changed, once for a page
  readonly #images = new Map<number, T>()
  /** changed since they were looked at last: what is known of them is older than their truth or predictions */
  readonly #older = new SvelteSet<number>()
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- no view looks at it
  readonly #changed = new Set<number>()
  /** changed while all are asked for: of these a page of all may be older than what was looked at since */
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- no view looks at it
  readonly #since = new Set<number>()
  readonly #ask: Ask<T>
  readonly #toasts: Toasts
  readonly #current: () => number | null
  /** the run that what is known is of; null: nothing is known yet */
  #run = $state<number | null>(null)
  #wanted = false
  readonly #shown = new WhenShown(() => void this.#catchUp())
  #catchingUp = false
  /** counts what all images were asked for; an older answer has nothing to say any more */
  #asked = 0

  /** @param current the current run, as the window knows it */
  constructor(ask: Ask<T>, toasts: Toasts, current: () => number | null) {
    this.#ask = ask
    this.#toasts = toasts
    this.#current = current
  }

  /** in no order that means anything */
  readonly values = $derived.by((): readonly T[] => {
    void this.#changes
    return this.#run === this.#current() ? [...this.#images.values()] : []
  })

  /** What is known of one image; it changes with the set. */
  of(image: number): T | undefined {
    void this.#changes
    return this.#run === this.#current() ? this.#images.get(image) : undefined
  }

  /** Whether what is known of an image is older than its truth or predictions: it has not been looked at again, or that failed. */
  isStale(image: number): boolean {
    return this.#older.has(image)
  }

  /** What is known of one image until it is asked for again. */
  set(image: number, value: T): void {
    this.#images.set(image, value)
    this.#changes++
  }

  /** A view shows it. @returns the view does not show it any more */
  want(): () => void {
    const hide = this.#shown.show()
    if (!this.#wanted) {
      this.#wanted = true
      void this.refresh()
    }
    return hide
  }

  /** Another run, or a list of other images: asks for all of them. */
  async refresh(): Promise<void> {
    if (!this.#wanted) return
    const asked = ++this.#asked
    this.loading = true
    this.#changed.clear()
    this.#since.clear()
    // eslint-disable-next-line svelte/prefer-svelte-reactivity -- no view looks at it
    const seen = new Set<number>()
    try {
      for (let after: number | null = 0; after !== null;) {
        const part: Part<T> = await this.#ask({ after, ...(after === 0 && { limit: FIRST }) })
        if (asked !== this.#asked) return
        this.#turnTo(part.run)
        for (const [image, value] of part.images) {
          if (this.#since.has(image)) continue
          seen.add(image)
          this.#images.set(image, value)
          this.#older.delete(image)
        }
        this.#changes++
        after = part.next
      }
    } catch (error) {
      if (asked !== this.#asked) return
      if (!isNothingYet(error)) this.#toasts.error(error)
    }
    for (const image of this.#images.keys())
      if (!seen.has(image) && !this.#since.has(image)) this.#images.delete(image)
    this.#since.clear()
    this.#changes++
    this.loading = false
  }

  /** News that truth or predictions of an image changed: it alone is looked at again. */
  changed(image: number): void {
    if (!this.#wanted) return
    this.#changed.add(image)
    if (this.loading) this.#since.add(image)
    this.#older.add(image)
    this.#shown.changed()
  }

  /** One after the other, so that no older answer comes after a newer one. */
  async #catchUp(): Promise<void> {
    if (this.#catchingUp) return
    this.#catchingUp = true
    try {
      while (this.#changed.size > 0 && this.#shown.isShown) {
        if (this.#changed.size > ONE_BY_ONE) return void this.refresh()
        const [image = 0] = this.#changed
        this.#changed.delete(image)
        await this.#lookAgain(image)
      }
    } catch (error) {
      if (!isNothingYet(error)) this.#toasts.error(error)
    } finally {
      this.#catchingUp = false
      // it was hidden, or failed
      if (this.#changed.size > 0) this.#shown.putOff()
    }
  }

  /** What is known of another run is forgotten. */
  #turnTo(run: number): void {
    if (this.#run === run) return
    this.#run = run
    this.#images.clear()
    for (const image of this.#older) if (!this.#since.has(image)) this.#older.delete(image)
  }

  async #lookAgain(image: number): Promise<void> {
    const asked = this.#asked
    const { run, images } = await this.#ask({ after: image - 1, limit: 1 })
    // where another run has become the current one, news of it make all be asked for
    if (asked !== this.#asked || (run !== this.#run && !this.loading)) return
    this.#turnTo(run)
    const now = images.find(([id]) => id === image)
    if (!this.#changed.has(image)) this.#older.delete(image)
    if (now) this.#images.set(...now)
    else this.#images.delete(image)
    this.#changes++
  }
}

/** No run yet: that is no failure. */
function isNothingYet(error: unknown): boolean {
  return (
    error instanceof Error && 'code' in error && (error.code === 'not_found' || error.code === 'cancelled')
  )
}
