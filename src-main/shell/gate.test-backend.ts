/** A backend for the tests of gate and supervisor: real oRPC, made-up answers. Run as a child process. */
import { implement } from '@orpc/server'
import { RPCHandler } from '@orpc/server/message-port'
import { backendContract } from '../contract/backend.ts'
import type { BackendToShell, ShellToBackend } from '../contract/channels.ts'
import { VirtualPort } from '../contract/port.ts'

let aborted = 0
const os = implement(backendContract)
const handler = new RPCHandler({
  system: {
    /** `version` is the process id, `logs` the number of calls that were aborted */
    about: os.system.about.handler(() => ({
      version: String(process.pid),
      logs: String(aborted),
      userData: '',
    })),
    /** never answers */
    engine: os.system.engine.handler(({ signal }) => {
      return new Promise((_, reject) => {
        signal?.addEventListener('abort', () => {
          aborted += 1
          reject(new Error('aborted'))
        })
      })
    }),
  },
})

const ports = new Map<number, VirtualPort>()
const send = (message: BackendToShell): void => void process.send?.(message)

process.on('message', (message: ShellToBackend) => {
  if (message.kind === 'port-data') {
    let port = ports.get(message.port)
    if (!port) {
      const { port: number, generation } = message
      port = new VirtualPort((data) => send({ kind: 'port-data', port: number, generation, data }))
      ports.set(number, port)
      handler.upgrade(port)
    }
    port.deliver(message.data)
  }
  if (message.kind === 'port-close') ports.get(message.port)?.close()
  if (message.kind === 'stop') process.exit(0)
})
process.on('disconnect', () => process.exit(0))
send({ kind: 'ready', cacheRoots: [] })
