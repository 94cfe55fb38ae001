import { describe, expect, it } from 'vitest'
import type { SparseInference } from '../../contract/engine.ts'
import type { ClusterSettings } from '../../contract/wire.ts'
import { areaOf, formatRle, labelMapToRles } from '../mask/rle.ts'
import { scoreImage } from '../metric/f2.ts'
import { summarise } from '../metric/sums.ts'
import { normal, randomFrom } from '../random.ts'
import { clusterInference, DEFAULT_CLUSTER_SETTINGS } from './cluster.ts'
import { Clusterer } from './clusterer.ts'
import { inferenceOf, rafts } from '../../testing/inference.ts'

/** A label map [side, side] with rotated rectangles that do not overlap. */
class Scene {
  readonly side: number
  readonly labels: Uint16Array
  #ships = 0

  constructor(side: number) {
    this.side = side
    this.labels = new Uint16Array(side * side)
  }

  /** A ship centred on (x, y), its long side turned by `angle`; pixels already taken stay with their owner. */
  ship(x: number, y: number, length: number, breadth: number, angle = 0): void {
    this.#ships++
    for (let i = 0; i < this.labels.length; i++) {
      const dx = (i % this.side) + 0.5 - x
      const dy = Math.floor(i / this.side) + 0.5 - y
      const along = dx * Math.cos(angle) + dy * Math.sin(angle)
      const across = dy * Math.cos(angle) - dx * Math.sin(angle)
      if (Math.abs(along) >= length / 2 || Math.abs(across) >= breadth / 2) continue
      if (this.labels[i] === 0) this.labels[i] = this.#ships
    }
  }

  get truth() {
    return labelMapToRles(this.labels, this.side, this.side).filter((mask) => mask.length > 0)
  }

