import { membersOf } from '../../src-main/core/cluster/groups.ts'
import {
  covarianceOf,
  momentsOf,
  spreadOf,
  type Covariance,
  type Moments,
} from '../../src-main/core/cluster/moments.ts'
import { positionsOf } from '../../src-main/core/cluster/sparse.ts'
import { cutBy } from '../../src-main/core/draft/surgery.ts'
import { pixelsOf, type Rle } from '../../src-main/core/mask/rle.ts'
import { PointGrid } from '../../src-main/core/plane/grid.ts'
import { inPixels, IN_PIXELS, planeOf, type Axes, type Plane } from '../../src-main/core/plane/plane.ts'
import type { Draft } from './draft.svelte.ts'
import type { OpenInference } from './open-inference.svelte.ts'

/** How strongly pixels of a lasso are lit in the image, 0..255: what they show is still seen. */
const LIT = 130

/** A cluster in the plane of the plot, or an instance that a hand has made. */
export interface Mode {
  /** where its points lie */
  x: number
  y: number
  /** root mean square distance of its points from there */
  spread: number
  covariance: Covariance
  pixels: number
  /** index of the prediction that it became; null: dropped */
  prediction: number | null
}

/** The points of an inference, and the mode of each; -1: none. */
export interface Points extends Plane {
  /** [n] */
  mode: Int32Array
}

/** The embedding of the open image as its draft clusters it, and what of it is brushed. Goes with the image. */
export class Embedding {
  /** under the pointer, in the image or in the plot */
  hovered = $state<number | null>(null)
  /** a mode that no prediction came from, chosen by a click; others are chosen by selecting the prediction */
  chosen = $state<number | null>(null)
  /** points that a person has put a lasso round, in the plot or in the image, by their indices; null: none */
  picked = $state.raw<Uint32Array | null>(null)
  /** the mode lit in both views, which the selection has a say in too */
  brushed = $state<number | null>(null)
  /** what lies along the axes of the plot */
  axes = $state.raw<Axes>(IN_PIXELS)
  readonly #draft: Draft
  readonly #inference: OpenInference
  readonly #truth: () => readonly Rle[] | null

  /** @param truth masks of the truth; null where the image has none */
  constructor(draft: Draft, inference: OpenInference, truth: () => readonly Rle[] | null) {
    this.#draft = draft
    this.#inference = inference
    this.#truth = truth
  }

  /** how many channels there are to choose axes from */
  readonly channels = $derived.by(() => this.#inference.value?.pixels.channels ?? 0)

  /** points lie where their pixels point at */
  readonly inPixels = $derived(inPixels(this.axes))

  /** where all pixels lie; the same while settings change */
  readonly plane = $derived.by(() => {
    const { value } = this.#inference
    return value && planeOf(value.pixels, this.axes)
  })

  readonly grid = $derived(this.plane && new PointGrid(this.plane.x, this.plane.y))

  /** places of the predictions that a hand has made: their modes come after those of the clusters */
  readonly #byHand = $derived.by(() =>
    this.#draft.predictions.flatMap(({ cluster }, place) => (cluster < 0 ? [place] : [])),
  )

  readonly #clusters = $derived.by(() => this.#draft.result?.clusters.length ?? 0)

