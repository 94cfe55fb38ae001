import { ORPCError } from '@orpc/server'
import { RPCHandler } from '@orpc/server/message-port'
import type { BackendToShell, ShellToBackend } from '../contract/channels.ts'
import { DrydockError, toWireError } from '../contract/errors.ts'
import { VirtualPort } from '../contract/port.ts'
import type { backendRouter } from './router.ts'
import { Window } from './windows.ts'

type PortMessage = Extract<ShellToBackend, { kind: 'port-data' | 'port-close' }>

/** The windows' ports: one for each window and generation, all over the one channel to the shell. */
export class Ports {
  readonly #handler: RPCHandler<{ window: Window }>
  readonly #send: (message: BackendToShell) => void
  readonly #open = new Map<string, { port: VirtualPort; window: Window }>()

  /** @param log takes what failed unexpectedly; the page sees a sentence */
  constructor(
    router: ReturnType<typeof backendRouter>,
    send: (message: BackendToShell) => void,
    log: (line: string) => void,
  ) {
    this.#send = send
    this.#handler = new RPCHandler(router, {
      clientInterceptors: [
        async ({ next, path }) => {
          try {
            return await next()
          } catch (error) {
            throw orpcError(error, path, log)
          }
        },
      ],
    })
  }

  /** A message of a window, or the end of its port. The first message of a port opens it. */
  receive(message: PortMessage): void {
    const { port, generation } = message
    const key = `${port} ${generation}`
    const known = this.#open.get(key)
    if (message.kind === 'port-close') {
      known?.port.close()
      known?.window.end()
      this.#open.delete(key)
      return
    }
    const opened = known ?? this.#newPort(port, generation)
    this.#open.set(key, opened)
    opened.port.deliver(message.data)
  }

  #newPort(port: number, generation: number): { port: VirtualPort; window: Window } {
    const made = new VirtualPort((data) => this.#send({ kind: 'port-data', port, generation, data }))
    const window = new Window()
    this.#handler.upgrade(made, { context: { window } })
    return { port: made, window }
  }
}

/** Any failure as oRPC sends it: code, sentence and data of the contract. */
function orpcError(error: unknown, path: readonly string[], log: (line: string) => void): unknown {
  if (error instanceof ORPCError && error.code === 'BAD_REQUEST') {
    return new ORPCError('bad_input', {
      message:
        'The window sent something that the backend does not understand. Nothing was changed; restart Drydock if this goes on.',
      data: { path: path.join('.') },
    })
  }
  const { code, message, data } = toWireError(error)
  if (!(error instanceof DrydockError) && code !== 'cancelled') {
    log(
      `${path.join('.')} failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    )
  }
  return new ORPCError(code, { message, data })
}
