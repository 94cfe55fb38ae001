import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, expect, it } from 'vitest'
import { root } from '../locations.ts'
import { isRunning } from '../testing/processes.ts'

const folder = mkdtempSync(join(tmpdir(), 'drydock-with-parent-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const tied = JSON.stringify(pathToFileURL(join(root, 'src-main', 'cli', 'with-parent.ts')).href)

function scriptOf(name: string, text: string): string {
  const file = join(folder, name)
  writeFileSync(file, text)
  return file
}

it('ends with the process that started it, also where that is killed', async () => {
  const child = scriptOf(
    'child.mjs',
    `await import(${tied}); process.send(process.pid); setTimeout(() => {}, 60_000)`,
  )
  const parent = fork(
    scriptOf(
      'parent.mjs',
      `import { fork } from 'node:child_process'
      fork(${JSON.stringify(child)}).on('message', (pid) => process.send(pid))`,
    ),
    { execArgv: ['--no-warnings'] },
  )
  const [pid] = (await once(parent, 'message')) as [number]
  expect(isRunning(pid)).toBe(true)
  parent.kill('SIGKILL')
  await expect.poll(() => isRunning(pid), { timeout: 30_000 }).toBe(false)
})

it('keeps nothing alive that has done its work', async () => {
  const child = fork(scriptOf('done.mjs', `await import(${tied})`), { execArgv: ['--no-warnings'] })
  expect(await once(child, 'exit')).toEqual([0, null])
})
