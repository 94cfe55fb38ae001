import { categoryOf, coloursOf, openCategories } from '../../src-main/core/categories.ts'
import { newInstancesAs } from '../../src-main/core/edit/edit.ts'
import { DEFAULT_CATEGORY } from '../../src-main/contract/words.ts'
import type { EditPlan, ProjectCategory } from '../../src-main/contract/wire.ts'
import type { ProjectClient } from '../client/index.ts'
import { Latest } from './latest.ts'
import type { Toasts } from './toasts.svelte.ts'

/** What instances of the open project can be, and which of it was used last. */
export class Categories {
  /** in their order, with those that were merged into others */
  all = $state.raw<readonly ProjectCategory[]>([])
  /** those that instances can be given; Shift+1 is the first */
  readonly open = $derived(openCategories(this.all))
  /** colours by key, those of merged ones included */
  readonly colours = $derived(coloursOf(this.all))
  /** new instances get it; undefined: nothing is known yet */
  readonly last: ProjectCategory | undefined = $derived.by(
    () => categoryOf(this.all, this.#last) ?? this.open[0],
  )
  /** the list of instances shows those of this key only; null: all */
  only = $state<string | null>(null)
  /** the sheet in which they are changed stands */
  shown = $state(false)
  #last = $state(DEFAULT_CATEGORY)
  readonly #latest = new Latest()
  readonly #client: ProjectClient
  readonly #toasts: Toasts

  constructor(client: ProjectClient, toasts: Toasts) {
    this.#client = client
    this.#toasts = toasts
  }

  /** What an instance is called by its category's key. */
  of(key: string | undefined): ProjectCategory | null {
    return categoryOf(this.all, key)
  }

  use(key: string): void {
    this.#last = key
  }

  /** A gesture's plan, its new instances being of the category that was used last. What a model found is an object, so it becomes none that does not count. */
  ofNew(plan: EditPlan): EditPlan {
    const { last } = this
    return last === undefined || (plan.kind === 'accept' && !last.counts)
      ? plan
      : newInstancesAs(plan, last.key)
  }

  async refresh(): Promise<void> {
    await this.#latest.askGuarded(
      this.#toasts,
      () => this.#client.categories.list({}),
      (all) => this.#take(all),
    )
  }

  /** @returns whether it was taken */
  async add(name: string): Promise<boolean> {
    return this.#toasts.guard(async () => {
      const { key } = await this.#client.categories.add({ name, counts: true })
      await this.refresh()
      this.use(key)
    })
  }

  async change(key: string, to: { name?: string; colour?: number; counts?: boolean }): Promise<void> {
    await this.#toasts.guard(async () => this.#take(await this.#client.categories.change({ key, ...to })))
  }

  async merge(key: string, into: string): Promise<void> {
    await this.#toasts.guard(async () => this.#take(await this.#client.categories.merge({ key, into })))
  }

  #take(all: readonly ProjectCategory[]): void {
    this.all = all
    if (this.only !== null) this.only = categoryOf(all, this.only)?.key ?? null
  }
}
