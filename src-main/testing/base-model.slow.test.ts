import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, expect, it, vi } from 'vitest'
import { root } from '../locations.ts'
import { readModelFolder } from '../services/predict/model-files.ts'
import type { Outcome } from './command.ts'
import { descendants, isRunning } from './processes.ts'
import { syntheticScene } from './scenes.ts'

const place = mkdtempSync(join(tmpdir(), 'drydock-base-model-'))
afterAll(() => rmSync(place, { recursive: true, force: true }))

const NAMES = ['algiers', 'busan', 'casablanca', 'san_francisco', 'athens', 'genoa']
const SIDE = 256

/** Scenes with ships that are not alike, in the place of those that the recipe names. */
async function writeScenes(folder: string): Promise<void> {
  const rows = ['ImageId,EncodedPixels']
  mkdirSync(join(folder, 'images'), { recursive: true })
  let seed = 31_000
  for (const name of NAMES) {
    let scene = syntheticScene(seed++, SIDE)
    while (scene.truth.length === 0) scene = syntheticScene(seed++, SIDE)
    const raw = { width: SIDE, height: SIDE, channels: 3 } as const
    await sharp(scene.image.data, { raw }).toFile(join(folder, 'images', `${name}.png`))
    for (const mask of scene.truth) rows.push(`${name}.png,${Array.from(mask).join(' ')}`)
  }
  writeFileSync(join(folder, 'masks.csv'), [...rows, ''].join('\n'))
}

const script = join(root, 'src-main', 'testing', 'base-model.ts')
const env = { ...process.env, DRYDOCK_USER_DATA: join(place, 'user') }

function argumentsFor(steps: string): string[] {
  const options = ['--data', join(place, 'sen2ships'), '--out', join(place, 'base'), '--steps', steps]
  return ['--no-deprecation', script, ...options, '--scenes', '4']
}

function make(steps = '2,2,2'): Outcome {
  return spawnSync(process.execPath, argumentsFor(steps), { encoding: 'utf8', env })
}

/** Begins to make one, and kills the outermost process alone where a file is there. @returns ids of the processes that it had started */
async function killedAt(file: string): Promise<number[]> {
  const child = spawn(process.execPath, argumentsFor('2,2,2'), { env, stdio: 'ignore' })
  const ended = new Promise((end) => child.once('exit', end))
  await expect.poll(() => existsSync(join(place, 'base', file)), { timeout: 900_000 }).toBe(true)
  const own = await vi.waitUntil(
    () => descendants(child.pid!, join('engine', 'main')).length > 0 && descendants(child.pid!, ''),
    { timeout: 120_000 },
  )
  child.kill('SIGKILL')
  await ended
  return own
}

it('makes a base model from nothing in one go, of what may be learnt from alone, and goes on where it was killed', async () => {
  const folder = join(place, 'base', 'base-model')
  await writeScenes(join(place, 'sen2ships'))
  // killed in a stage, and while scores are calibrated: what it had started ends with it, and the same command goes on
  for (const file of ['second-stage/training-images.txt', 'base-model/model.json']) {
    const own = await killedAt(file)
    // the bin, the command line and the engine; or the script and the engine
    expect(own.length).toBeGreaterThanOrEqual(2)
    await expect.poll(() => own.filter(isRunning), { timeout: 30_000 }).toEqual([])
  }
  const first = make()
  expect(first.status, first.stderr).toBe(0)
  const { id, card, model } = await readModelFolder(folder)
  expect(card).toMatchObject({ licence: 'MIT', steps: 2 })
  expect(card.reproduce).toContain('npm run base-model')
  // two scenes of the sample and two of the validation are not among them
  expect(card.trainedOn).toHaveLength(2)
  expect(model.cluster).toMatchObject({ foreground: 0.8, alpha: 2.4, minArea: 8 })
  const weights = readFileSync(join(folder, 'weights.bin'))
  const hash = createHash('sha256').update(weights).digest('hex')
  expect(JSON.parse(readFileSync(join(place, 'base', 'hash.json'), 'utf8'))).toMatchObject({
    id,
    weights: hash,
  })
  // what it prints: the hash, and how it compares
  expect(first.stdout).toContain(hash)
  expect(first.stdout).toMatch(/Not the weights that ship, [0-9a-f]{64}: it took 2, 2, 2 steps, the recipe/)
  expect(make('2,2,3').stderr).toContain('was begun with --steps 2,2,2')

  // in one go, without a kill, the same comes out
  rmSync(join(place, 'base'), { recursive: true })
  expect(make()).toMatchObject({ status: 0 })
  expect(readFileSync(join(folder, 'weights.bin')).equals(weights)).toBe(true)
})
