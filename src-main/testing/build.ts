import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { root } from '../locations.ts'

/** Builds what is tested as people run it, so that no test ever runs against yesterday's. About two seconds. */
export function buildApplication(): void {
  const tool = join(root, 'node_modules', 'electron-vite', 'bin', 'electron-vite.js')
  const run = spawnSync(process.execPath, [tool, 'build', '--logLevel', 'warn'], {
    cwd: root,
    encoding: 'utf8',
  })
  if (run.status !== 0) throw new Error(`The application cannot be built:\n${run.stdout}\n${run.stderr}`)
}
