import { chmodSync, existsSync, lstatSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './machine.mjs'

/**
 * The set-up's step: `npx drydock` in the clone. npm links the commands of dependencies only, not the project's own.
 */
export async function setUpCommand() {
  const folder = join(root, 'node_modules', '.bin')
  if (process.platform === 'win32') {
    const file = join(folder, 'drydock.cmd')
    if (existsSync(file)) return { state: 'ready', text: 'npx drydock' }
    writeFileSync(file, '@node "%~dp0\\..\\..\\src-main\\cli\\drydock.mjs" %*\r\n')
    return { state: 'done', text: 'npx drydock' }
  }
  const link = join(folder, 'drydock')
  const target = join('..', '..', 'src-main', 'cli', 'drydock.mjs')
  const present = lstatSync(link, { throwIfNoEntry: false })
  if (present?.isSymbolicLink() && readlinkSync(link) === target)
    return { state: 'ready', text: 'npx drydock' }
  rmSync(link, { force: true })
  symlinkSync(target, link)
  chmodSync(join(root, 'src-main', 'cli', 'drydock.mjs'), 0o755)
  return { state: 'done', text: 'npx drydock' }
}
