import { ORPCError, implement } from '@orpc/server'
import { RPCHandler } from '@orpc/server/message-port'
import { MessageChannel, type MessagePort as NodePort } from 'node:worker_threads'
import { describe, expect, it, onTestFinished } from 'vitest'
import { backendContract } from '../../src-main/contract/backend.ts'
import type { PortFrame } from '../../src-main/contract/channels.ts'
import { DrydockError } from '../../src-main/contract/errors.ts'
import { VirtualPort } from '../../src-main/contract/port.ts'
import { shellContract } from '../../src-main/contract/shell.ts'
import { Connection, type PortLike } from './connection.ts'

/** Node's port behind the browser's interface; Node's types leave `data` out. */
function asBrowserPort(port: NodePort): PortLike {
  return {
    postMessage: (frame) => port.postMessage(frame),
    addEventListener: (type: string, listener: (event: { data: unknown }) => void) =>
      port.on(type, (data: unknown) => listener({ data })),
    start: () => port.start(),
    close: () => port.close(),
  }
}

/** Both ends are oRPC itself over a real MessageChannel; only what the procedures do is made up. */
class FakeHost {
  readonly page: PortLike
  readonly #host: NodePort
  readonly log: string[] = []

  constructor(name: string) {
    const channel = new MessageChannel()
    this.page = asBrowserPort(channel.port1)
    this.#host = channel.port2
    const routers = {
      shell: new VirtualPort((data) => this.#host.postMessage({ to: 'shell', data } satisfies PortFrame)),
      backend: new VirtualPort((data) => this.#host.postMessage({ to: 'backend', data } satisfies PortFrame)),
    }
    this.#host.on('message', (frame: PortFrame) => routers[frame.to].deliver(frame.data))
    this.#host.on('close', () => Object.values(routers).forEach((router) => router.close()))
    const backend = implement(backendContract)
    const shell = implement(shellContract)
    const log = this.log
    new RPCHandler({
      system: {
        about: backend.system.about.handler(() => ({ version: name, logs: 'l', userData: 'u' })),
        engine: backend.system.engine.handler(({ signal }) => {
          log.push('engine asked')
          return new Promise((_, reject) => {
            signal?.addEventListener('abort', () => {
              log.push('engine call aborted')
              reject(signal.reason)
            })
          })
        }),
      },
      project: {
        recent: backend.project.recent.handler(() => {
          throw new ORPCError('project_in_use', { message: 'In use by another one.', data: { pid: 7 } })
        }),
        watch: backend.project.watch.handler(async function* ({ signal }) {
          try {
            yield { type: 'runs' as const }
            yield { type: 'models' as const }
            await new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)))
          } finally {
            log.push('watch ended')
          }
        }),
      },
      images: {
        rows: backend.images.rows.handler(({ input, signal }) => {
          log.push(`rows ${input.project}`)
          return new Promise((_, reject) => {
            signal?.addEventListener('abort', () => reject(signal.reason))
          })
        }),
      },
      predict: {
        setFlips: backend.predict.setFlips.handler(async ({ input }) => {
          log.push(`flips ${input.project} ${input.flips}`)
          await until(() => log.includes('go on'))
          return {}
        }),
      },
    }).upgrade(routers.backend)
    new RPCHandler({
      window: { warning: shell.window.warning.handler(() => `warning of ${name}`) },
    }).upgrade(routers.shell)
  }

  close(): void {
    this.#host.close()
  }
}

function hosted(name: string): FakeHost {
  const host = new FakeHost(name)
  onTestFinished(() => host.close())
  return host
}

async function failure(promise: Promise<unknown>): Promise<DrydockError> {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  )
  if (!(error instanceof DrydockError)) throw new Error(`expected a DrydockError, got ${String(error)}`)
  return error
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve))
}

