import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { BackendToShell, ShellToBackend } from '../contract/channels.ts'
import * as locations from '../locations.ts'
import { startEngine } from '../services/machinery/engine-client.ts'
import { createHost } from '../services/projects/host.ts'
import { Settings } from '../services/machinery/settings.ts'
import { resolveFile } from './files.ts'
import { Grants } from './grants.ts'
import { Ports } from './ports.ts'
import { backendRouter } from './router.ts'

/**
 * The backend process: a child of the shell, which speaks to it over IPC and writes what it prints to a log file. It
 * ends when the shell says so, or is gone.
 */
function main(): void {
  // read at the start, and not meant for the engine
  for (const name of Object.keys(locations.BACKEND_ENVIRONMENT)) Reflect.deleteProperty(process.env, name)
  const log = (line: string): void => console.error(`${new Date().toISOString()} ${line}`)
  const settings = new Settings(locations.userData)
  const engine = startEngine({ lowPriority: true, chosen: () => settings.forcedBackend })
  const host = createHost({ engine, settings, log })
  const grants = new Grants()
  const about = { version: version(), logs: locations.logs, userData: locations.userData }
  const ports = new Ports(backendRouter({ host, grants, about }), send, log)

  host.onOpened(({ cache }) => send({ kind: 'cache-root', root: cache }))

  let ending = false
  const end = (): void => {
    if (ending) return
    ending = true
    // the shell kills what does not end within 3 s; all that must last is on the disk already
    setTimeout(() => process.exit(0), 2500).unref()
    void host.close().finally(() => process.exit(0))
  }

  process.on('message', (message: ShellToBackend) => {
    switch (message.kind) {
      case 'port-data':
      case 'port-close':
        return ports.receive(message)
      case 'grant':
        return grants.add(message.grant, message.path, message.mode)
      case 'resolve-file':
        return void resolveFile(host, message.request, message.path).then(send)
      case 'ping':
        return send({ kind: 'alive' })
      case 'stop':
        return end()
    }
  })
  process.on('disconnect', end)
  process.on('unhandledRejection', (error) => log(`unhandled: ${String(error)}`))
  send({ kind: 'ready', cacheRoots: [] })
}

/** Where the shell is gone, `disconnect` follows and ends the process; an answer has nobody to go to. */
function send(message: BackendToShell): void {
  if (process.connected) process.send?.(message, () => undefined)
}

function version(): string {
  const text = readFileSync(join(locations.root, 'package.json'), 'utf8')
  return z.object({ version: z.string() }).parse(JSON.parse(text)).version
}

main()
