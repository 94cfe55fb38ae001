import { fork, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { cp, mkdir, readdir, rm } from 'node:fs/promises'
import { join, parse } from 'node:path'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { CHECKPOINT_FILE } from '../contract/engine.ts'
import { root } from '../locations.ts'
import { readModelFolder } from '../services/predict/model-files.ts'
import { writeWhole } from '../whole-file.ts'
import { ancestor, isRunning } from './processes.ts'
import '../cli/with-parent.ts'

/**
 * Makes a base model in one go: data, three stages of training, settings and calibration, card, curve and hash. Broken off at any moment, the same command
 * goes on where it stopped; what it started ends with it. At the end it says how its weights compare with those that ship. Hours on two cores; what it is
 * made of and why: `resources/base-model/RECIPE.md`.
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

// npm gives what it starts no channel that closes with it
const npm = process.env['npm_lifecycle_event'] === 'base-model' ? ancestor('npm run') : null
if (npm !== null) setInterval(() => isRunning(npm) || process.exit(1), 2000).unref()

const made = join(out, 'base-model')
const hashFile = join(out, 'hash.json')
const begunFile = join(out, 'begun.json')

/** What a folder was begun with, and the commits that any of it was made at. */
const begun = z.object({ steps: z.array(z.number()), scenes: z.string(), commits: z.array(z.string()) })
const { commits } = await begin()
await takeData(data, out)
let from = 'none'
for (const [i, stage] of STAGES.entries()) from = await train(stage, budgets[i]!, from)
if (!existsSync(hashFile)) await finish(from)
const model = z
  .object({ id: z.string(), weights: z.string() })
  .parse(JSON.parse(readFileSync(hashFile, 'utf8')))
console.log(JSON.stringify({ ...model, commits }, null, 2))
console.log(comparison(model.weights))

/** @throws Error where the folder was begun with other options */
async function begin(): Promise<z.infer<typeof begun>> {
  const text = existsSync(begunFile) ? readFileSync(begunFile, 'utf8') : null
  const wanted = { steps: budgets, scenes: values.scenes }
  const known = text === null ? { ...wanted, commits: [] } : begun.parse(JSON.parse(text))
  if (known.steps.join() !== budgets.join() || known.scenes !== values.scenes) {
    throw new Error(
      `${out!} was begun with --steps ${known.steps.join(',')} --scenes ${known.scenes}: give the same to go on, or name another --out.`,
    )
  }
  // what is finished is made at no further commit
  const at = existsSync(hashFile) ? known.commits : [...new Set([...known.commits, commit()])]
  await writeWhole(begunFile, JSON.stringify({ ...wanted, commits: at }))
  return { ...wanted, commits: at }
}

/** The commit at hand, and whether files differ from it. */
function commit(): string {
  const git = (...args: string[]): string | null => {
    const { status, stdout } = spawnSync('git', args, { cwd: root, encoding: 'utf8' })
    return status === 0 ? stdout.trim() : null
  }
  const head = git('rev-parse', 'HEAD')
  return head === null
    ? 'unknown'
    : head + (git('status', '--porcelain', '--untracked-files=no') === '' ? '' : ', changed')
}

/** How these weights compare with those that ship, and why they may differ. */
function comparison(weights: string): string {
  const shipped = sha256(join(root, 'resources', 'base-model', 'weights.bin'))
  if (weights === shipped) return 'To the bit the weights that ship.'
  const recipe = STAGES.map(({ steps }) => steps).join()
  const why = [
    ...(budgets.join() === recipe ? [] : [`it took ${budgets.join(', ')} steps, the recipe ${recipe}`]),
    ...(commits.length > 1 ? [`it was made at ${commits.length} commits`] : []),
    ...(commits.some((at) => !/^[0-9a-f]+$/.test(at))
      ? ['its commit is not known, or files differed from it']
      : []),
    ...(/npm run base-model/.test(readFileSync(join(root, 'resources', 'base-model', 'card.json'), 'utf8'))
      ? ['another commit or another kind of processor gives other last digits, and so another hash']
      : ['those that ship were not made by this command, but stage by stage at other commits (RECIPE.md)']),
  ]
  return `Not the weights that ship, ${shipped}: ${why.join('; ')}.
The same steps at the same commit on the same kind of processor give this hash again. Which weights are better only scores say, on images with truth that neither has seen:
  npx drydock crossvalidate --images DIR --truth truth.csv --base-only --out A
  npx drydock crossvalidate --images DIR --truth truth.csv --base-only --out B --from ${made}`
}

function sha256(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex')
}

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
async function train(
  { name, options }: (typeof STAGES)[number],
  steps: number,
  parent: string,
): Promise<string> {
  const folder = join(out!, name)
  const goesOn = existsSync(join(folder, CHECKPOINT_FILE))
  if (existsSync(join(folder, 'card.json')) && !goesOn) return folder
  const named = Object.entries({ ...options, steps }).flatMap(([key, value]) => [`--${key}`, String(value)])
  await run(join(root, 'src-main', 'cli', 'drydock.mjs'), [
    'train',
    ...['--images', join(out!, 'data', 'images'), '--truth', join(out!, 'data', 'masks.csv')],
    ...['--from', parent, '--out', folder, '--name', 'Drydock base', '--patience', '0', '--keep-last'],
    ...['--validation', join(root, 'resources', 'base-model', 'validation.txt')],
    ...['--validate-every', String(Math.min(1000, steps)), '--licence', 'MIT', '--credit', CREDIT, ...named],
    ...(goesOn ? ['--resume'] : []),
  ])
  return folder
}

/** Settings, scores, positions, card, curve and hash, from the last stage's weights. */
async function finish(stage: string): Promise<void> {
  await rm(made, { recursive: true, force: true })
  await mkdir(made)
  for (const name of ['model.json', 'weights.bin', 'card.json']) await cp(join(stage, name), join(made, name))
  const script = (name: string): string => join(root, 'src-main', 'testing', name)
  await run(script('calibrate-base.ts'), ['--model', made, '--scenes', values.scenes, '--choose'])
  const cardPath = join(made, 'card.json')
  const card = z.record(z.string(), z.unknown()).parse(JSON.parse(readFileSync(cardPath, 'utf8')))
  const reproduce = `npm run base-model -- --data sen2ships --out base --steps ${budgets.join(',')} --scenes ${values.scenes} (at ${commits.join(' and ')})`
  await writeWhole(cardPath, `${JSON.stringify({ ...card, reproduce }, null, 2)}\n`)
  await run(script('make-curve.ts'), ['--card', cardPath, '--out', join(made, 'curve.svg')])
  const { id } = await readModelFolder(made)
  await writeWhole(hashFile, JSON.stringify({ id, weights: sha256(join(made, 'weights.bin')), commits }))
}

/** Runs a script to its end, by this Node; it ends where this process does. @throws Error where it fails */
async function run(file: string, args: readonly string[]): Promise<void> {
  const child = fork(file, args, { execArgv: ['--no-deprecation'] })
  const passOn = (signal: NodeJS.Signals): void => void child.kill(signal)
  process.on('SIGINT', passOn).on('SIGTERM', passOn)
  const status = await new Promise<number | null>((end) => child.once('exit', end))
  process.off('SIGINT', passOn).off('SIGTERM', passOn)
  if (status !== 0) throw new Error(`${file} ended with ${status}. The same command goes on from there.`)
}
