import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { bin, capture, node22, root } from './machine.mjs'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'drydock-rules-'))
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction')
  write('tsconfig.json', '{ "compilerOptions": { "module": "ESNext", "moduleResolution": "bundler" } }')
  write('src-renderer/page.ts', '')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function write(name: string, text: string): void {
  const file = join(folder, ...name.split('/'))
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
}

interface Violation {
  from: string
  rule: { name: string }
  comment?: string
}

/** What the project's own rules say of the tree in `folder`: `rule: file`, sorted. */
async function violations(): Promise<string[]> {
  const config = join(root, '.dependency-cruiser.cjs')
  const tool = await bin('dependency-cruiser', 'depcruise')
  const args = [tool, 'src-main', 'src-renderer', '--config', config, '--output-type', 'json']
  const answer = capture(node22(), args, { cwd: folder })
  const report = JSON.parse(answer.out) as { summary: { violations: Violation[] } }
  return [...new Set(report.summary.violations.map(({ from, rule }) => `${rule.name}: ${from}`))].sort()
}

const empty = 'export const value = 1\n'
const imports = (...names: string[]) =>
  names
    .map((name, index) => `import { value as v${index} } from '${name}'\nconsole.log(v${index})\n`)
    .join('') + empty

test('each rule fails when it is broken', async () => {
  write('src-main/testing/builders.ts', empty)
  write('src-main/store/rows.ts', empty)
  write('src-main/model/layer.ts', empty)
  write('src-main/services/predict/predict.ts', imports('../../engine/main.ts', '@tensorflow/tfjs'))
  write('src-main/engine/main.ts', imports('../store/rows.ts', '../model/layer.ts'))
  write('src-main/contract/wire.ts', imports('../core/f2.ts'))
  write('src-main/core/f2.ts', imports('node:fs', '../model/layer.ts'))
  write('src-main/backend/main.ts', imports('../store/rows.ts', 'electron', '../testing/builders.ts'))
  write(
    'src-main/shell/main.ts',
    imports('../services/predict/predict.ts', 'better-sqlite3', 'sharp', 'konva'),
  )
  write('src-main/setup/setup.ts', imports('../core/f2.ts'))
  write('src-main/formats/one.ts', imports('./two.ts'))
  write('src-main/formats/two.ts', imports('./one.ts', './missing.ts'))
  write('src-renderer/page.ts', imports('../src-main/services/predict/predict.ts'))
  write(
    'src-renderer/typed.ts',
    `import type { Row } from '../src-main/store/rows.ts'\nexport type Page = Row\n`,
  )
  expect(await violations()).toEqual([
    'layers-backend: src-main/backend/main.ts',
    'layers-contract: src-main/contract/wire.ts',
    'layers-core: src-main/core/f2.ts',
    'layers-engine: src-main/engine/main.ts',
    'layers-renderer: src-renderer/page.ts',
    'layers-renderer: src-renderer/typed.ts',
    'layers-services: src-main/services/predict/predict.ts',
    'layers-setup: src-main/setup/setup.ts',
    'layers-shell: src-main/shell/main.ts',
    'no-cycles: src-main/formats/one.ts',
    'package-better-sqlite3: src-main/shell/main.ts',
    'package-electron: src-main/backend/main.ts',
    'package-sharp-geotiff: src-main/shell/main.ts',
    'package-svelte-konva: src-main/shell/main.ts',
    'package-tensorflow: src-main/services/predict/predict.ts',
    'pure-core: src-main/core/f2.ts',
    'resolvable: src-main/formats/two.ts',
    'testing-only-from-tests: src-main/backend/main.ts',
  ])
})

test('what the design allows passes, tests and benches included', async () => {
  write('src-main/locations.ts', empty)
  write('src-main/contract/wire.ts', imports('zod'))
  write('src-main/contract/words.ts', empty)
  write('src-main/core/f2.ts', imports('../contract/words.ts'))
  write('src-main/store/rows.ts', imports('better-sqlite3', '../core/f2.ts', '../locations.ts'))
  write('src-main/model/layer.ts', imports('@tensorflow/tfjs', '../core/f2.ts'))
  write('src-main/engine/main.ts', imports('../model/layer.ts', '../contract/wire.ts', 'node:fs'))
  write('src-main/services/score/score.ts', imports('../../store/rows.ts', '../../core/f2.ts'))
  write(
    'src-main/services/score/score.test.ts',
    imports('./score.ts', '../../testing/builders.ts', '../../engine/main.ts'),
  )
  write('src-main/core/f2.bench.ts', imports('node:fs', './f2.ts'))
  write('src-main/testing/builders.ts', imports('../services/score/score.ts'))
  write('src-main/backend/main.ts', imports('../services/score/score.ts', '../contract/wire.ts'))
  write('src-renderer/page.ts', imports('svelte', 'konva', '../src-main/core/f2.ts'))
  expect(await violations()).toEqual([])
})

/** What a room stands on, from the lowest; rooms of one storey do not know each other. */
const STOREYS = [
  ['machinery'],
  ['images'],
  ['score'],
  ['annotate', 'predict'],
  ['train', 'exchange', 'review'],
  ['projects'],
]

test('a room of services may import those below it, and none beside or above it', async () => {
  const rooms = STOREYS.flatMap((storey, height) => storey.map((room) => ({ room, height })))
  for (const { room } of rooms) write(`src-main/services/${room}/tasks.ts`, empty)
  for (const { room, height } of rooms) {
    for (const other of rooms) {
      if (other.room === room) continue
      const way = other.height < height ? 'down' : 'wrong'
      write(`src-main/services/${room}/${way}-${other.room}.ts`, imports(`../${other.room}/tasks.ts`))
    }
  }
  const wrong = rooms.flatMap(({ room, height }) =>
    rooms
      .filter((other) => other.room !== room && other.height >= height)
      .map((other) => `rooms-${room}: src-main/services/${room}/wrong-${other.room}.ts`),
  )
  expect(await violations()).toEqual(wrong.sort())
})

test('the entry of the workers imports every room, and no file of services lies beside the rooms', async () => {
  write('src-main/services/predict/tasks.ts', empty)
  write('src-main/services/worker.ts', imports('./predict/tasks.ts'))
  write('src-main/services/images/from-entry.ts', imports('../worker.ts'))
  write('src-main/services/corridor.ts', empty)
  write('src-main/services/newroom/one.ts', empty)
  write('src-main/backend/main.ts', imports('../services/corridor.ts', '../services/newroom/one.ts'))
  expect(await violations()).toEqual([
    'rooms-images: src-main/services/images/from-entry.ts',
    'rooms-named: src-main/backend/main.ts',
  ])
})
