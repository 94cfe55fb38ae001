import { parseArgs } from 'node:util'
import type { Engine, RgbImage } from '../contract/engine.ts'
import { clusterInference, DEFAULT_CLUSTER_SETTINGS } from '../core/cluster/cluster.ts'
import type { Rle } from '../core/mask/rle.ts'
import { labelMapToRles } from '../core/mask/rle.ts'
import { differenceOf } from '../core/metric/difference.ts'
import { scoreImage } from '../core/metric/f2.ts'
import { reportOn } from '../core/metric/report.ts'
import type { Estimate } from '../core/metric/interval.ts'
import { touchingMasks } from '../core/metric/touching.ts'
import { makeSyntheticScene } from '../core/synthetic/scene.ts'
import type { TuneImage } from '../core/tune/candidates.ts'
import { tuneClustering } from '../core/tune/tune.ts'
import { startEngine } from '../services/engine-client.ts'

/**
 * Compares models on synthetic scenes with ships that touch: the instances that clustering makes of what each sees, and connected
 * components, in pairs against the first model's clusters. Settings are chosen for each on other scenes.
 *
 *     node src-main/testing/compare-separation.ts MODEL...
 */

const SIDE = 384
const CHOOSING = { seed: 889_000, scenes: 50 }
const SCORED = { seed: 888_000, scenes: 200 }

interface Scene {
  image: RgbImage
  truth: Rle[]
}

function touchingScenes({ seed, scenes }: typeof SCORED): Scene[] {
  const found: Scene[] = []
  for (let next = seed; found.length < scenes; next++) {
    const { image, labels } = makeSyntheticScene(next, { width: SIDE, height: SIDE })
    const truth = labelMapToRles(labels, SIDE, SIDE).filter((mask) => mask.length > 0)
    if (touchingMasks(truth, SIDE).includes(true)) found.push({ image, truth })
  }
  return found
}

async function lookAt(engine: Engine, modelFolder: string, scenes: readonly Scene[]): Promise<TuneImage[]> {
  const looked: TuneImage[] = []
  for (const { image, truth } of scenes) {
    const inference = await engine.infer({ modelFolder, image, flips: false, tile: 768 }, {})
    looked.push({ truth, inference })
  }
  return looked
}

const { positionals: models } = parseArgs({ allowPositionals: true })
if (models.length === 0) throw new Error('Name the folders of one or more models.')
const [choosing, scored] = [touchingScenes(CHOOSING), touchingScenes(SCORED)]
const engine = startEngine()
const rows = []
for (const model of models) {
  const [chosenOn, judged] = [await lookAt(engine, model, choosing), await lookAt(engine, model, scored)]
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
