import { PORT_MESSAGE, type PortMessage } from '../../src-main/contract/channels.ts'
import { fromWireError } from '../../src-main/contract/errors.ts'
import type { Bridge, Grant } from '../../src-main/contract/shell.ts'
import { Connection, type Client } from './connection.ts'

export type { Client } from './connection.ts'
export { isAway } from './errors.ts'
export type { ProjectClient } from './project-client.ts'

declare global {
  interface Window {
    /** from the preload; the only thing the page has besides the web */
    readonly drydock: Bridge
  }
}

function isPortMessage(data: unknown): data is PortMessage {
  return typeof data === 'object' && data !== null && 'type' in data && data.type === PORT_MESSAGE
}

/**
 * Asks for the window's port and resolves once it is there, with the typed client of both routers.
 * Call it once, from the page's entry; the client outlives restarts of the backend.
 */
export function connectToShell(): Promise<Client> {
  const connection = new Connection()
  return new Promise((resolve) => {
    window.addEventListener('message', (event: MessageEvent<unknown>) => {
      const port = event.ports[0]
      if (event.source !== window || !port || !isPortMessage(event.data)) return
      connection.attach(port, event.data.generation)
      resolve(connection.client)
    })
    window.drydock.connect()
  })
}

/**
 * The one-use grant for a dropped file or folder.
 * @throws DrydockError `grant_unknown` when what was dropped is no file of this computer
 */
export async function dropGrant(file: File): Promise<Grant> {
  const answer = await window.drydock.grantDrop(file)
  if ('error' in answer) throw fromWireError(answer.error)
  return answer.grant
}