describe('connection', () => {
  it('carries both routers over one port', async () => {
    const connection = new Connection()
    connection.attach(hosted('one').page, 1)
    const [about, warning] = await Promise.all([
      connection.client.backend.system.about({}),
      connection.client.shell.window.warning({}),
    ])
    expect(about.version).toBe('one')
    expect(warning).toBe('warning of one')
  })

  it('gives errors with their code, sentence and data', async () => {
    const connection = new Connection()
    connection.attach(hosted('one').page, 1)
    const error = await failure(connection.client.backend.project.recent({}))
    expect(error.code).toBe('project_in_use')
    expect(error.message).toBe('In use by another one.')
    expect(error.data).toEqual({ pid: 7 })
    // what the contract forbids is refused by the host, not sent on to the handler
    const refused = await failure(connection.client.backend.project.watch({ project: '' }))
    expect(refused.code).toBe('bad_input')
  })

  it('cancels on the other side', async () => {
    const connection = new Connection()
    const host = hosted('one')
    connection.attach(host.page, 1)
    const abort = new AbortController()
    const call = failure(connection.client.backend.system.engine({}, { signal: abort.signal }))
    await until(() => host.log.includes('engine asked'))
    abort.abort()
    expect((await call).code).toBe('cancelled')
    await until(() => host.log.includes('engine call aborted'))
  })

  it('ends open calls and streams when the port is replaced, then works on the new one', async () => {
    const connection = new Connection()
    const first = hosted('one')
    connection.attach(first.page, 1)
    const restarts: string[] = []
    connection.client.onBackendRestart(() => {
      void connection.client.backend.system.about({}).then((about) => restarts.push(about.version))
    })
    const open = failure(connection.client.backend.system.engine({}))
    const stream = await connection.client.backend.project.watch({ project: 'p' })
    expect((await stream.next()).value).toEqual({ type: 'runs' })
    expect((await stream.next()).value).toEqual({ type: 'models' })
    const next = failure(stream.next())
    await until(() => first.log.includes('engine asked'))

    first.close()
    expect((await open).code).toBe('backend_restarted')
    expect((await next).code).toBe('backend_restarted')
    await until(() => first.log.includes('watch ended'))

    // a call made while there is no port waits for the next one
    const waiting = connection.client.backend.system.about({})
    connection.attach(hosted('two').page, 2)
    expect((await waiting).version).toBe('two')
    await until(() => restarts.length > 0)
    expect(restarts).toEqual(['two'])
  })

  it('replaces a port that never said it closed', async () => {
    const connection = new Connection()
    connection.attach(hosted('one').page, 1)
    const open = failure(connection.client.backend.system.engine({}))
    connection.attach(hosted('two').page, 2)
    expect((await open).code).toBe('backend_restarted')
    expect((await connection.client.backend.system.about({})).version).toBe('two')
  })

  it('stops waiting for a port when cancelled', async () => {
    const connection = new Connection()
    const abort = new AbortController()
    const call = failure(connection.client.backend.system.about({}, { signal: abort.signal }))
    abort.abort()
    expect((await call).code).toBe('cancelled')
  })

  it('puts the id into the calls for one project, and ends only its reads when that is left', async () => {
    const connection = new Connection()
    const host = hosted('one')
    connection.attach(host.page, 1)
    const left = new AbortController()
    const project = connection.client.inProject('harbour', left.signal)
    const reading = failure(project.images.rows({ images: [1] }))
    const writing = project.predict.setFlips({ flips: true })
    await until(() => host.log.length === 2)
    expect(host.log).toEqual(['rows harbour', 'flips harbour true'])
    left.abort()
    expect((await reading).code).toBe('cancelled')
    host.log.push('go on')
    expect(await writing).toEqual({})
  })

  it('ignores what is no frame', async () => {
    const connection = new Connection()
    const channel = new MessageChannel()
    onTestFinished(() => channel.port2.close())
    connection.attach(asBrowserPort(channel.port1), 1)
    channel.port2.postMessage('noise')
    channel.port2.postMessage({ to: 'nobody', data: 'x' })
    const open = failure(connection.client.backend.system.about({}))
    connection.attach(hosted('two').page, 2)
    expect((await open).code).toBe('backend_restarted')
  })
})
