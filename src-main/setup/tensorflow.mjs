import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { capture, isAdministrator, platform } from './machine.mjs'
import { installPackages } from './system.mjs'
import { extractEntry, listZip } from './zip.mjs'

/**
 * libtensorflow, taken out of the Python wheel of the same name: pip fetches it from the index that the user's own
 * machine is set to, and checks the hash that is pinned here.
 */
const wheel = {
  requirement:
    'tensorflow-cpu==2.13.1 --hash=sha256:87be6e61314b2c0fa062f71e26e41d6a17e162ffe4da72c820fe8f1fc94d97fe',
  options: [
    '--python-version',
    '3.11',
    '--implementation',
    'cp',
    '--abi',
    'cp311',
    '--platform',
    'manylinux_2_17_x86_64',
  ],
  megabytes: 187,
  libraries: [
    { name: 'libtensorflow_framework.so.2', size: 44078920 },
    { name: 'libtensorflow_cc.so.2', size: 516698128 },
  ],
}

/** @typedef {{name: string, size: number}} Library */

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
  for (const { name, size } of missingLibraries(folder, libraries)) {
    const entry = entries.find((candidate) => candidate.name === `tensorflow/${name}`)
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
 * Fetches the wheel into a folder; one that is there already and has the right hash is used again.
 * @returns {string} the wheel's file
 * @throws with pip's last lines when it cannot be had
 */
export function fetchWheel(pip, folder) {
  mkdirSync(folder, { recursive: true })
  const requirements = join(folder, 'requirements.txt')
  writeFileSync(requirements, `${wheel.requirement}\n`)
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
    ...wheel.options,
    '--dest',
    folder,
    '-r',
    requirements,
  ])
  const name = readdirSync(folder).find((file) => file.endsWith('.whl'))
  if (answer.status !== 0 || !name) {
    throw new Error(`pip could not fetch the wheel: ${answer.text.split('\n').slice(-2).join(' ')}`)
  }
  return join(folder, name)
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
  if (missingLibraries(folder, wheel.libraries).length === 0) return { state: 'ready', text: folder }
  let pip = findPip()
  if (!pip && isAdministrator) {
    say('there is no pip to fetch it with: installing python3-pip')
    installPackages(['python3-pip'])
    pip = findPip()
  }
  if (!pip) {
    return {
      state: 'skipped',
      text: 'there is no pip to fetch it with: Drydock computes with WebAssembly until then, and trains slowly',
      command: 'sudo apt-get install --no-install-recommends python3-pip',
    }
  }
  say(`fetching the wheel (${wheel.megabytes} MB)`)
  const downloads = join(places.userCache, 'downloads')
  const archive = fetchWheel(pip, downloads)
  await unpackLibraries({ archive, folder, libraries: wheel.libraries, say })
  rmSync(downloads, { recursive: true, force: true })
  return { state: 'done', text: folder }
}

/** For building the addon: the wheel's headers and libraries, unpacked into a folder. */
export async function unpackForBuilding(folder) {
  const pip = findPip()
  if (!pip) throw new Error('There is no pip to fetch the TensorFlow wheel with')
  const file = fetchWheel(pip, folder)
  for (const entry of await listZip(file)) {
    const header = /^tensorflow\/include\/((?:tensorflow|tsl)\/.*\.h)$/.exec(entry.name)
    const library = wheel.libraries.find(({ name }) => entry.name === `tensorflow/${name}`)
    if (header) await extractEntry(file, entry, join(folder, 'include', ...header[1].split('/')))
    if (library) await extractEntry(file, entry, join(folder, 'lib', library.name))
  }
}
