import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { modelFile } from '../contract/engine.ts'
import type { Engine } from '../contract/engine.ts'
import { candidatesOf } from '../core/tune/candidates.ts'
import type { TuneImage } from '../core/tune/candidates.ts'
import { keepSettings } from '../core/tune/stay.ts'
import { MIN_SCORES, tuneLeastScore } from '../core/tune/tune.ts'
import { startEngine } from '../services/machinery/engine-client.ts'
import { lookAtScene, syntheticScene } from './scenes.ts'
import '../cli/with-parent.ts'

/**
 * Makes the scores of the base model probabilities and measures its operating points, on synthetic scenes that it was not trained on, of
 * which most have no ship, as most images that people look at. Writes that into its model.json and says it in its card.json. How it makes
 * instances stays as it is, and which of them are shown.
 *
 *     node src-main/testing/calibrate-base.ts --model resources/base-model
 *
 * `--choose` first puts the recipe's way of making instances in the place of what the training chose, and its score, and chooses how sure an instance must be
 * on the same scenes: of few validation images, nearly all with ships, a training chooses what finds too much.
 */

const SIDE = 768
/** about as many as in the competition's images */
const EMPTY_SHARE = 0.65
/** far from the seeds of trainings, of their validation and of other scripts */
const FIRST_SEED = 777_000

/** How instances are made of what the base model sees: `RECIPE.md` has why. */
const INSTANCES = { foreground: 0.8, sigma: null, alpha: 2.4, minArea: 8, separate: true, necks: false }

/** Which of two instances is the surer, in log odds: the scale follows from the scenes. */
const SCORE = {
  ...{ intercept: 0, instances: 0, hits: 0 },
  weights: { foreground: 1, peak: 0.5, logArea: 0.15, border: 0 },
}

async function lookedAt(engine: Engine, modelFolder: string, scenes: number): Promise<TuneImage[]> {
  const empty = Math.round(scenes * EMPTY_SHARE)
  const wanted = { empty, ships: scenes - empty }
  const looked: TuneImage[] = []
  for (let seed = FIRST_SEED; looked.length < scenes; seed++) {
    const scene = syntheticScene(seed, SIDE)
    const kind = scene.truth.length > 0 ? 'ships' : 'empty'
    if (wanted[kind] === 0) continue
    wanted[kind]--
    looked.push(await lookAtScene(engine, modelFolder, scene))
  }
  return looked
}

const { values } = parseArgs({
  options: {
    model: { type: 'string' },
    scenes: { type: 'string', default: '240' },
    choose: { type: 'boolean', default: false },
  },
})
if (!values.model) throw new Error('Name --model.')
const scenes = Number(values.scenes)
const modelPath = join(values.model, 'model.json')
const cardPath = join(values.model, 'card.json')
const model = modelFile.parse(read(modelPath))
const engine = startEngine()
const images = await lookedAt(engine, values.model, scenes)
await engine.stop()
const before = values.choose ? SCORE : (model.calibration ?? null)
const cluster = values.choose ? { ...model.cluster, ...INSTANCES } : model.cluster
const found = images.map((image) => candidatesOf(image, cluster))
const start = values.choose ? tuneLeastScore(found, cluster, before).settings : cluster
const { settings, calibration, operatingPoints, evaluation } = keepSettings(found, start, before, MIN_SCORES)
write(modelPath, { ...model, cluster: settings, ...(calibration && { calibration }), operatingPoints })
const { f2, f2WithShips, emptyClean, emptyImages, found: hits, ships } = evaluation
const note = `Scores are probabilities of being a hit on ${scenes} synthetic scenes of ${SIDE} px, ${emptyImages} of them without ships. There it gives F2 ${f2.toFixed(3)}, ${(f2WithShips ?? 0).toFixed(3)} over scenes with ships, leaves ${emptyClean} empty ones clean, and finds ${hits} of ${ships} ships. The rest ${values.choose ? 'is as RECIPE.md says' : 'was set by hand after the training: see RECIPE.md'}.`
write(cardPath, { ...z.record(z.string(), z.unknown()).parse(read(cardPath)), postProcessing: note })
console.log(note, JSON.stringify({ settings, calibration, operatingPoints }, null, 1))

function read(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'))
}

function write(path: string, value: unknown): void {
  writeFileSync(path, `${JSON.stringify(value, null, 2)}\n`)
}
