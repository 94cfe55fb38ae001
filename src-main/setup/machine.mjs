import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createReadStream, existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath, pathToFileURL } from 'node:url'

/** What the set-up knows of the machine, and the few ways in which it touches it. */

/** The clone's own folder. */
export const root = resolve(fileURLToPath(new URL('../..', import.meta.url)))

/** `linux-x64` and the like: the names of prebuilt files. */
export const platform = `${process.platform}-${process.arch}`

/** Whether system packages may be installed without asking. */
export const isAdministrator = process.getuid?.() === 0

/** Whether a window can be shown; only Linux runs without a display. */
export function hasDisplay(environment = process.env, system = process.platform) {
  return system !== 'linux' || Boolean(environment.DISPLAY || environment.WAYLAND_DISPLAY)
}

/** The Node 22 that the lock file brought, or null before the packages are there. */
export function bundledNode() {
  const folder = join(
    root,
    'node_modules',
    `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`,
  )
  const file = process.platform === 'win32' ? join(folder, 'bin', 'node.exe') : join(folder, 'bin', 'node')
  return existsSync(file) ? file : null
}

/** The Node 22 for everything after the packages: the bundled one, or the running one where it is new enough. */
export function node22() {
  const bundled = bundledNode()
  if (bundled) return bundled
  if (Number(process.versions.node.split('.')[0]) >= 22) return process.execPath
  throw new Error(
    `There is no Node 22 for ${platform} in node_modules: install Node 22 and start again with it`,
  )
}

/** The environment in which tools run: Node 22 first, as npm and npx have it. */
export function toolEnvironment(more = {}) {
  const separator = process.platform === 'win32' ? ';' : ':'
  const name = Object.keys(process.env).find((key) => key.toUpperCase() === 'PATH') ?? 'PATH'
  return {
    ...process.env,
    [name]: join(root, 'node_modules', '.bin') + separator + (process.env[name] ?? ''),
    ...more,
  }
}

/**
 * Where things lie, asked of `locations.ts` itself, which only Node 22 can read.
 * @returns {{tensorflowLibraries: string, cudaLibraries: string, userCache: string, userData: string, resources: string, engine: Record<string, string>}}
 */
export function places() {
  const locations = pathToFileURL(join(root, 'src-main', 'locations.ts')).href
  const script = `import * as l from ${JSON.stringify(locations)}
    const { tensorflowLibraries, cudaLibraries, userCache, userData, resources } = l
    console.log(JSON.stringify({ tensorflowLibraries, cudaLibraries, userCache, userData, resources, engine: l.engineEnvironment() }))`
  const answer = capture(node22(), ['--no-warnings', '--input-type=module', '--eval', script])
  if (answer.status !== 0) throw new Error(`src-main/locations.ts cannot be read: ${answer.text}`)
  return JSON.parse(answer.out)
}

/**
 * Runs a command to its end, quietly.
 * @returns {{status: number, signal: string | null, out: string, text: string}} status -1 where it did not start or was
 *   killed by the signal; `out` is its standard output, `text` that and its errors
 */
export function capture(command, args, options = {}) {
  const result = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 26, ...options })
  const out = (result.stdout ?? '').trim()
  const text = [out, (result.stderr ?? '').trim(), result.error?.message ?? ''].filter(Boolean).join('\n')
  return { status: result.status ?? -1, signal: result.signal, out, text }
}

/**
 * Runs a command with its output shown, passing signals on.
 * @returns {Promise<number>} its exit status; 1 where it could not start or was killed
 */
export function show(command, args, options = {}) {
  return new Promise((done) => {
    const child = spawn(command, args, { cwd: root, stdio: 'inherit', env: toolEnvironment(), ...options })
    const passOn = (signal) => child.kill(signal)
    process.on('SIGINT', passOn).on('SIGTERM', passOn)
    const end = (status) => {
      process.off('SIGINT', passOn).off('SIGTERM', passOn)
      done(status)
    }
    child.on('error', (error) => {
      console.error(`${command} did not start: ${error.message}`)
      end(1)
    })
    child.on('exit', (code) => end(code ?? 1))
  })
}

/** The script of a tool in node_modules, to be run by Node 22: `bin('vitest')`, `bin('typescript', 'tsc')`. */
export async function bin(packageName, name = packageName) {
  const folder = join(root, 'node_modules', ...packageName.split('/'))
  const { default: manifest } = await import(pathToFileURL(join(folder, 'package.json')).href, {
    with: { type: 'json' },
  })
  return join(folder, typeof manifest.bin === 'string' ? manifest.bin : manifest.bin[name])
}

/** The hash of a file's content in hex or base64, read as a stream. */
export async function hashOf(file, algorithm = 'sha256', encoding = 'hex') {
  const hash = createHash(algorithm)
  await pipeline(createReadStream(file), hash)
  return hash.digest(encoding)
}
