import { spawn, spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'

let folder = ''
let command = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'drydock-bin-'))
  command = join(folder, 'src-main', 'cli', 'drydock.mjs')
  mkdirSync(dirname(command), { recursive: true })
  copyFileSync(fileURLToPath(new URL('./drydock.mjs', import.meta.url)), command)
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const env = { ...process.env, DRYDOCK_NODE: process.execPath }

test('runs the source in a clone, with arguments and exit code passed on', () => {
  writeFileSync(
    join(dirname(command), 'main.ts'),
    'const words: string[] = process.argv.slice(2)\nconsole.log(words.join("|"))\nprocess.exitCode = 2\n',
  )
  const result = spawnSync(process.execPath, [command, 'score', '--pred', 'a b.csv'], {
    encoding: 'utf8',
    env,
  })
  expect([result.stdout, result.stderr, result.status]).toEqual(['score|--pred|a b.csv\n', '', 2])
})

test('runs the built file where there is no source', () => {
  mkdirSync(join(folder, 'out', 'main'), { recursive: true })
  writeFileSync(join(folder, 'out', 'main', 'cli.js'), 'console.log("built")\n')
  expect(spawnSync(process.execPath, [command], { encoding: 'utf8', env }).stdout).toBe('built\n')
})

test('says what to do where nothing is set up', () => {
  const result = spawnSync(process.execPath, [command], { encoding: 'utf8', env })
  expect(result.status).toBe(1)
  expect(result.stderr).toContain('npm run setup')
})

test.skipIf(process.platform === 'win32')('passes SIGTERM on and waits for the end', async () => {
  writeFileSync(
    join(dirname(command), 'main.ts'),
    'process.on("SIGTERM", () => { console.log("saved"); process.exit(143) })\nsetInterval(() => {}, 1000)\nconsole.log("up")\n',
  )
  const child = spawn(process.execPath, [command], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  let said = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text
    if (text.includes('up')) child.kill('SIGTERM')
  })
  const code = await new Promise((done) => child.once('close', done))
  expect([said, code]).toEqual(['up\nsaved\n', 143])
})
