import { execFileSync } from 'node:child_process'
import { afterEach, expect, test, vi } from 'vitest'
import type { BackendName } from '../../contract/engine.ts'
import { deathOf, startEngine } from './engine-client.ts'

afterEach(() => vi.unstubAllEnvs())

/** Process ids of the engines that this process has started. */
function engines(): number[] {
  const children = execFileSync('ps', ['-o', 'pid=,args=', '--ppid', String(process.pid)], {
    encoding: 'utf8',
  })
  return children
    .split('\n')
    .filter((line) => /engine[\\/]main/.test(line))
    .map((line) => Number.parseInt(line, 10))
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
