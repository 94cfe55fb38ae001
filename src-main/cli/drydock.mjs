#!/usr/bin/env node
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { constants } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * `drydock ...` on any Node from 20: starts the command line on the Node 22 that comes with Drydock, and passes on
 * signals and the exit code; where it is killed the command line ends too, and so does this where whoever gave it a channel is gone. A clone runs the TypeScript source as it is, a packaged Drydock the built file.
 */
const root = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..')
const source = join(root, 'src-main', 'cli', 'main.ts')
const entry = existsSync(source) ? source : join(root, 'out', 'main', 'cli.js')

function findNode() {
  if (process.env.DRYDOCK_NODE) return process.env.DRYDOCK_NODE
  const system = process.platform === 'win32' ? 'win' : process.platform
  const file = process.platform === 'win32' ? 'node.exe' : 'node'
  const bundled = join(root, 'node_modules', `node-${system}-${process.arch}`, 'bin', file)
  if (existsSync(bundled)) return bundled
  return Number(process.versions.node.split('.')[0]) >= 22 ? process.execPath : null
}

const node = findNode()
if (!node || !existsSync(entry)) {
  console.error('Drydock is not set up here yet: run "npm run setup" in its folder first.')
  process.exit(1)
}

const child = spawn(node, ['--disable-warning=ExperimentalWarning', entry, ...process.argv.slice(2)], {
  stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
})
process.once('disconnect', () => process.exit(1))
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  // A terminal sends Ctrl+C to the child as well: this process only has to outlive it.
  process.on(signal, () => (signal === 'SIGINT' && process.stdin.isTTY ? undefined : child.kill(signal)))
}
child.on('error', (error) => {
  console.error(`Drydock's Node (${node}) did not start: ${error.message}`)
  process.exit(1)
})
child.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)))
