import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, expect, it } from 'vitest'
import { root } from '../locations.ts'
import { readModelFolder } from '../services/predict/model-files.ts'
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

function make(): ReturnType<typeof spawnSync> {
  const script = join(root, 'src-main', 'testing', 'base-model.ts')
  const options = ['--data', join(place, 'sen2ships'), '--out', join(place, 'base'), '--steps', '2,2,2']
  return spawnSync(process.execPath, ['--no-deprecation', script, ...options, '--scenes', '4'], {
    encoding: 'utf8',
    env: { ...process.env, DRYDOCK_USER_DATA: join(place, 'user') },
  })
}

it('makes a base model from nothing in one go, of what may be learnt from alone, and goes on where it was broken off', async () => {
  const folder = join(place, 'base', 'base-model')
  await writeScenes(join(place, 'sen2ships'))
  const first = make()
  expect(first.status, String(first.stderr)).toBe(0)
  const { id, card, model } = await readModelFolder(folder)
  expect(card).toMatchObject({ licence: 'MIT', steps: 2 })
  expect(card.reproduce).toContain('npm run base-model')
  // two scenes of the sample and two of the validation are not among them
  expect(card.trainedOn).toHaveLength(2)
  expect(model.cluster).toMatchObject({ foreground: 0.8, alpha: 2.4, minArea: 8 })
  const weights = readFileSync(join(folder, 'weights.bin'))
  const hash: unknown = JSON.parse(readFileSync(join(place, 'base', 'hash.json'), 'utf8'))
  expect(hash).toMatchObject({ id, weights: createHash('sha256').update(weights).digest('hex') })

  // as if it had been broken off in the last stage: the stages before stay what they are, and the same comes out
  const second = readFileSync(join(place, 'base', 'second-stage', 'card.json'), 'utf8')
  rmSync(join(place, 'base', 'third-stage'), { recursive: true })
  rmSync(join(place, 'base', 'hash.json'))
  expect(make()).toMatchObject({ status: 0 })
  expect(readFileSync(join(place, 'base', 'second-stage', 'card.json'), 'utf8')).toBe(second)
  expect(readFileSync(join(folder, 'weights.bin')).equals(weights)).toBe(true)
})
