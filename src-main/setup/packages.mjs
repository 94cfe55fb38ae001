import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root, show } from './machine.mjs'

/**
 * Whether what npm has installed differs from the lock file. npm writes its own account, `.package-lock.json`, when it
 * is through, so an installation that broke off has none.
 * @param {Record<string, {version?: string, optional?: boolean}>} locked `packages` of package-lock.json
 * @param {Record<string, {version?: string}> | null} installed the same of node_modules/.package-lock.json
 */
export function packagesDiffer(locked, installed) {
  if (!installed) return true
  const ours = Object.entries(locked).filter(([path]) => path !== '')
  const missing = ours.some(([path, entry]) => {
    const there = installed[path]
    return there ? there.version !== entry.version : !entry.optional
  })
  return missing || Object.keys(installed).some((path) => !(path in locked))
}

function readPackages(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).packages : null
}

/**
 * The set-up's step: the packages of the lock file, without any of their install scripts.
 * @param {import('./steps.mjs').Context} context
 */
export async function setUpPackages({ say }) {
  const locked = readPackages(join(root, 'package-lock.json'))
  if (!packagesDiffer(locked, readPackages(join(root, 'node_modules', '.package-lock.json')))) {
    return { state: 'ready', text: 'as in the lock file' }
  }
  say(`installing ${Object.keys(locked).length - 1} packages from the lock file`)
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  const npm = process.env.npm_execpath
  const status = npm?.endsWith('.js')
    ? await show(process.execPath, [npm, ...args], { env: process.env })
    : await show('npm', args, { env: process.env, shell: process.platform === 'win32' })
  if (status !== 0)
    throw new Error('npm ci failed (its own words are above); run this again when it can work')
  return { state: 'done', text: 'as in the lock file' }
}
