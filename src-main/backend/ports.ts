import { ORPCError } from '@orpc/server'
import { RPCHandler } from '@orpc/server/message-port'
import type { BackendToShell, ShellToBackend } from '../contract/channels.ts'
import { DrydockError, toWireError } from '../contract/errors.ts'
import { VirtualPort } from '../contract/port.ts'
import type { backendRouter } from './router.ts'

type PortMessage = Extract<ShellToBackend, { kind: 'port-data' | 'port-close' }>

/** The windows' ports: one for each window and generation, all over the one channel to the shell. */
export class Ports {
  readonly #handler: RPCHandler<Record<never, never>>
  readonly #send: (message: BackendToShell) => void
  readonly #open = new Map<string, VirtualPort>()

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
      known?.close()
      this.#open.delete(key)
      return
    }
    const opened =
      known ?? new VirtualPort((data) => this.#send({ kind: 'port-data', port, generation, data }))
    if (!known) {
      this.#open.set(key, opened)
      this.#handler.upgrade(opened, { context: {} })
    }
    opened.deliver(message.data)
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
