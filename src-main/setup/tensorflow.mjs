import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { capture, isAdministrator, platform } from './machine.mjs'
import { installPackages } from './system.mjs'
import { extractEntry, listZip } from './zip.mjs'

/**
 * A Python wheel that libraries are taken out of: pip fetches it from the index that the user's own machine is set to,
 * and checks the hash that is pinned here.
 * @typedef {{name: string, version: string, sha256: string, megabytes: number}} Wheel
 */

/** libtensorflow for the processor. */
const wheel = {
  name: 'tensorflow-cpu',
  version: '2.13.1',
  sha256: '87be6e61314b2c0fa062f71e26e41d6a17e162ffe4da72c820fe8f1fc94d97fe',
  megabytes: 187,
}
const wheelLibraries = [
  { name: 'libtensorflow_framework.so.2', size: 44078920 },
  { name: 'libtensorflow_cc.so.2', size: 516698128 },
]

/** The machine that wheels are for, whatever Python pip itself runs on. */
const target = [
  ...['--python-version', '3.11', '--implementation', 'cp', '--abi', 'cp311', '--abi', 'none'],
  ...['--platform', 'manylinux_2_17_x86_64', '--platform', 'manylinux2014_x86_64'],
]

/** @typedef {{name: string, size: number, path?: string}} Library path: inside its wheel, by default in `tensorflow/` */

/**
 * Which libraries are not there, or not whole.
 * @param {string} folder
 * @param {Library[]} libraries
 */
export function missingLibraries(folder, libraries) {
  return libraries.filter(({ name, size }) => {
    const file = join(folder, name)
    return !existsSync(file) || statSync(file).size !== size
  })
}

/**
 * Unpacks those libraries that are missing; each is whole or absent under its own name, so this may be broken off and
 * run again at any time.
 * @param {{archive: string, folder: string, libraries: Library[], say: (line: string) => void}} order
 * @throws when the archive lacks one or is broken
 */
export async function unpackLibraries({ archive, folder, libraries, say }) {
  const entries = await listZip(archive)
  for (const { name, size, path = `tensorflow/${name}` } of missingLibraries(folder, libraries)) {
    const entry = entries.find((candidate) => candidate.name === path)
    if (!entry || entry.size !== size) throw new Error(`${archive} holds no ${name} of ${size} bytes`)
    say(`unpacking ${name} (${Math.round(size / 1e6)} MB)`)
    await extractEntry(archive, entry, join(folder, name))
  }
}

/** `[command, ...arguments]` of a Python that has pip, or null. */
function findPip() {
  for (const python of ['python3', 'python']) {
    if (capture(python, ['-m', 'pip', '--version']).status === 0) return [python, '-m', 'pip']
  }
  return null
}

/**
 * A pip to fetch wheels with, installed where that may be done without asking.
 * @param {(line: string) => void} say
 * @returns {string[] | null}
 */
export function havePip(say) {
  const pip = findPip()
  if (pip || !isAdministrator) return pip
  say('there is no pip to fetch it with: installing python3-pip')
  installPackages(['python3-pip'])
  return findPip()
}

/** What a person types to have pip. */
export const pipCommand = 'sudo apt-get install --no-install-recommends python3-pip'

/**
 * Fetches a wheel into a folder; one that is there already and has the right hash is used again.
 * @param {string[]} pip
 * @param {Wheel} wheel
 * @param {string} folder of this wheel alone
 * @returns {string} the wheel's file
 * @throws with pip's last lines when it cannot be had
 */
export function fetchWheel(pip, { name, version, sha256 }, folder) {
  mkdirSync(folder, { recursive: true })
  const requirements = join(folder, 'requirements.txt')
  writeFileSync(requirements, `${name}==${version} --hash=sha256:${sha256}\n`)
  const [command, ...first] = pip
  const fixed = [
    'download',
    '--no-deps',
    '--only-binary=:all:',
    '--require-hashes',
    '--quiet',
    '--retries',
    '2',
  ]
  const answer = capture(command, [
    ...first,
    ...fixed,
    '--disable-pip-version-check',
    ...target,
    '--dest',
    folder,
    '-r',
    requirements,
  ])
  const file = readdirSync(folder).find((entry) => entry.endsWith('.whl'))
  if (answer.status !== 0 || !file) {
    throw new Error(`pip could not fetch ${name} ${version}: ${answer.text.split('\n').slice(-2).join(' ')}`)
  }
  return join(folder, file)
}

/**
 * The set-up's step: both libraries into the user's cache, outside node_modules, where they outlive a reinstall.
 * @param {import('./steps.mjs').Context} context
 */
export async function setUpTensorflow({ places, say }) {
  const folder = places.tensorflowLibraries
  if (platform !== 'linux-x64') {
    return {
      state: 'skipped',
      text: `no prebuilt addon for ${platform}: Drydock computes with WebAssembly, and trains slowly`,
    }
  }
  if (missingLibraries(folder, wheelLibraries).length === 0) return { state: 'ready', text: folder }
  const pip = havePip(say)
  if (!pip) {
    return {
      state: 'skipped',
      text: 'there is no pip to fetch it with: Drydock computes with WebAssembly until then, and trains slowly',
      command: pipCommand,
    }
  }
  say(`fetching the wheel (${wheel.megabytes} MB)`)
  const downloads = join(places.userCache, 'downloads', wheel.name)
  const archive = fetchWheel(pip, wheel, downloads)
  await unpackLibraries({ archive, folder, libraries: wheelLibraries, say })
  rmSync(downloads, { recursive: true, force: true })
  return { state: 'done', text: folder }
}

/** For building the addon: the wheel's headers and libraries, unpacked into a folder. */
export async function unpackForBuilding(folder) {
  const pip = findPip()
  if (!pip) throw new Error('There is no pip to fetch the TensorFlow wheel with')
  const file = fetchWheel(pip, wheel, folder)
  for (const entry of await listZip(file)) {
    const header = /^tensorflow\/include\/((?:tensorflow|tsl)\/.*\.h)$/.exec(entry.name)
    const library = wheelLibraries.find(({ name }) => entry.name === `tensorflow/${name}`)
    if (header) await extractEntry(file, entry, join(folder, 'include', ...header[1].split('/')))
    if (library) await extractEntry(file, entry, join(folder, 'lib', library.name))
  }
}
