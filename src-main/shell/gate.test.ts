import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/message-port'
import type { ContractRouterClient } from '@orpc/contract'
import { implement } from '@orpc/server'
import { RPCHandler } from '@orpc/server/message-port'
import { openSync } from 'node:fs'
import { devNull } from 'node:os'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { backendContract } from '../contract/backend.ts'
import type { PortFrame } from '../contract/channels.ts'
import { VirtualPort } from '../contract/port.ts'
import { shellContract } from '../contract/shell.ts'
import { nodeBinary } from '../locations.ts'
import { Gate, type WindowEnd, type WindowPort } from './gate.ts'
import { Supervisor } from './supervisor.ts'

type Backend = ContractRouterClient<typeof backendContract>
type Shell = ContractRouterClient<typeof shellContract>

/** A window whose page is oRPC's client in this process; the backend is a real child process. */
class FakeWindow implements WindowEnd {
  readonly generations: number[] = []
  /** what the page would post, raw */
  post: (data: unknown) => void = () => {}
  closeFromPage: () => void = () => {}
  closed = false
  received = 0
  backend!: Backend
  shell!: Shell
  readonly #name: string

  constructor(name: string) {
    this.#name = name
  }

  givePort(generation: number): WindowPort {
    this.generations.push(generation)
    this.closed = false
    let toShell: (data: unknown) => void = () => {}
    const post = (frame: unknown): void => queueMicrotask(() => toShell(structuredClone(frame)))
    this.post = post
    const ends = {
      shell: new VirtualPort((data) => post({ to: 'shell', data })),
      backend: new VirtualPort((data) => post({ to: 'backend', data })),
    }
    this.backend = createORPCClient(new RPCLink({ port: ends.backend }))
    this.shell = createORPCClient(new RPCLink({ port: ends.shell }))
    return {
      postMessage: (frame: PortFrame) => {
        this.received += 1
        ends[frame.to].deliver(structuredClone(frame.data))
      },
      onMessage: (listener) => (toShell = listener),
      onClose: (listener) => (this.closeFromPage = listener),
      close: () => {
        this.closed = true
        ends.shell.close()
        ends.backend.close()
      },
    }
  }

  serveShell(port: VirtualPort): void {
    const os = implement(shellContract)
    const warning = os.window.warning.handler(() => this.#name)
    new RPCHandler({ window: { warning } }).upgrade(port)
  }
}

let supervisor: Supervisor
let gate: Gate

beforeEach(() => {
  supervisor = new Supervisor(
    {
      command: nodeBinary(),
      args: [fileURLToPath(new URL('./gate.test-backend.ts', import.meta.url))],
      env: process.env,
      openLog: () => openSync(devNull, 'a'),
    },
    {
      message: (message) => {
        if (message.kind === 'port-data' || message.kind === 'port-close') gate.deliver(message)
      },
      down: () => gate.renew(),
      health: () => {},
      log: () => {},
    },
  )
  gate = new Gate(supervisor)
  supervisor.start()
})

afterEach(() => supervisor.stop())

const pidOf = async (window: FakeWindow): Promise<number> =>
  Number((await window.backend.system.about({})).version)
const abortedIn = async (window: FakeWindow): Promise<number> =>
  Number((await window.backend.system.about({})).logs)

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setImmediate(resolve))
}

describe('gate', () => {
  it('carries calls to the backend and to the shell, from several windows', async () => {
    const [one, two] = [new FakeWindow('one'), new FakeWindow('two')]
    gate.connect(one)
    gate.connect(two)
    // asked before the backend is up: waits for it
    expect(await Promise.all([pidOf(one), pidOf(two)])).toEqual([supervisor.pid, supervisor.pid])
    expect(await one.shell.window.warning({})).toBe('one')
    expect(await two.shell.window.warning({})).toBe('two')
  })

  it('gives every window a new port when the backend dies', async () => {
    const window = new FakeWindow('one')
    gate.connect(window)
    const first = await pidOf(window)
    const open = window.backend.system.engine({}).then(
      () => 'answered',
      () => 'ended',
    )
    const [oldBackend, oldPost] = [window.backend, window.post]
    process.kill(first, 'SIGKILL')
    expect(await open).toBe('ended')
    expect(window.generations).toEqual([0, 1])
    expect(await pidOf(window)).not.toBe(first)
    // the old port leads nowhere any more
    const before = window.received
    oldPost({ to: 'backend', data: '{"i":"99","p":{"u":"/system/about","b":{"json":{}}}}' })
    await pidOf(window)
    expect(window.received).toBe(before + 1)
    expect(oldBackend).not.toBe(window.backend)
  })

  it.each(['navigates', 'lets go of the port'])('ends what a window had open when it %s', async (how) => {
    const [leaving, staying] = [new FakeWindow('one'), new FakeWindow('two')]
    gate.connect(leaving)
    gate.connect(staying)
    const open = leaving.backend.system.engine({}).catch(() => 'ended')
    await pidOf(leaving)
    if (how === 'navigates') gate.disconnect(leaving)
    else leaving.closeFromPage()
    expect(await open).toBe('ended')
    expect(leaving.closed).toBe(true)
    await until(async () => (await abortedIn(staying)) === 1)
    gate.connect(leaving)
    expect(await pidOf(leaving)).toBe(supervisor.pid)
  })

  it('drops what is no frame', async () => {
    const window = new FakeWindow('one')
    gate.connect(window)
    window.post('noise')
    window.post({ to: 'disk', data: 'x' })
    window.post({ to: 'backend', data: { kind: 'stop' } })
    expect(await pidOf(window)).toBe(supervisor.pid)
  })
})