  /** What a network might give: embeddings drawn to the means (0 uncollapsed: all the way), with normal noise in px. */
  infer(seed: number, { noise = 0, uncollapsed = 0, foreground = 0.9 }): SparseInference {
    const random = randomFrom(seed)
    const sums = Array.from({ length: this.#ships + 1 }, () => ({ n: 0, x: 0, y: 0 }))
    this.labels.forEach((label, i) => {
      const sum = sums[label]!
      sum.n++
      sum.x += i % this.side
      sum.y += Math.floor(i / this.side)
    })
    const probability = new Float32Array(this.labels.length)
    const offset = new Float32Array(2 * this.labels.length)
    this.labels.forEach((label, i) => {
      if (label === 0) return
      const { n, x, y } = sums[label]!
      probability[i] = foreground
      offset[2 * i] = (x / n - (i % this.side)) * (1 - uncollapsed) + noise * normal(random)
      offset[2 * i + 1] = (y / n - Math.floor(i / this.side)) * (1 - uncollapsed) + noise * normal(random)
    })
    return inferenceOf({ width: this.side, height: this.side, channels: 2, foreground: probability, offset })
  }
}

/** Two to three ships side by side at a quay, and one alone, as the seed has it. */
function harbour(seed: number): Scene {
  const random = randomFrom(seed)
  const scene = new Scene(150)
  const angle = random() * Math.PI
  const length = 25 + 30 * random()
  const breadth = 8 + 6 * random()
  const berths = 2 + Math.floor(random() * 2)
  for (let i = 0; i < berths; i++) {
    const across = (i - (berths - 1) / 2) * breadth
    scene.ship(
      55 - Math.sin(angle) * across,
      60 + Math.cos(angle) * across,
      length * (0.7 + 0.3 * random()),
      breadth,
      angle,
    )
  }
  scene.ship(120, 125, 20, 7, random() * Math.PI)
  return scene
}

function meanF2(
  options: { noise?: number; uncollapsed?: number },
  settings: Partial<ClusterSettings>,
): number {
  const images = Array.from({ length: 20 }, (_, seed) => {
    const scene = harbour(seed)
    const found = clusterInference(scene.infer(seed + 1000, options), {
      ...DEFAULT_CLUSTER_SETTINGS,
      ...settings,
    })
    return scoreImage(
      scene.truth,
      found.instances.map(({ rle }) => rle),
    )
  })
  return summarise(images).f2 ?? NaN
}

describe('touching ships', () => {
  it('come apart at one pixel of noise, where connected components see one', () => {
    expect(meanF2({ noise: 1 }, {})).toBeGreaterThan(0.985)
    expect(meanF2({ noise: 1 }, { separate: false })).toBeLessThan(0.5)
  })

  it('need the merge rule where embeddings are half collapsed', () => {
    const options = { noise: 0.5, uncollapsed: 0.5 }
    expect(meanF2(options, { alpha: 2 })).toBeGreaterThan(meanF2(options, { alpha: 0 }) + 0.1)
  })

  it('come apart at a neck where that is asked for, though embeddings point nowhere', () => {
    const scene = new Scene(100)
    scene.ship(40, 46, 50, 12)
    scene.ship(74, 57.5, 40, 11)
    const blind = { noise: 0, uncollapsed: 1 }
    const found = (necks: boolean) =>
      clusterInference(scene.infer(1, blind), { ...DEFAULT_CLUSTER_SETTINGS, necks }).instances
    expect(found(false)).toHaveLength(1)
    const apart = found(true)
    expect(apart).toHaveLength(2)
    const masks = apart.map(({ rle }) => rle)
    expect(scoreImage(scene.truth, masks).f2).toBeGreaterThan(0.6)
    // one ship alone has none
    const lone = new Scene(100)
    lone.ship(50, 50, 70, 14, 0.4)
    expect(
      clusterInference(lone.infer(1, blind), { ...DEFAULT_CLUSTER_SETTINGS, necks: true }).instances,
    ).toHaveLength(1)
  })

  it('two rectangles with a common side are two instances, pixel for pixel', () => {
    const scene = new Scene(64)
    scene.ship(32, 26, 40, 12)
    scene.ship(32, 38, 40, 12)
    const { instances } = clusterInference(scene.infer(1, { noise: 1 }), DEFAULT_CLUSTER_SETTINGS)
    expect(instances.map(({ rle }) => formatRle(rle))).toEqual(scene.truth.map(formatRle))
  })

  it('a long ship whose embeddings are spread along it stays one', () => {
    const scene = new Scene(160)
    scene.ship(80, 80, 140, 16, 0.4)
    const { instances } = clusterInference(
      scene.infer(3, { noise: 0.5, uncollapsed: 0.4 }),
      DEFAULT_CLUSTER_SETTINGS,
    )
    expect(instances.map(({ rle }) => areaOf(rle))).toEqual([areaOf(scene.truth[0]!)])
  })

  it('a small ship beside a long one, whose embeddings are spread, comes apart', () => {
    const scene = new Scene(160)
    scene.ship(80, 80, 140, 18, 0.4)
    scene.ship(103, 106, 40, 10, 0.4)
    const { instances } = clusterInference(
      scene.infer(3, { noise: 0.5, uncollapsed: 0.5 }),
      DEFAULT_CLUSTER_SETTINGS,
    )
    const found = scoreImage(
      scene.truth,
      instances.map(({ rle }) => rle),
    )
    expect(scene.truth).toHaveLength(2)
    expect(found.f2).toBeGreaterThan(0.8)
  })
})

describe('clusterInference', () => {
  const scene = new Scene(64)
  scene.ship(20, 20, 20, 6)
  scene.ship(45, 45, 4, 4)
  const settings = { ...DEFAULT_CLUSTER_SETTINGS, minArea: 17 }

  it('describes every cluster, and keeps those that are large enough', () => {
    const inference = scene.infer(1, {})
    const { clusters, instances, labels } = clusterInference(inference, settings)
    expect(clusters.map(({ pixels, instance }) => [pixels, instance])).toEqual([
      [120, 0],
      [16, null],
    ])
    expect(clusters[0]!.centre[0]).toBeCloseTo(19.5, 2)
    expect(clusters[0]!.centre[1]).toBeCloseTo(19.5, 2)
    expect(clusters[0]!.spread).toBeLessThan(0.01)
    expect(clusters[0]!.score).toBeCloseTo(0.9, 2)
    expect(instances).toEqual([{ rle: scene.truth[0], score: clusters[0]!.score, cluster: 0 }])
    expect(labels.filter((label) => label === 0)).toHaveLength(120)
    expect(labels.filter((label) => label === 1)).toHaveLength(16)
    expect([...inference.index].map((pixel) => scene.labels[pixel]! - 1)).toEqual([...labels])
  })

  it('drops faint instances, and leaves faint pixels to no cluster', () => {
    const inference = scene.infer(1, { foreground: 0.7 })
    expect(clusterInference(inference, { ...settings, minScore: 0.71 }).instances).toEqual([])
    const none = clusterInference(inference, { ...settings, foreground: 0.8 })
    expect(none.clusters).toEqual([])
    expect(new Set(none.labels)).toEqual(new Set([-1]))
  })

  it('gives the same answer every time', () => {
    const inference = harbour(7).infer(7, { noise: 3 })
    expect(clusterInference(inference, settings)).toEqual(clusterInference(inference, settings))
  })

  it('sees no ship in an empty image', () => {
    expect(clusterInference(new Scene(16).infer(1, {}), settings)).toEqual({
      clusters: [],
      instances: [],
      labels: new Int16Array(0),
    })
  })

  it('survives embeddings that point out of the world or nowhere', () => {
    const wild = scene.infer(1, {})
    wild.offset[0] = 0x7bff // 65,504
    wild.offset[1] = 0xfc00 // -infinity
    wild.offset[2] = 0x7e00 // NaN
    const { instances } = clusterInference(wild, settings)
    expect(areaOf(instances[0]!.rle)).toBeGreaterThanOrEqual(118)
  })

  it('names at most as many clusters as a label can, the largest', () => {
    const side = 400
    const foreground = new Float32Array(side * side)
    for (let y = 0; y < side; y += 2) for (let x = 0; x < side; x += 2) foreground[y * side + x] = 1
    foreground[side * side - 1] = 1 // touches the last dot
    const offset = new Float32Array(2 * side * side)
    const dots = inferenceOf({ width: side, height: side, channels: 2, foreground, offset })
    const { clusters, labels } = clusterInference(dots, { ...settings, separate: false })
    expect(clusters).toHaveLength(32767)
    expect(clusters.at(-1)!.pixels).toBe(2)
    expect(labels.filter((label) => label === -1)).toHaveLength(40_000 - 32_767)
  })

  it('gives the same whatever was asked before: what one setting changes is not taken over by another', () => {
    const inference = rafts({ side: 170, fill: 0.9 })
    const clusterer = new Clusterer(inference, null)
    const moves: Partial<ClusterSettings>[] = [
      {},
      { alpha: 5 },
      { minArea: 600 },
      { foreground: 0.8 },
      { sigma: 5 },
      { necks: true },
      { separate: false },
      { rectangles: true },
      { minScore: 0.8 },
      { alpha: 0 },
    ]
    const at = [0, 1, 2, 0, 3, 4, 4, 5, 6, 0, 7, 8, 9, 3, 0]
    for (const i of at) {
      const moved = { ...DEFAULT_CLUSTER_SETTINGS, ...moves[i] }
      expect(clusterer.cluster(moved)).toEqual(clusterInference(inference, moved))
    }
  })
})