  readonly points = $derived.by((): Points | null => {
    const { plane } = this
    const { result, predictions } = this.#draft
    const size = this.#inference.value?.pixels
    // labels of the inference before stand until the next clustering is there
    if (!plane || !size || result?.labels.length !== plane.pixel.length) return null
    const mode = Int32Array.from(result.labels)
    this.#byHand.forEach((place, i) => {
      const own = pixelsOf(predictions[place]!.rle, size).sort()
      for (const at of positionsOf(plane.pixel, own)) mode[at] = this.#clusters + i
    })
    return { ...plane, mode }
  })

  /** [modes] indices of the points of each */
  readonly groups = $derived.by(() => {
    const count = this.#clusters + this.#byHand.length
    return this.points ? membersOf({ group: this.points.mode, count }) : []
  })

  /** indices of the points of no mode: fainter than the threshold */
  readonly faint = $derived.by(() => {
    const { mode } = this.points ?? { mode: new Int32Array(0) }
    const indices = new Uint32Array(mode.length)
    let n = 0
    for (let i = 0; i < mode.length; i++) if (mode[i]! < 0) indices[n++] = i
    return indices.slice(0, n)
  })

  /** of a cluster whose points a hand has all given to others `pixels` is 0 */
  readonly modes = $derived.by((): readonly Mode[] => {
    const { points, groups } = this
    if (!points) return []
    return momentsOf(points.mode, groups.length, points.x, points.y).map((own, mode) => ({
      ...{ x: own.x / own.n, y: own.y / own.n, spread: spreadOf(own), pixels: own.n },
      covariance: covarianceOf(own),
      prediction: this.#placeOf(mode),
    }))
  })

  /** by ship of the truth: where its pixels lie; n = 0: the network sees none of them */
  readonly ships = $derived.by((): readonly Moments[] => {
    const { plane } = this
    const size = this.#inference.value?.pixels
    if (!plane || !size) return []
    return (this.#truth() ?? []).map((mask) => {
      const own = positionsOf(plane.pixel, pixelsOf(mask, size).sort())
      const [x, y] = [Float32Array.from(own, (k) => plane.x[k]!), Float32Array.from(own, (k) => plane.y[k]!)]
      return momentsOf(new Int32Array(own.length), 1, x, y)[0]!
    })
  })

  /** the pixels of the points in the lasso, for the canvas */
  readonly pickedPixels = $derived.by(() => {
    const { points, picked } = this
    if (!points || !picked) return null
    const index = picked.map((i) => points.pixel[i] ?? 0)
    return { index, value: new Uint8Array(index.length).fill(LIT) }
  })

  readonly mode = $derived(this.brushed === null ? undefined : this.modes[this.brushed])

  /** Lights up the points of pixels of the image. @param mask null: none */
  pick(mask: Rle | null): void {
    const size = this.#inference.value?.pixels
    const found =
      mask && size && this.plane ? positionsOf(this.plane.pixel, pixelsOf(mask, size).sort()) : null
    this.picked = found && found.length > 0 ? found : null
  }

  /** Lights up the points inside a lasso of the plot. */
  pickInside(corners: readonly { x: number; y: number }[]): void {
    const inside = this.grid?.inside(corners)
    this.picked = inside && inside.length > 0 ? inside : null
  }

  /** The point of a pixel of the image; null: the network sees nothing there. */
  pointOf(pixel: number): number | null {
    return this.plane ? (positionsOf(this.plane.pixel, Uint32Array.of(pixel))[0] ?? null) : null
  }

  /** Cuts the instances that a stroke of the plot goes through. @returns how many those were */
  cut(stroke: { from: { x: number; y: number }; to: { x: number; y: number } }): number {
    const { plane } = this
    const size = this.#inference.value?.pixels
    if (!plane || !size) return 0
    const where = { ...plane, width: size.width, height: size.height }
    const cuts = this.#draft.predictions.flatMap(({ rle }) => cutBy(where, rle, stroke) ?? [])
    for (const change of cuts) this.#draft.change(change)
    return cuts.length
  }

  /** The mode that a prediction came from. */
  modeOf(prediction: string | null): number | null {
    if (prediction === null) return null
    const place = this.#draft.predictions.findIndex(({ id }) => id === prediction)
    const cluster = this.#draft.predictions[place]?.cluster
    if (cluster === undefined) return null
    return cluster >= 0 ? cluster : this.#clusters + this.#byHand.indexOf(place)
  }

  /** The prediction that came of a mode. */
  predictionOf(mode: number | null): string | null {
    const place = mode === null ? null : this.#placeOf(mode)
    return place === null ? null : (this.#draft.predictions[place]?.id ?? null)
  }

  #placeOf(mode: number): number | null {
    if (mode >= this.#clusters) return this.#byHand[mode - this.#clusters] ?? null
    const place = this.#draft.predictions.findIndex(({ cluster }) => cluster === mode)
    return place < 0 ? null : place
  }
}
