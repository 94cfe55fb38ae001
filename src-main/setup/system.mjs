import { existsSync } from 'node:fs'
import { capture, isAdministrator } from './machine.mjs'

/** The system's own packages: what Electron's window needs on Linux. */

/** Shared library -> Debian package that brings it. */
const needed = {
  'libgtk-3.so.0': 'libgtk-3-0',
  'libnss3.so': 'libnss3',
  'libasound.so.2': 'libasound2',
  'libgbm.so.1': 'libgbm1',
  'libatk-bridge-2.0.so.0': 'libatk-bridge2.0-0',
  'libcups.so.2': 'libcups2',
  'libdrm.so.2': 'libdrm2',
  'libxkbcommon.so.0': 'libxkbcommon0',
}

/**
 * Which packages are missing.
 * @param {string} loaderCache what `ldconfig -p` prints
 * @returns {string[]} Debian's names
 */
export function missingPackages(loaderCache) {
  const present = new Set(loaderCache.split('\n').map((line) => line.trim().split(' ')[0]))
  return Object.entries(needed).flatMap(([library, name]) => (present.has(library) ? [] : [name]))
}

/** What to do about missing packages, as a pure decision. */
export function planPackages({ missing, administrator, apt }) {
  if (missing.length === 0) return { act: 'nothing' }
  const command = `sudo apt-get install --no-install-recommends ${missing.join(' ')}`
  if (!apt)
    return { act: 'tell', text: `install what brings these, by their Debian names: ${missing.join(', ')}` }
  return administrator ? { act: 'install', packages: missing } : { act: 'tell', text: 'not root', command }
}

/** Whether this is a system with apt. */
const hasApt = () => existsSync('/usr/bin/apt-get')

/**
 * Installs Debian packages as root; newer systems call some of them `<name>t64`.
 * @throws with apt's last lines when it fails
 */
export function installPackages(names) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  capture('apt-get', ['update', '-qq'], { env })
  const known = (name) => capture('apt-cache', ['show', '--no-all-versions', name]).status === 0
  const actual = names.map((name) => (known(`${name}t64`) ? `${name}t64` : name))
  const answer = capture('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...actual], { env })
  if (answer.status !== 0) throw new Error(`apt-get failed: ${answer.text.split('\n').slice(-2).join(' ')}`)
}

/**
 * The set-up's step: the libraries of Electron's window.
 * @param {import('./steps.mjs').Context} context
 */
export async function setUpSystem({ say }) {
  if (process.platform !== 'linux') return { state: 'ready', text: 'nothing is needed on this system' }
  const ldconfig = ['/sbin/ldconfig', '/usr/sbin/ldconfig'].find((file) => existsSync(file)) ?? 'ldconfig'
  const missing = missingPackages(capture(ldconfig, ['-p']).text)
  const plan = planPackages({ missing, administrator: isAdministrator, apt: hasApt() })
  if (plan.act === 'nothing') return { state: 'ready', text: 'all there' }
  if (plan.act === 'tell') {
    return {
      state: 'skipped',
      text: `${missing.join(', ')} missing, the window may not open: ${plan.text}`,
      command: plan.command,
    }
  }
  say(`installing ${plan.packages.join(' ')}`)
  installPackages(plan.packages)
  return { state: 'done', text: plan.packages.join(' ') }
}

/** An X server without a screen, for the tests that measure frames in an ordinary window; optional. */
export async function setUpXvfb({ say }) {
  if (process.platform !== 'linux') return { state: 'ready', text: 'not needed on this system' }
  if (existsSync('/usr/bin/Xvfb')) return { state: 'ready', text: '/usr/bin/Xvfb' }
  if (!isAdministrator || !hasApt()) {
    return {
      state: 'skipped',
      text: 'not there, so frame times are not measured; nothing else needs it',
      command: 'sudo apt-get install --no-install-recommends xvfb',
    }
  }
  say('installing xvfb')
  installPackages(['xvfb'])
  return { state: 'done', text: 'installed' }
}
