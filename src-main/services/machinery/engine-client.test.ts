import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, expect, test, vi } from 'vitest'
import type { BackendName } from '../../contract/engine.ts'
import { descendants } from '../../testing/processes.ts'
import { startEngine } from './engine-client.ts'
import { deathOf } from './engine-death.ts'
import { restAfter } from './rest-after-failures.ts'

const folder = mkdtempSync(join(tmpdir(), 'drydock-engine-client-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

afterEach(() => vi.unstubAllEnvs())

/** Process ids of the engines that this process has started. */
function engines(): number[] {
  return descendants(process.pid, join('engine', 'main'))
}

test('what a person has chosen is asked at each start; the environment and the flag win over it', async () => {
  vi.stubEnv('DRYDOCK_BACKEND', '')
  let choice: BackendName | null = 'cpu'
  const engine = startEngine({ chosen: () => choice })
  try {
    expect(await engine.info()).toMatchObject({ name: 'cpu', why: 'Asked for by setting or flag.' })
    choice = 'wasm'
    expect(await engine.info()).toMatchObject({ name: 'cpu' })
    engine.renew()
    expect(await engine.info()).toMatchObject({ name: 'wasm' })
    vi.stubEnv('DRYDOCK_BACKEND', 'cpu')
    engine.renew()
    expect(await engine.info()).toMatchObject({ name: 'cpu' })
  } finally {
    await engine.stop()
  }
  vi.stubEnv('DRYDOCK_BACKEND', 'wasm')
  const flagged = startEngine({ backend: 'cpu', chosen: () => 'wasm' })
  expect(await flagged.info()).toMatchObject({ name: 'cpu' })
  await flagged.stop()
})

test('a call under way ends in the engine that is renewed, and a spared one that is cancelled costs no engine', async () => {
  const engine = startEngine({ backend: 'cpu' })
  try {
    await engine.info()
    const [first] = engines()
    process.kill(first!, 'SIGSTOP')
    const under = engine.info()
    const stop = new AbortController()
    const image = { width: 8, height: 8, data: new Uint8Array(8 * 8 * 3) }
    const request = { modelFolder: 'nowhere', image, flips: false, tile: 32 }
    const spared = engine.infer(request, { signal: stop.signal, spared: true })
    stop.abort()
    // at once, though the process does nothing
    await expect(spared).rejects.toMatchObject({ code: 'cancelled' })
    engine.renew()
    expect(await engine.info()).toMatchObject({ name: 'cpu' })
    expect(engines()).toHaveLength(2)
    process.kill(first!, 'SIGCONT')
    expect(await under).toMatchObject({ name: 'cpu' })
    await expect.poll(engines).not.toContain(first)
  } finally {
    await engine.stop()
  }
})

const KILLED = { exitCode: null, signal: 'SIGKILL', stderr: '' }

test.each([
  ['the kernel killed for want of memory', KILLED, true],
  ['a shell told of a kill', { ...KILLED, exitCode: 137, signal: null }, false],
  ['C++ got no memory', { ...KILLED, signal: 'SIGABRT', stderr: "terminate: 'std::bad_alloc'" }, false],
  ['TensorFlow got no memory', { ...KILLED, stderr: 'OOM when allocating tensor with shape[8,512]' }, false],
  ['V8 got no memory', { ...KILLED, stderr: 'FATAL ERROR: JavaScript heap out of memory' }, false],
])('an engine that ended because %s says so, and what to make smaller', (_, death, oomKilled) => {
  expect(deathOf(death, oomKilled)).toMatchObject({
    code: 'engine_no_memory',
    message: expect.stringMatching(/not enough memory.*is kept.*smaller batch/) as string,
  })
})

test('an engine that was killed says what is kept, and that memory may be short', () => {
  const { code, message } = deathOf(KILLED, false)
  expect(code).toBe('engine_died')
  expect(message).toMatch(/is kept.*restarts by itself.*memory may be short: use a smaller batch/)
  expect(deathOf({ exitCode: 1, signal: null, stderr: 'SyntaxError' }, false).message).not.toContain('memory')
})

/** An engine process that does what the script says; `counted` names a file that grows by a byte at each start. */
function scripted(name: string, script: string): { entry: string; counted: string } {
  const entry = join(folder, `${name}.mjs`)
  const counted = join(folder, `${name}.starts`)
  writeFileSync(
    entry,
    `import { appendFileSync, statSync } from 'node:fs'
     appendFileSync(${JSON.stringify(counted)}, '.')
     const starts = statSync(${JSON.stringify(counted)}).size
     const alive = () => process.send({ kind: 'alive', backend: 'wasm' })
     process.on('disconnect', () => process.exit(0))
     process.on('message', (message) => {
       if (message.kind === 'ping') alive()
       if (message.kind === 'stop') process.exit(0)
       ${script}
     })`,
  )
  return { entry, counted }
}

test('an engine that does not answer between two steps is ended, its calls say so, and the next one works', async () => {
  const { entry } = scripted(
    'hangs',
    `if (message.kind === 'info' && starts === 1) { alive(); for (;;); }
     if (message.kind === 'info') process.send({ kind: 'result', id: message.id, value: { name: 'wasm' } })`,
  )
  const engine = startEngine({ entry, pulse: { every: 200, hungAfter: 5000 } })
  try {
    await expect(engine.info()).rejects.toMatchObject({
      code: 'engine_hung',
      message: expect.stringMatching(/did not answer for 1 min.*is kept.*restarts by itself/) as string,
    })
    expect(await engine.info()).toMatchObject({ name: 'wasm' })
  } finally {
    await engine.stop()
  }
})

test('an engine that answers is left alone, however long its call takes', async () => {
  const { entry } = scripted(
    'works',
    `if (message.kind === 'ping' && ++globalThis.pings === 60) process.send({ kind: 'result', id: 1, value: { name: 'wasm' } })
     if (message.kind === 'info') globalThis.pings = 0`,
  )
  const engine = startEngine({ entry, pulse: { every: 100, hungAfter: 5000 } })
  expect(await engine.info()).toMatchObject({ name: 'wasm' })
  await engine.stop()
})

test('a failed start is not remembered: the next call tries again, after a rest where failures repeat', async () => {
  const { entry } = scripted(
    'starts-late',
    `if (message.kind === 'info' && starts < 3) {
       const error = { code: 'internal', message: 'No tfjs backend works.', data: {} }
       process.send({ kind: 'failed', id: message.id, error }, () => process.exit(1))
     } else if (message.kind === 'info') {
       alive()
       process.send({ kind: 'result', id: message.id, value: { name: 'wasm' } })
     }`,
  )
  const engine = startEngine({ entry })
  try {
    await expect(engine.info()).rejects.toThrow('No tfjs backend works.')
    await expect.poll(async () => (await engine.info().catch(() => null))?.name).toBe('wasm')
  } finally {
    await engine.stop()
  }
  expect([1, 2, 3, 4, 9].map(restAfter)).toEqual([0, 1000, 2000, 4000, 30_000])
})
