import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { root } from '../locations.ts'

export interface Outcome {
  status: number | null
  stdout: string
  stderr: string
}

/** Runs the real `drydock` in a folder of its own. @param folder working folder; the user's data go there too */
export function drydock(folder: string, ...args: string[]): Outcome {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(root, 'src-main', 'cli', 'drydock.mjs'), ...args],
    { encoding: 'utf8', cwd: folder, env: { ...process.env, DRYDOCK_USER_DATA: join(folder, 'user') } },
  )
  return { status, stdout, stderr }
}
