import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/message-port'
import type { ContractRouterClient } from '@orpc/contract'
import type { backendContract } from '../contract/backend.ts'
import type { BackendToShell, ShellToBackend } from '../contract/channels.ts'
import { VirtualPort } from '../contract/port.ts'
import { BACKEND_ENVIRONMENT, backendArguments, entry, nodeBinary, root } from '../locations.ts'

type WindowClient = ContractRouterClient<typeof backendContract>

/** A real backend process and a window's client of it, with no shell in between. */
export interface TestBackend {
  child: ChildProcess
  client: WindowClient
  /** another window's client */
  window(): { client: WindowClient; close(): void }
  /** what it said besides answers to the client */
  said: BackendToShell[]
  grant(path: string, mode?: 'read' | 'write'): string
  /** answers a pixel URL's path */
  file(path: string): Promise<Extract<BackendToShell, { kind: 'file' | 'no-file' }>>
  send(message: ShellToBackend): void
  /** exit code, or the signal that ended it */
  ended: Promise<number | string | null>
}

/** The backend of a built Drydock, as the window runs it. */
export const BUILT_BACKEND = join(root, 'out', 'main', 'backend.js')

/**
 * Starts a backend on this user-data folder; resolves when it is ready.
 * @param log takes each line of its log; default: standard error
 * @param file that it is started from; default: its source
 */
export async function startBackend(
  userData: string,
  log?: (line: string) => void,
  file = entry('backend'),
): Promise<TestBackend> {
  const child = spawn(nodeBinary(), ['--disable-warning=ExperimentalWarning', ...backendArguments(file)], {
    stdio: ['ignore', 'ignore', log ? 'pipe' : 'inherit', 'ipc'],
    serialization: 'advanced',
    env: { ...process.env, ...BACKEND_ENVIRONMENT, DRYDOCK_USER_DATA: userData },
  })
  if (log && child.stderr) createInterface(child.stderr).on('line', log)
  const ready = Promise.withResolvers<void>()
  const ended = new Promise<number | string | null>((resolve) => {
    child.once('exit', (code, signal) => {
      resolve(signal ?? code)
      for (const port of ports.values()) port.close()
    })
  })
  const send = (message: ShellToBackend): void => {
    if (child.connected) child.send(message, () => undefined)
  }
  const ports = new Map<number, VirtualPort>()
  const window = (): { client: WindowClient; close(): void } => {
    const number = ports.size + 1
    const port = new VirtualPort((data) => send({ kind: 'port-data', port: number, generation: 0, data }))
    ports.set(number, port)
    const close = (): void => {
      send({ kind: 'port-close', port: number, generation: 0 })
      port.close()
    }
    return { client: createORPCClient(new RPCLink({ port })), close }
  }
  const said: BackendToShell[] = []
  const files = new Map<number, (answer: Extract<BackendToShell, { kind: 'file' | 'no-file' }>) => void>()
  child.on('message', (message: BackendToShell) => {
    if (message.kind === 'port-data') return ports.get(message.port)?.deliver(message.data)
    if (message.kind === 'ready') ready.resolve()
    if (message.kind === 'file' || message.kind === 'no-file') files.get(message.request)?.(message)
    said.push(message)
  })
  await ready.promise
  return {
    child,
    client: window().client,
    window,
    said,
    send,
    ended,
    grant(path, mode = 'read') {
      const grant = randomUUID()
      send({ kind: 'grant', grant, path, mode })
      return grant
    },
    file: (path) =>
      new Promise((resolve) => {
        const request = files.size + 1
        files.set(request, resolve)
        send({ kind: 'resolve-file', request, path })
      }),
  }
}
