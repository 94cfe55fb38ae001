import { parseArgs } from 'node:util'
import type { Engine } from '../contract/engine.ts'
import { clusterInference, DEFAULT_CLUSTER_SETTINGS } from '../core/cluster/cluster.ts'
import { differenceOf } from '../core/metric/difference.ts'
import { scoreImage } from '../core/metric/f2.ts'
import { reportOn } from '../core/metric/report.ts'
import type { Estimate } from '../core/metric/interval.ts'
import { touchingMasks } from '../core/metric/touching.ts'
import type { TuneImage } from '../core/tune/candidates.ts'
import { tuneClustering } from '../core/tune/tune.ts'
import { startEngine } from '../services/machinery/engine-client.ts'
import { lookAtScene, syntheticScene } from './scenes.ts'
import type { Scene } from './scenes.ts'

/**
 * Compares models on synthetic scenes with ships that touch: the instances that clustering makes of what each sees, and connected
 * components, in pairs against the first model's clusters. Settings are chosen for each on other scenes.
 *
 *     node src-main/testing/compare-separation.ts MODEL...
 */

const SIDE = 384
const CHOOSING = { seed: 889_000, scenes: 50 }
const SCORED = { seed: 888_000, scenes: 200 }

function touchingScenes({ seed, scenes }: typeof SCORED): Scene[] {
  const found: Scene[] = []
  for (let next = seed; found.length < scenes; next++) {
    const scene = syntheticScene(next, SIDE)
    if (touchingMasks(scene.truth, SIDE).includes(true)) found.push(scene)
  }
  return found
}

async function lookAtAll(
  engine: Engine,
  modelFolder: string,
  scenes: readonly Scene[],
): Promise<TuneImage[]> {
  const looked: TuneImage[] = []
  for (const scene of scenes) looked.push(await lookAtScene(engine, modelFolder, scene))
  return looked
}

const { positionals: models } = parseArgs({ allowPositionals: true })
if (models.length === 0) throw new Error('Name the folders of one or more models.')
const [choosing, scored] = [touchingScenes(CHOOSING), touchingScenes(SCORED)]
const engine = startEngine()
const rows = []
for (const model of models) {
  const [chosenOn, judged] = [
    await lookAtAll(engine, model, choosing),
    await lookAtAll(engine, model, scored),
  ]
  for (const way of ['clusters', 'components'] as const) {
    const separate = way === 'clusters'
    const start = { ...DEFAULT_CLUSTER_SETTINGS, separate }
    const { settings, calibration } = await tuneClustering(chosenOn, start, {
      shape: 'as it was',
      vary: separate ? ['foreground', 'separation', 'sigma'] : ['foreground'],
    })
    const images = judged.map(({ truth, inference }) => ({
      ...{ truth, height: SIDE },
      prediction: clusterInference(inference, settings, calibration).instances.map(({ rle }) => rle),
    }))
    rows.push({
      way: `${model}, ${way}`,
      report: reportOn(images),
      scores: images.map(({ truth, prediction }) => scoreImage(truth, prediction)),
    })
  }
}
await engine.stop()

const text = ({ value, low, high }: Estimate): string =>
  `${value.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`
for (const { way, report, scores } of rows) {
  const { touching, lone } = report.recall
  const below = differenceOf(scores, rows[0]!.scores).f2
  console.log(
    `${way}: F2 ${report.f2 ? text(report.f2) : 'none'}, found ${touching.found} of ${touching.ships} touching and ${lone.found} of ${lone.ships} lone; against the first ${text(below)}`,
  )
}
