import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { drydock } from '../testing/command.ts'
import { writeImages } from '../testing/images.ts'

const folder = mkdtempSync(join(tmpdir(), 'drydock-crossvalidate-cli-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const run = (...more: string[]) =>
  drydock(folder, 'crossvalidate', '--images', 'images', '--truth', 'truth.csv', '--out', 'out', ...more)

test('scores the base model without training, for people and for machines', async () => {
  const size = { width: 64, height: 64 }
  const names = ['a.png', 'b.png', 'c.png', 'd.png']
  const image = (shade: number) => ({ ...size, shade, ships: [] })
  await writeImages(join(folder, 'images'), Object.fromEntries(names.map((name, i) => [name, image(i)])))
  // two images are said to have a ship of 8 x 4 px, where nothing is to be seen
  const mask = Array.from({ length: 8 }, (_, column) => `${(20 + column) * 64 + 31} 4`).join(' ')
  const rows = names.map((name, i) => `${name},${i < 2 ? mask : ''}`)
  writeFileSync(join(folder, 'truth.csv'), `ImageId,EncodedPixels\n${rows.join('\n')}\n`)
  const shown = run('--base-only', '--folds', '2')
  expect([shown.stderr, shown.status]).toEqual(['', 0])
  expect(shown.stdout).toContain('connected components')
  expect(shown.stdout).toContain('nothing predicted')
  expect(shown.stdout).toContain('of the true foreground: F2 +0.000')
  // all is finished, so the same command only reports
  const { stdout, status } = run('--base-only', '--folds', '2', '--json')
  expect(status).toBe(0)
  const summary = JSON.parse(stdout) as { images: number; reports: Record<string, { recall: unknown }> }
  expect(summary).toEqual(JSON.parse(readFileSync(join(folder, 'out', 'crossvalidation.json'), 'utf8')))
  expect(summary).toMatchObject({ images: 4, folds: 2, predicting_nothing: { f2: 0.5 } })
  expect(Object.keys(summary.reports)).toEqual([
    'clustered',
    'clean',
    'ships',
    'components',
    'separation',
    'truth_components',
  ])
  expect(summary).toMatchObject({
    clustered_above_components: { true_foreground: { f2: { value: 0, low: 0 } } },
  })
  // under the true foreground the one ship of an image is found whatever the embeddings are
  expect(summary.reports['truth_components']!.recall).toMatchObject({ all: { ships: 2, found: 2 } })
})

test.each([
  [['--base-only', '--minutes', '2'], 'cannot be used with'],
  [['--steps', '2', '--minutes', '2'], 'cannot be used with'],
  [['--folds', '1'], 'whole number from 2'],
  [['--try', 'synthetic-share=0', 'loss-unit=boat'], 'loss-unit=boat is none of'],
  [['--also-images', 'images'], '--also-images and --also-truth together'],
  [['--base-only', '--also-images', 'images', '--also-truth', 'truth.csv'], 'cannot be used with'],
])('refuses %j', (options, why) => {
  const { status, stderr } = run(...options)
  expect(status).toBe(2)
  expect(stderr).toContain(why)
})
