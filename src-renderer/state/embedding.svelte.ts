import type { Draft } from './draft.svelte.ts'
import type { OpenInference } from './open-inference.svelte.ts'
import { pointsByCluster, pointsOf } from './points.ts'

/** of one cluster */
const MOST_DRAWN = 8000

/** The embedding of the open image as its draft clusters it, and which of its clusters is brushed. Goes with the image. */
export class Embedding {
  /** under the pointer, in the image or in the plot */
  hovered = $state<number | null>(null)
  /** a cluster that no prediction came from, chosen by a click; others are chosen by selecting the prediction */
  chosen = $state<number | null>(null)
  /** points that a person has put a lasso round, by their indices; null: none */
  picked = $state.raw<Uint32Array | null>(null)
  /** the cluster lit in both views, which the selection has a say in too */
  brushed = $state<number | null>(null)
  readonly #draft: Draft
  readonly #inference: OpenInference

  constructor(draft: Draft, inference: OpenInference) {
    this.#draft = draft
    this.#inference = inference
  }

  readonly clusters = $derived.by(() => this.#draft.result?.clusters ?? [])

  readonly points = $derived.by(() => {
    const { value } = this.#inference
    const { result } = this.#draft
    // labels of the inference before stand until the next clustering is there
    if (!value || result?.labels.length !== value.pixels.index.length) return null
    return pointsOf(value.pixels, result.labels)
  })

  /** the pixels of the points in the lasso, for the canvas */
  readonly pickedPixels = $derived.by(() => {
    const { points, picked } = this
    if (!points || !picked) return null
    const index = picked.map((i) => points.pixel[i] ?? 0)
    return { index, value: new Uint8Array(index.length).fill(255) }
  })

  /** the points that are drawn, by cluster */
  readonly groups = $derived(this.points && pointsByCluster(this.points, MOST_DRAWN))

  readonly cluster = $derived(this.brushed === null ? undefined : this.clusters[this.brushed])

  /** The cluster that a prediction came from. */
  clusterOf(prediction: string | null): number | null {
    if (prediction === null) return null
    const cluster = this.#draft.predictions.find(({ id }) => id === prediction)?.cluster ?? -1
    return cluster < 0 ? null : cluster
  }

  /** The prediction that came of a cluster. */
  predictionOf(cluster: number | null): string | null {
    if (cluster === null) return null
    return this.#draft.predictions.find((one) => one.cluster === cluster)?.id ?? null
  }
}
