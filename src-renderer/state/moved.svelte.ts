import type { ProjectClient } from '../client/index.ts'
import type { MovedImages } from '../../src-main/contract/wire.ts'
import { count, plural } from '../ui/format.ts'
import { Latest } from './latest.ts'
import type { Toasts } from './toasts.svelte.ts'

/** The one question about all images that seem to have moved, where it cannot be told which file became which. */
export class Moved {
  /** what a person is to be asked; null: nothing */
  question = $state.raw<MovedImages | null>(null)
  /** an answer is under way */
  answering = $state(false)
  readonly #client: ProjectClient
  readonly #toasts: Toasts
  readonly #latest = new Latest()

  constructor(client: ProjectClient, toasts: Toasts) {
    this.#client = client
    this.#toasts = toasts
  }

  /** Looks whether there is something to ask. */
  async refresh(): Promise<void> {
    await this.#latest.askGuarded(
      this.#toasts,
      () => this.#client.images.moved({}),
      (moved) => (this.question = moved.images === 0 ? null : moved),
    )
  }

  /**
   * Answers for all of them. Where that fails the question stays.
   * @param follow marks go with the images; else all stay as they are
   */
  async answer(follow: boolean): Promise<void> {
    if (this.answering) return
    this.answering = true
    await this.#toasts.guard(async () => {
      const { images } = await this.#client.images.answerMoved({ follow })
      if (follow) this.#toasts.note(`${plural(images, 'image')} found in the new place, marks and all.`)
    })
    await this.refresh()
    this.answering = false
  }
}

/** 'b1.png → c1.png, b2.png → c2.png and 3 more'. */
export function movesNamed({ images, some }: MovedImages): string {
  const named = some.map(({ from, to }) => `${from} → ${to}`).join(', ')
  const more = images - some.length
  return more > 0 ? `${named} and ${count(more)} more` : named
}
