import type { BackendToShell, PortFrame, ShellToBackend } from '../contract/channels.ts'
import { VirtualPort, type PortData } from '../contract/port.ts'

/** The shell's end of a window's MessagePort. */
export interface WindowPort {
  postMessage(frame: PortFrame): void
  onMessage(listener: (data: unknown) => void): void
  /** the page let go of it */
  onClose(listener: () => void): void
  close(): void
}

/** What the gate needs to know of a window. */
export interface WindowEnd {
  /** Makes a channel, hands one end to the page with the generation, and returns the other. */
  givePort(generation: number): WindowPort
  /** Attaches the shell's own router to its half of the port. */
  serveShell(port: VirtualPort): void
}

/** The backend as the gate sees it. */
export interface BackendEnd {
  readonly generation: number
  send(message: ShellToBackend): void
}

interface OpenPort {
  readonly window: WindowEnd
  readonly number: number
  readonly generation: number
  readonly port: WindowPort
  readonly shell: VirtualPort
}

function isFrame(data: unknown): data is PortFrame {
  if (typeof data !== 'object' || data === null || !('to' in data) || !('data' in data)) return false
  const known = data.to === 'shell' || data.to === 'backend'
  return (
    known &&
    (typeof data.data === 'string' || data.data instanceof Uint8Array || data.data instanceof ArrayBuffer)
  )
}

/** Typed arrays from IPC are views into a larger buffer, which would travel along. */
function compact(data: PortData): PortData {
  return data instanceof Uint8Array ? new Uint8Array(data) : data
}

/**
 * Between windows and backend: one port a window, each tied to one generation of the backend. oRPC's messages
 * pass unread. When the backend dies, all ports close and each window gets a new one.
 */
export class Gate {
  readonly #backend: BackendEnd
  readonly #open = new Map<number, OpenPort>()
  #last = 0

  constructor(backend: BackendEnd) {
    this.#backend = backend
  }

  /** Gives the window a port; one that it had before is closed. */
  connect(window: WindowEnd): void {
    this.disconnect(window)
    const number = ++this.#last
    const generation = this.#backend.generation
    const port = window.givePort(generation)
    const shell = new VirtualPort((data) => port.postMessage({ to: 'shell', data }))
    const open: OpenPort = { window, number, generation, port, shell }
    this.#open.set(number, open)
    window.serveShell(shell)
    port.onMessage((frame) => {
      if (!isFrame(frame) || !this.#open.has(number)) return
      if (frame.to === 'shell') shell.deliver(frame.data)
      else this.#backend.send({ kind: 'port-data', port: number, generation, data: frame.data })
    })
    port.onClose(() => this.#close(open))
  }

  /** Closes the window's port: it navigated, or is gone. */
  disconnect(window: WindowEnd): void {
    for (const open of [...this.#open.values()]) if (open.window === window) this.#close(open)
  }

  /** A message of the backend for a window. */
  deliver(message: Extract<BackendToShell, { kind: 'port-data' | 'port-close' }>): void {
    const open = this.#open.get(message.port)
    if (!open || open.generation !== message.generation) return
    if (message.kind === 'port-close') this.#close(open)
    else open.port.postMessage({ to: 'backend', data: compact(message.data) })
  }

  /** The backend was replaced: every window gets a new port of the new generation. */
  renew(): void {
    const windows = [...this.#open.values()].map((open) => open.window)
    for (const window of windows) this.connect(window)
  }

  #close(open: OpenPort): void {
    if (!this.#open.delete(open.number)) return
    if (open.generation === this.#backend.generation) {
      this.#backend.send({ kind: 'port-close', port: open.number, generation: open.generation })
    }
    open.shell.close()
    open.port.close()
  }
}
