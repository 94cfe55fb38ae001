import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { cp, mkdir, readdir, rm } from 'node:fs/promises'
import { join, parse } from 'node:path'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { CHECKPOINT_FILE } from '../contract/engine.ts'
import { root } from '../locations.ts'
import { readModelFolder } from '../services/predict/model-files.ts'

/**
 * Makes a base model in one go: data, three stages of training, settings and calibration, card, curve and hash. Broken off, the same command goes on where
 * it stopped. Hours on two cores; what it is made of and why: `resources/base-model/RECIPE.md`.
 *
 *     npm run base-model -- --data sen2ships --out base
 */

/** Their parts are the sample project, which the model must not have seen. */
const LEFT_OUT = ['athens', 'genoa']

const CREDIT =
  'Contains modified Copernicus Sentinel data 2022-2023. Images and masks from sen2ships, copyright (c) 2023 ShipDetectionExperts, MIT licence.'

/** What each stage has of its own; all that is not named is a default of `drydock train`. */
const STAGES = [
  { name: 'first-stage', steps: 12_250, options: { seed: 1, 'embedding-weight': 0.5 } },
  {
    name: 'second-stage',
    steps: 9702,
    options: {
      ...{ seed: 11, batch: 4, 'learning-rate': 0.001, 'embedding-weight': 0.5 },
      ...{ magnify: 3, 'synthetic-share': 0.6 },
    },
  },
  {
    name: 'third-stage',
    steps: 7877,
    options: {
      ...{ seed: 21, batch: 4, 'learning-rate': 0.001, 'embedding-weight': 0.2 },
      ...{ magnify: 3, 'synthetic-share': 0.6 },
    },
  },
]

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    out: { type: 'string' },
    /** of each stage, instead of the recipe's */
    steps: { type: 'string' },
    /** synthetic scenes that scores are calibrated on */
    scenes: { type: 'string', default: '240' },
  },
})
const { data, out } = values
if (data === undefined || out === undefined) {
  throw new Error('Name --data, the folder with images/ and masks.csv of sen2ships, and --out.')
}
const budgets = values.steps?.split(',').map(Number) ?? STAGES.map(({ steps }) => steps)
if (budgets.length !== STAGES.length || budgets.some((steps) => !Number.isInteger(steps) || steps < 1)) {
  throw new Error(`--steps takes ${STAGES.length} numbers: ${STAGES.map(({ steps }) => steps).join(',')}.`)
}

const made = join(out, 'base-model')
const hashFile = join(out, 'hash.json')
await takeData(data, out)
let from = 'none'
for (const [i, stage] of STAGES.entries()) from = train(stage, budgets[i]!, from)
if (!existsSync(hashFile)) await finish(from)
console.log(readFileSync(hashFile, 'utf8'))

/** Copies the images that may be learnt from, once. */
async function takeData(source: string, folder: string): Promise<void> {
  const images = join(folder, 'data', 'images')
  await mkdir(images, { recursive: true })
  await cp(join(source, 'masks.csv'), join(folder, 'data', 'masks.csv'))
  for (const name of await readdir(join(source, 'images'))) {
    if (!LEFT_OUT.includes(parse(name).name)) await cp(join(source, 'images', name), join(images, name))
  }
}

/** A stage that is there already is taken, one that was broken off goes on. @returns its folder */
function train({ name, options }: (typeof STAGES)[number], steps: number, parent: string): string {
  const folder = join(out!, name)
  const begun = existsSync(join(folder, CHECKPOINT_FILE))
  if (existsSync(join(folder, 'card.json')) && !begun) return folder
  const named = Object.entries({ ...options, steps }).flatMap(([key, value]) => [`--${key}`, String(value)])
  run(join(root, 'src-main', 'cli', 'drydock.mjs'), [
    'train',
    ...['--images', join(out!, 'data', 'images'), '--truth', join(out!, 'data', 'masks.csv')],
    ...['--from', parent, '--out', folder, '--name', 'Drydock base', '--patience', '0'],
    ...['--validation', join(root, 'resources', 'base-model', 'validation.txt')],
    ...['--validate-every', String(Math.min(1000, steps)), '--licence', 'MIT', '--credit', CREDIT, ...named],
    ...(begun ? ['--resume'] : []),
  ])
  return folder
}

/** Settings, scores, positions, card, curve and hash, from the last stage's weights. */
async function finish(stage: string): Promise<void> {
  await rm(made, { recursive: true, force: true })
  await mkdir(made)
  for (const name of ['model.json', 'weights.bin', 'card.json']) await cp(join(stage, name), join(made, name))
  const script = (name: string): string => join(root, 'src-main', 'testing', name)
  run(script('calibrate-base.ts'), ['--model', made, '--scenes', values.scenes, '--choose'])
  const git = spawnSync('git', ['rev-parse', 'HEAD'], { cwd: root, encoding: 'utf8' })
  const commit = git.status === 0 ? git.stdout.trim() : null
  const cardPath = join(made, 'card.json')
  const card = z.record(z.string(), z.unknown()).parse(JSON.parse(readFileSync(cardPath, 'utf8')))
  const reproduce = `npm run base-model -- --data sen2ships --out base --steps ${budgets.join(',')} --scenes ${values.scenes}${commit ? ` (at ${commit})` : ''}`
  writeFileSync(cardPath, `${JSON.stringify({ ...card, reproduce }, null, 2)}\n`)
  run(script('make-curve.ts'), ['--card', cardPath, '--out', join(made, 'curve.svg')])
  const weights = createHash('sha256')
    .update(readFileSync(join(made, 'weights.bin')))
    .digest('hex')
  const { id } = await readModelFolder(made)
  writeFileSync(hashFile, `${JSON.stringify({ id, weights, commit }, null, 2)}\n`)
}

/** Runs a script to its end, by this Node. @throws Error where it fails */
function run(file: string, args: readonly string[]): void {
  const { status } = spawnSync(process.execPath, ['--no-deprecation', file, ...args], { stdio: 'inherit' })
  if (status !== 0) throw new Error(`${file} ended with ${status}. The same command goes on from there.`)
}
