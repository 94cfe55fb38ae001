import { randomUUID } from 'node:crypto'
import { basename } from 'node:path'
import type { ShellToBackend } from '../contract/channels.ts'
import type { Grant } from '../contract/shell.ts'

/** `read`: what is there is opened. `write`: a file that a person chose to write. */
export type GrantMode = Extract<ShellToBackend, { kind: 'grant' }>['mode']

/**
 * Turns a path that a person chose into a one-use grant: the backend learns the path, the page only the grant and
 * the last part of the name. Only for paths that come from a dialog, a drop or the command line.
 */
export function grantFor(path: string, mode: GrantMode, send: (message: ShellToBackend) => void): Grant {
  const grant = randomUUID()
  send({ kind: 'grant', grant, path, mode })
  return { grant, label: basename(path) }
}
