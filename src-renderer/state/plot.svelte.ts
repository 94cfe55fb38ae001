import type { ProjectClient } from '../client/index.ts'
import type { EmbeddingPoints } from '../../src-main/contract/wire.ts'
import { pointsByCluster, readPoints, type Points } from './points.ts'
import type { Toasts } from './toasts.svelte.ts'

/** of one cluster */
const MOST_DRAWN = 8000

/** The embedding of the open image, and which of its clusters is brushed. */
export class Plot {
  info = $state.raw<EmbeddingPoints | null>(null)
  points = $state.raw<Points | null>(null)
  /** the points that are drawn, by cluster */
  readonly groups = $derived(this.points && pointsByCluster(this.points, MOST_DRAWN))
  /** 'none': the current run holds no inference of this image */
  state = $state<'loading' | 'ready' | 'none' | 'failed'>('loading')
  /** under the pointer, in the image or in the plot */
  hovered = $state<number | null>(null)
  /** a cluster that no prediction came from, chosen by a click; others are chosen by selecting the prediction */
  chosen = $state<number | null>(null)
  /** the cluster lit in both views, which the selection has a say in too */
  brushed = $state<number | null>(null)
  readonly cluster = $derived(this.info?.clusters.find((cluster) => cluster.cluster === this.brushed))
  readonly #client: ProjectClient
  readonly #toasts: Toasts
  #asked = 0
  #image: number | null = null

  constructor(client: ProjectClient, toasts: Toasts) {
    this.#client = client
    this.#toasts = toasts
  }

  async load(image: number): Promise<void> {
    const asked = ++this.#asked
    // of another run of the same image the plot stands until the new one is there: nothing jumps, and the focus stays
    if (this.state !== 'ready' || image !== this.#image) this.state = 'loading'
    this.#image = image
    this.hovered = null
    this.chosen = null
    try {
      const info = await this.#client.embeddings.points({ image })
      const points = info && (await fetchPoints(info))
      if (asked !== this.#asked) return
      this.info = info
      this.points = points
      this.state = points ? 'ready' : 'none'
    } catch (error) {
      if (asked !== this.#asked) return
      this.state = 'failed'
      this.#toasts.error(error)
    }
  }

  /** The cluster that a prediction came from. */
  clusterOf(prediction: string | null): number | null {
    if (prediction === null) return null
    return this.info?.clusters.find((cluster) => cluster.prediction === prediction)?.cluster ?? null
  }
}

async function fetchPoints(info: EmbeddingPoints): Promise<Points> {
  const answer = await fetch(info.url)
  if (!answer.ok) throw new Error(`the embedding of this image could not be read (${answer.status})`)
  return readPoints(await answer.arrayBuffer(), info.count)
}
