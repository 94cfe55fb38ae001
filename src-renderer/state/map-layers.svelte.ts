import type { Client, ProjectClient } from '../client/index.ts'
import type { MapLayer } from '../../src-main/contract/wire.ts'
import { Latest } from './latest.ts'
import type { Toasts } from './toasts.svelte.ts'

type MapDialogs = Pick<Client['shell']['dialogs'], 'chooseMapLayer'>

/** GeoJSON files that are shown on the project's images: never truth. */
export class MapLayers {
  items = $state.raw<readonly MapLayer[]>([])
  /** one is being read */
  reading = $state(false)
  readonly #client: ProjectClient
  readonly #dialogs: MapDialogs
  readonly #toasts: Toasts
  readonly #latest = new Latest()

  constructor(client: ProjectClient, dialogs: MapDialogs, toasts: Toasts) {
    this.#client = client
    this.#dialogs = dialogs
    this.#toasts = toasts
  }

  async refresh(): Promise<void> {
    await this.#latest.askGuarded(
      this.#toasts,
      () => this.#client.mapLayers.list({}),
      (layers) => (this.items = layers),
    )
  }

  /** Asks for a file and shows it. */
  async choose(): Promise<void> {
    await this.#toasts.guard(async () => {
      const chosen = await this.#dialogs.chooseMapLayer({})
      if (chosen) await this.add({ grant: chosen.grant })
    })
  }

  /** Shows a file that a person gave the right to, or has previewed as labels. An event follows with what is there then. */
  async add(from: { grant: string } | { token: string }): Promise<void> {
    this.reading = true
    await this.#toasts.guard(async () => {
      const { name, onEarth } = await this.#client.mapLayers.add({ from })
      const where = onEarth
        ? 'on every image that has a place on the earth and that it reaches'
        : 'in image pixels'
      this.#toasts.note(`${name} is shown ${where}. It is never truth; Display hides it.`)
    })
    this.reading = false
  }

  async remove({ id }: MapLayer): Promise<void> {
    await this.#toasts.guard(() => this.#client.mapLayers.remove({ layer: id }))
  }
}
