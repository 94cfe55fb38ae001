import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { root } from '../locations.ts'

/**
 * What fine-tuning is worth, nested: `DRYDOCK_LEARNING_STEPS=4400 npm run bench -- learning`. The 62 labelled Airbus images by folds, the 417 beside, once for
 * each seed, and the base model on the same folds. Hours on two cores: without DRYDOCK_LEARNING_STEPS it says so and ends, and what was broken off goes on.
 * Also DRYDOCK_LEARNING_SEEDS (1,2,3), DRYDOCK_LEARNING_DATA (../shared/data), DRYDOCK_LEARNING_OUT (out/learning).
 */

const asked = (name: string, otherwise: string): string =>
  process.env[`DRYDOCK_LEARNING_${name}`] ?? otherwise
const steps = asked('STEPS', '')
const seeds = asked('SEEDS', '1,2,3').split(',')
const data = resolve(root, asked('DATA', join('..', 'shared', 'data')), 'airbus')
const out = resolve(root, asked('OUT', join('out', 'learning')))

/** What is asked for: F2 over all images, over those with ships, ships found, and those of them under 400 px. */
const FLOORS = ['0.76', '0.38', '26', '4 of 16']

const estimate = z.object({ value: z.number(), low: z.number(), high: z.number() })
const area = z.object({ to: z.number().nullable(), ships: z.number(), found: z.number() })
const result = z.object({
  reports: z.object({
    clustered: z.object({
      f2: estimate,
      f2_with_ships: estimate,
      empty_images: z.number(),
      empty_clean: z.number(),
      recall: z.object({ all: z.object({ ships: z.number(), found: z.number() }), by_area: z.array(area) }),
    }),
  }),
})

function crossvalidate(name: string, more: readonly string[]): void {
  const folder = join(out, name)
  const command = [
    ...[join(root, 'src-main', 'cli', 'drydock.mjs'), 'crossvalidate', '--out', folder],
    ...[
      '--images',
      join(data, 'labelled', 'images'),
      '--truth',
      join(data, 'labelled', 'masks.csv'),
      ...more,
    ],
  ]
  const { status } = spawnSync(process.execPath, command, { stdio: ['ignore', 'ignore', 'inherit'] })
  if (status !== 0) throw new Error(`${name} ended with ${String(status)}; the same command goes on with it.`)
  const { clustered } = result.parse(
    JSON.parse(readFileSync(join(folder, 'crossvalidation.json'), 'utf8')),
  ).reports
  const { f2, f2_with_ships: ships, recall } = clustered
  const text = ({ value, low, high }: z.infer<typeof estimate>): string =>
    `${value.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`
  const small = recall.by_area.filter(({ to }) => to !== null && to <= 400)
  const sum = (of: 'ships' | 'found'): number => small.reduce((all, one) => all + one[of], 0)
  console.log(
    `${name.padEnd(24)} F2 ${text(f2)}  with ships ${text(ships)}  found ${recall.all.found} of ${recall.all.ships}  under 400 px ${sum('found')} of ${sum('ships')}  empty clean ${clustered.empty_clean} of ${clustered.empty_images}`,
  )
}

if (steps === '' || !existsSync(data)) {
  console.log(
    steps === ''
      ? 'Left out: it takes hours. DRYDOCK_LEARNING_STEPS says how many steps a fold is trained (4400 are some 20 minutes on two idle cores).'
      : `Left out: ${data} is not there. DRYDOCK_LEARNING_DATA says where the data lies.`,
  )
} else {
  const [all, ships, found, small] = FLOORS
  console.log(
    `Asked for after ${steps} steps or fewer: F2 ${all}, with ships ${ships}, found ${found}, under 400 px ${small}`,
  )
  for (const seed of seeds) {
    crossvalidate(`base-${seed}`, ['--base-only', '--seed', seed])
    crossvalidate(`trained-${seed}`, [
      ...['--also-images', join(data, 'pseudo', 'images'), '--also-truth', join(data, 'pseudo', 'masks.csv')],
      ...['--steps', steps, '--batch', '4', '--validate-every', '250', '--seed', seed],
    ])
  }
}
