import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { toFloat16 } from '../core/float16.ts'
import { randomFrom, seedFrom } from '../core/random.ts'
import { fastKernels } from '../engine/fast-kernels.ts'
import { load } from '../engine/load.ts'
import { boxNet, boxStepOf, freshBoxNet } from '../model/box-net.ts'
import type { TrainState } from '../model/optimizer.ts'
import { freshState } from '../model/optimizer.ts'
import { CELLS, CHANNELS } from '../core/smart-box/crop.ts'
import { WEIGHTS } from '../core/smart-box/net.ts'
import { writeWhole } from '../whole-file.ts'
import { batchOf, plainBatch } from './box-batches.ts'
import type { BoxCrop } from './box-crops.ts'
import { CELL_COUNT, drawnCrops, realCrops } from './box-crops.ts'

/** Trains the smart box's network, in a process of its own: `make-box-net.ts` starts it, and says how. */

const BATCH = 32
const EVERY = 500
const RATE = 0.002
const WARM_UP = 200
const LAST_RATE = 1e-5
const AVERAGE_DECAY = 0.998
/** far from the seeds of other scripts, of tests and of benches */
const FIRST_SEED = 500_000
const VALIDATION_SEED = 490_000
const VALIDATION_SCENES = 12

const { values } = parseArgs({
  options: {
    images: { type: 'string' },
    out: { type: 'string' },
    steps: { type: 'string', default: '14000' },
    scenes: { type: 'string', default: '1200' },
    seed: { type: 'string', default: '1' },
  },
})
if (!values.images || !values.out) throw new Error('Name --images and --out.')
const [steps, scenes, seed] = [Number(values.steps), Number(values.scenes), Number(values.seed)]
const [statePath, weightsPath] = [join(values.out, 'state.bin'), join(values.out, 'weights.bin')]
mkdirSync(values.out, { recursive: true })

const tf = await load({ name: 'tensorflow', device: 'CPU' })
const kernels = fastKernels(tf)
const step = boxStepOf(tf, kernels)

console.log('Draws scenes ...')
const real: BoxCrop[] = []
for await (const crop of realCrops(values.images)) real.push(crop)
const groups = [[...drawnCrops(FIRST_SEED, scenes)], real]
const validation = [...drawnCrops(VALIDATION_SEED, VALIDATION_SCENES)]
console.log(`${groups[0]!.length} crops of drawn ships, ${real.length} of real ones`)

let state = stored() ?? freshState(tf, freshBoxNet(seed))
let losses: number[] = []
while (state.step < steps) {
  const learningRate =
    RATE * Math.min(1, (state.step + 1) / WARM_UP) * (0.5 + 0.5 * Math.cos((Math.PI * state.step) / steps)) +
    LAST_RATE
  const batch = batchOf(groups, randomFrom(seedFrom(seed, state.step)), BATCH)
  const done = step(state, batch, { learningRate, weightDecay: 0, averageDecay: AVERAGE_DECAY })
  state = done.state
  losses.push(done.loss)
  if (state.step % EVERY > 0 && state.step < steps) continue
  const mean = losses.reduce((sum, loss) => sum + loss, 0) / losses.length
  console.log(`step ${state.step}: loss ${mean.toFixed(4)}, mean IoU ${meanIou(validation).toFixed(4)}`)
  losses = []
  await keep()
}

/** The state that an earlier run has left. */
function stored(): TrainState | null {
  if (!existsSync(statePath)) return null
  const all = new Float32Array(Uint8Array.from(readFileSync(statePath)).buffer)
  if (all.length !== 4 * WEIGHTS + 1) throw new Error(`${statePath} is of another network.`)
  const [weights, average, moment1, moment2] = [0, 1, 2, 3].map((i) =>
    tf.tensor1d(all.slice(i * WEIGHTS, (i + 1) * WEIGHTS)),
  )
  return { weights: weights!, average: average!, moment1: moment1!, moment2: moment2!, step: all.at(-1)! }
}

async function keep(): Promise<void> {
  const { weights, average, moment1, moment2 } = state
  const all = new Float32Array(4 * WEIGHTS + 1)
  for (const [i, vector] of [weights, average, moment1, moment2].entries()) {
    all.set(vector.dataSync(), i * WEIGHTS)
  }
  all[4 * WEIGHTS] = state.step
  await writeWhole(statePath, new Uint8Array(all.buffer))
  const halves = new DataView(new ArrayBuffer(2 * WEIGHTS))
  average.dataSync().forEach((value, i) => {
    halves.setUint16(2 * i, toFloat16(value), true)
  })
  await writeWhole(weightsPath, new Uint8Array(halves.buffer))
}

/** Of cells, of drawn ships that were not learnt from. */
function meanIou(crops: readonly BoxCrop[]): number {
  let sum = 0
  for (let at = 0; at < crops.length; at += BATCH) {
    const { input, share } = plainBatch(crops.slice(at, at + BATCH))
    const count = share.length / CELL_COUNT
    const odds = tf.tidy(() =>
      Array.from(
        boxNet(tf, kernels, state.average, tf.tensor4d(input, [count, CELLS, CELLS, CHANNELS])).dataSync(),
      ),
    )
    for (let i = 0; i < count; i++) sum += iouOf(odds, share, i * CELL_COUNT)
  }
  return sum / crops.length
}

function iouOf(odds: readonly number[], share: Float32Array, from: number): number {
  let [common, all] = [0, 0]
  for (let p = from; p < from + CELL_COUNT; p++) {
    const [seen, there] = [odds[p]! > 0, share[p]! >= 0.5]
    if (seen && there) common++
    if (seen || there) all++
  }
  return all === 0 ? 1 : common / all
}
