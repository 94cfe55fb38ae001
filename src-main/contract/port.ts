import type { PortFrame } from './channels.ts'

/** What one encoded oRPC message looks like on the way. */
export type PortData = PortFrame['data']

type Listener = (event?: { data: unknown }) => void

/**
 * One router's end of a channel that carries several: what oRPC asks of a port (`on`, `postMessage`), over any
 * way of sending. The owner of the channel calls {@link deliver} for what comes in and {@link close} when it ends.
 */
export class VirtualPort {
  readonly #send: (data: PortData) => void
  readonly #listeners = new Map<string, Listener[]>()
  #closed = false

  /** @param send takes what the router posts; not called any more once the port is closed */
  constructor(send: (data: PortData) => void) {
    this.#send = send
  }

  /** @param event 'message' or 'close' */
  on(event: string, listener: Listener): void {
    this.#listeners.set(event, [...(this.#listeners.get(event) ?? []), listener])
  }

  postMessage(data: PortData): void {
    if (!this.#closed) this.#send(data)
  }

  /** Hands an incoming message to the router. */
  deliver(data: PortData): void {
    if (this.#closed) return
    for (const listener of this.#listeners.get('message') ?? []) listener({ data })
  }

  /** Ends the port: open calls on the router's side are aborted. Idempotent. */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    for (const listener of this.#listeners.get('close') ?? []) listener()
  }
}
