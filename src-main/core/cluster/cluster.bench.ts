import type { ClusterSettings } from '../../contract/wire.ts'
import { rafts } from '../../testing/inference.ts'
import { DEFAULT_CLUSTER_SETTINGS } from './cluster.ts'
import { Clusterer } from './clusterer.ts'

/** `npm run bench -- cluster`: what a slider of Embeddings waits for, on crowded images of 768 x 768. */

const median = (times: readonly number[]): number => times.toSorted((a, b) => a - b)[times.length >> 1]!

const ROUNDS = 9

/** Each round moves the slider to a place where it was not before. */
const SLIDERS: readonly [string, (round: number) => Partial<ClusterSettings>][] = [
  ['foreground threshold', (round) => ({ foreground: 0.5 + 0.001 * round })],
  ['smoothing', (round) => ({ sigma: 2 + 0.01 * round })],
  ['alpha', (round) => ({ alpha: 1 + 0.05 * round })],
  ['least area and score', (round) => ({ minArea: 10 + round, minScore: 0.01 * round })],
]

for (const fill of [0.5, 1]) {
  const inference = rafts({ fill })
  const clusterer = new Clusterer(inference, null)
  const { instances } = clusterer.cluster(DEFAULT_CLUSTER_SETTINGS)
  console.log(`${inference.index.length.toLocaleString('en')} pixels, ${instances.length} instances`)
  for (const [name, at] of SLIDERS) {
    const rounds = Array.from({ length: ROUNDS }, (_, round) => {
      const [start, before] = [performance.now(), process.cpuUsage()]
      clusterer.cluster({ ...DEFAULT_CLUSTER_SETTINGS, ...at(round) })
      return { wall: performance.now() - start, own: process.cpuUsage(before).user / 1000 }
    })
    const [wall, own] = [rounds.map((one) => one.wall), rounds.map((one) => one.own)].map((times) =>
      median(times).toFixed(1).padStart(8),
    )
    console.log(`  ${name.padEnd(24)} ${wall} ms, computing ${own} ms   (budget 100)`)
  }
}
