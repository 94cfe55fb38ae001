import { createORPCClient, mapEventIterator, type ClientLink } from '@orpc/client'
import { RPCLink } from '@orpc/client/message-port'
import type { ContractRouterClient } from '@orpc/contract'
import type { backendContract } from '../../src-main/contract/backend.ts'
import type { PortFrame } from '../../src-main/contract/channels.ts'
import { DrydockError } from '../../src-main/contract/errors.ts'
import { VirtualPort } from '../../src-main/contract/port.ts'
import type { shellContract } from '../../src-main/contract/shell.ts'
import { backendRestarted, toDrydockError } from './errors.ts'
import { projectClient, type ProjectClient } from './project-client.ts'

type RouterName = PortFrame['to']
type Context = Record<never, never>

/** Both routers, typed from the contract. Every rejection is a `DrydockError`. */
export interface Client {
  readonly backend: ContractRouterClient<typeof backendContract>
  readonly shell: ContractRouterClient<typeof shellContract>
  /** The backend for one project. @param left ends the calls that only read; those that write go on to their end */
  inProject(project: string, left: AbortSignal): ProjectClient
  /**
   * Calls `listener` each time the backend was replaced, after every call and stream that was open has ended with
   * `backend_restarted` (those of the shell too) and new calls work again: fetch and subscribe anew.
   * @returns ends the subscription
   */
  onBackendRestart(listener: () => void): () => void
}

/** The part of a MessagePort that is used; Node's and the browser's both have it. */
export interface PortLike {
  postMessage(frame: PortFrame): void
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void
  addEventListener(type: 'close', listener: () => void): void
  start(): void
  close(): void
}

/** One MessagePort, split into a link for each router; ends as a whole. */
interface Lane {
  readonly links: Readonly<Record<RouterName, ClientLink<Context>>>
  /** aborted with `backend_restarted` when the port is gone */
  readonly ended: AbortSignal
  end(): void
}

function isFrame(value: unknown): value is PortFrame {
  if (typeof value !== 'object' || value === null || !('to' in value) || !('data' in value)) return false
  return value.to === 'shell' || value.to === 'backend'
}

function openLane(port: PortLike): Lane {
  const abort = new AbortController()
  const routers: Record<RouterName, VirtualPort> = {
    shell: new VirtualPort((data) => port.postMessage({ to: 'shell', data })),
    backend: new VirtualPort((data) => port.postMessage({ to: 'backend', data })),
  }
  const end = (): void => {
    if (abort.signal.aborted) return
    abort.abort(backendRestarted())
    routers.shell.close()
    routers.backend.close()
    port.close()
  }
  port.addEventListener('message', (event) => {
    if (isFrame(event.data)) routers[event.data.to].deliver(event.data.data)
  })
  port.addEventListener('close', end)
  const links = {
    shell: new RPCLink({ port: routers.shell }),
    backend: new RPCLink({ port: routers.backend }),
  }
  port.start()
  return { links, ended: abort.signal, end }
}

function isIterator(value: unknown): value is AsyncIteratorObject<unknown, unknown, void> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value && 'next' in value
}

/**
 * The window's end of the connection. Ports come and go under it ({@link attach}); the client stays the same.
 * Calls made while there is no port wait for the next one.
 */
export class Connection {
  #lane: Lane | null = null
  #generation = -1
  #waiting: (() => void)[] = []
  readonly #restartListeners = new Set<() => void>()
  readonly client: Client = {
    backend: createORPCClient(this.#link('backend')),
    shell: createORPCClient(this.#link('shell')),
    inProject: (project, left) => projectClient(this.#link('backend'), project, left),
    onBackendRestart: (listener) => {
      this.#restartListeners.add(listener)
      return () => this.#restartListeners.delete(listener)
    },
  }

  /** Uses `port` from now on; what was open on the port before ends with `backend_restarted`. */
  attach(port: PortLike, generation: number): void {
    const first = this.#generation < 0
    const replaced = generation !== this.#generation
    this.#generation = generation
    this.#lane?.end()
    const lane = openLane(port)
    this.#lane = lane
    lane.ended.addEventListener('abort', () => {
      if (this.#lane === lane) this.#lane = null
    })
    for (const go of this.#waiting.splice(0)) go()
    if (!first && replaced) for (const listener of [...this.#restartListeners]) listener()
  }

  async #openLane(signal: AbortSignal | undefined): Promise<Lane> {
    while (!this.#lane && !signal?.aborted) {
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve)
        signal?.addEventListener('abort', () => resolve(), { once: true })
      })
    }
    if (!this.#lane || signal?.aborted) throw new DrydockError('cancelled', 'Cancelled.')
    return this.#lane
  }

  #link(router: RouterName): ClientLink<Context> {
    return {
      call: async (path, input, options) => {
        const lane = await this.#openLane(options.signal)
        // oRPC may report a closed port in its own words: what counts is who ended the call.
        const mapped = (error: unknown): DrydockError =>
          lane.ended.aborted && !options.signal?.aborted ? backendRestarted() : toDrydockError(error)
        const signal = options.signal ? AbortSignal.any([options.signal, lane.ended]) : lane.ended
        try {
          const output = await lane.links[router].call(path, input, { ...options, signal })
          if (!isIterator(output)) return output
          return mapEventIterator(output, {
            value: async (value) => value,
            error: async (error) => mapped(error),
          })
        } catch (error) {
          throw mapped(error)
        }
      },
    }
  }
}
