import { mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { devNull, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { BackendToShell } from '../contract/channels.ts'
import type { BackendHealth } from '../contract/shell.ts'
import { nodeBinary } from '../locations.ts'
import { Supervisor } from './supervisor.ts'

const folder = mkdtempSync(join(tmpdir(), 'drydock-supervisor-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Supervises a small script; pauses are kept and go by when the test says so. */
function supervise(script: string) {
  const file = join(folder, `${Math.random()}.mjs`)
  writeFileSync(file, script)
  const messages: BackendToShell[] = []
  const health: BackendHealth[] = []
  const pauses: { ms: number; go: () => void }[] = []
  const waiting: (() => void)[] = []
  const beats: ((now: number) => void)[] = []
  const changed = (): void => waiting.splice(0).forEach((wake) => wake())
  const supervisor = new Supervisor(
    { command: nodeBinary(), args: [file], env: process.env, openLog: () => openSync(devNull, 'a') },
    {
      message: (message) => void (messages.push(message), changed()),
      down: changed,
      health: (now) => void (health.push(now), changed()),
      log: () => {},
    },
    (ms, go) => void (pauses.push({ ms, go }), changed()),
    (_, tick) => {
      beats.push(tick)
      return () => void beats.splice(beats.indexOf(tick), 1)
    },
  )
  const until = async (condition: () => boolean): Promise<void> => {
    while (!condition()) await new Promise<void>((resolve) => waiting.push(resolve))
  }
  return { supervisor, messages, health, pauses, beats, until }
}

const READY = `process.send({ kind: 'ready', cacheRoots: [] });`
const STOP = `if (message.kind === 'stop') process.exit(0);`

describe('supervisor', () => {
  it('keeps messages until the backend is ready, in order', async () => {
    const script = `process.on('message', (message) => { ${STOP} process.send({ kind: 'cache-root', root: message.grant }) }); ${READY}`
    const { supervisor, messages, until } = supervise(script)
    for (const grant of ['a', 'b', 'c']) supervisor.send({ kind: 'grant', grant, path: '/x', mode: 'read' })
    supervisor.start()
    await until(() => messages.length === 4)
    expect(messages.slice(1).map((message) => message.kind === 'cache-root' && message.root)).toEqual([
      'a',
      'b',
      'c',
    ])
    await supervisor.stop()
    expect(supervisor.pid).toBeNull()
  })

  it('starts a backend that dies again, after growing pauses, and says so after the third death', async () => {
    const { supervisor, health, pauses, until } = supervise('process.exit(3)')
    supervisor.start()
    for (let death = 1; death <= 4; death++) {
      await until(() => pauses.length === death)
      expect(supervisor.generation).toBe(death)
      expect(supervisor.health.state).toBe(death < 3 ? 'starting' : 'failing')
      if (death < 4) pauses[death - 1]?.go()
    }
    expect(pauses.map((pause) => pause.ms)).toEqual([0, 100, 200, 400])
    expect(health[0]?.sentence).toContain('code 3')
    await supervisor.stop()
    pauses[3]?.go()
    expect(supervisor.pid).toBeNull()
  })

  it('is well again once a backend is ready', async () => {
    const flag = join(folder, 'works-now')
    const { supervisor, health, pauses, until } = supervise(
      `import { existsSync } from 'node:fs'
       if (!existsSync(${JSON.stringify(flag)})) process.exit(1)
       process.on('message', (message) => { ${STOP} }); ${READY}`,
    )
    supervisor.start()
    for (let death = 1; death <= 3; death++) {
      await until(() => pauses.length === death)
      if (death === 3) writeFileSync(flag, '')
      pauses[death - 1]?.go()
    }
    await until(() => supervisor.health.state === 'ready')
    expect(health.map((now) => now.state)).toEqual(['failing', 'ready'])
    await supervisor.stop()
  })

  it('reports a program that cannot be started like one that dies', async () => {
    const pauses: number[] = []
    let down = (): void => {}
    const ended = new Promise<void>((resolve) => (down = resolve))
    const supervisor = new Supervisor(
      { command: join(folder, 'no-such-program'), args: [], env: {}, openLog: () => openSync(devNull, 'a') },
      { message: () => {}, down: () => down(), health: () => {}, log: () => {} },
      (ms) => void pauses.push(ms),
    )
    supervisor.start()
    await ended
    expect(pauses).toEqual([0])
    await supervisor.stop()
  })

  it('kills a backend that will not end', async () => {
    const { supervisor, pauses, messages, until } = supervise(`process.on('message', () => {}); ${READY}`)
    supervisor.start()
    await until(() => messages.length === 1)
    const stopped = supervisor.stop()
    expect(pauses.map((pause) => pause.ms)).toEqual([3000])
    pauses[0]?.go()
    await stopped
    expect(supervisor.pid).toBeNull()
  })

  it('says that a backend is silent after five seconds, and takes it back when it answers', async () => {
    const { supervisor, health, beats, messages, until } = supervise(
      `process.on('message', (message) => {
         ${STOP}
         if (message.kind === 'grant') process.send({ kind: 'cache-root', root: 'late' })
       }); ${READY}`,
    )
    supervisor.start()
    await until(() => beats.length === 1)
    const beat = beats[0]!
    let now = 0
    const states = () => health.map(({ state }) => state)
    for (let second = 0; second < 3; second++) beat((now += 1000))
    // the machine has slept: what was before does not count
    beat((now += 3_600_000))
    for (let second = 0; second < 4; second++) beat((now += 1000))
    expect(states()).toEqual(['ready'])
    for (let second = 0; second < 4; second++) beat((now += 1000))
    expect(supervisor.health).toEqual({
      state: 'silent',
      sentence: 'Drydock’s background process does not answer.',
    })
    // any sign of life
    supervisor.send({ kind: 'grant', grant: 'g', path: '/x', mode: 'read' })
    await until(() => messages.length === 2)
    expect(states()).toEqual(['ready', 'silent', 'ready'])
    expect(messages.map(({ kind }) => kind)).toEqual(['ready', 'cache-root'])
    await supervisor.stop()
    expect(beats).toEqual([])
  })

  it('ends a silent backend when a person says so, and starts another one; one that answers is left alone', async () => {
    const { supervisor, health, beats, pauses, until } = supervise(
      `process.on('message', (message) => { ${STOP} }); ${READY}`,
    )
    supervisor.start()
    await until(() => beats.length === 1)
    const first = supervisor.pid
    supervisor.restart()
    for (let second = 1; second <= 6; second++) beats[0]!(second * 1000)
    expect(supervisor.health.state).toBe('silent')
    expect(supervisor.pid).toBe(first)
    supervisor.restart()
    await until(() => pauses.length === 1)
    expect(supervisor.generation).toBe(1)
    pauses[0]!.go()
    await until(() => supervisor.health.state === 'ready')
    expect(supervisor.pid).not.toBe(first)
    expect(health.map(({ state }) => state)).toEqual(['ready', 'silent', 'starting', 'ready'])
    await supervisor.stop()
  })
})
