import { placesOf } from '../../src-main/core/places/places.ts'
import type { ImageAbout, ImageMapping, MapShapes, WantedMapping } from '../../src-main/contract/wire.ts'
import type { TriedRange } from '../canvas/index.ts'
import type { ProjectClient } from '../client/index.ts'
import { Latest } from './latest.ts'

/** The samples of all bands of one pixel; null: no number. */
export interface SamplesAt {
  x: number
  y: number
  values: readonly (number | null)[]
}

/** What lies beneath the pixels of one open image: bands, place on the earth, mapping, samples under the pointer. Goes with the image. */
export class Raster {
  /** null until it is known, and where the file cannot be read */
  about = $state.raw<ImageAbout | null>(null)
  /** with histograms; fetched while someone looks at it */
  mapping = $state.raw<ImageMapping | null>(null)
  /** what is shown in place of the stored range while a person tries another; null: they try none */
  tried = $state.raw<TriedRange | null>(null)
  samples = $state.raw<SamplesAt | null>(null)
  /** lines and points of map layers that lie on it */
  mapShapes = $state.raw<MapShapes | null>(null)
  /** a mapping is being set */
  setting = $state(false)
  readonly places = $derived.by(() => (this.about?.georeference ? placesOf(this.about.georeference) : null))
  /** samples say more than the 8 bits do */
  readonly deep = $derived.by(
    () =>
      this.about !== null && this.about.bands.some(({ type }, _, all) => type !== 'uint8' || all.length > 3),
  )
  readonly #image: number
  readonly #client: ProjectClient
  readonly #left: AbortSignal
  readonly #latest = { about: new Latest(), mapping: new Latest(), shapes: new Latest() }
  #wanted: { x: number; y: number } | null = null
  #looking = false

  /** @param left aborts when another image is on the screen */
  constructor(client: ProjectClient, image: number, left: AbortSignal) {
    this.#client = client
    this.#image = image
    this.#left = left
  }

  /** Fetches what is known of the file; where that fails its row says why. */
  async refresh(): Promise<void> {
    this.samples = null
    void this.fetchMapShapes()
    try {
      await this.#latest.about.ask(
        () => this.#client.images.about({ image: this.#image }, { signal: this.#left }),
        (about) => {
          if (!this.#left.aborted) this.about = about
        },
      )
    } catch {
      if (!this.#left.aborted) this.about = null
    }
  }

  /** Fetches what map layers show on it; where that fails nothing of them is shown. */
  async fetchMapShapes(): Promise<void> {
    try {
      await this.#latest.shapes.ask(
        () => this.#client.mapLayers.on({ image: this.#image }, { signal: this.#left }),
        (shapes) => {
          if (!this.#left.aborted) this.mapShapes = shapes
        },
      )
    } catch {
      if (!this.#left.aborted) this.mapShapes = null
    }
  }

  /** Fetches the mapping and histograms. @param bands of which; default: those shown */
  async fetchMapping(bands?: readonly number[]): Promise<void> {
    await this.#latest.mapping.ask(
      () =>
        this.#client.images.mapping(
          { image: this.#image, ...(bands ? { bands: [...bands] } : {}) },
          { signal: this.#left },
        ),
      (mapping) => {
        if (!this.#left.aborted) this.mapping = mapping
      },
    )
  }

  /** Sets the mapping of this image, or of all of its kind. @param wanted null: what is chosen by itself */
  async setMapping(wanted: WantedMapping | null, of: 'image' | 'kind'): Promise<number> {
    this.setting = true
    try {
      const { images } = await this.#client.images.setMapping({ image: this.#image, wanted, of })
      if (!this.#left.aborted) await this.fetchMapping()
      return images
    } finally {
      this.setting = false
    }
  }

  /** Sets the side of a pixel on the ground, in metres; null takes it back. */
  async setPixelMetres(metres: number | null): Promise<void> {
    const about = await this.#client.images.setPixelMetres({ image: this.#image, metres })
    if (!this.#left.aborted) this.about = about
  }

  /** The pointer is over a pixel: its samples follow. Only the last of those that it passes meanwhile is asked for. */
  async look(x: number, y: number): Promise<void> {
    if (!this.deep) return
    this.#wanted = { x, y }
    if (this.#looking) return
    this.#looking = true
    try {
      for (;;) {
        const at = this.#next()
        if (!at) return
        const values = await this.#client.images.samples(
          { image: this.#image, ...at },
          { signal: this.#left },
        )
        if (this.#left.aborted) return
        this.samples = { ...at, values }
      }
    } catch {
      // the image was left, or its file is gone: the readout goes on without samples
      this.samples = null
    } finally {
      this.#looking = false
    }
  }

  #next(): { x: number; y: number } | null {
    const at = this.#wanted
    this.#wanted = null
    return at
  }
}
