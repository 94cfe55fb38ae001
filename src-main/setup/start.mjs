import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { build } from './build.mjs'
import { fallbackWarning, presentElectron } from './electron.mjs'
import { capture, hasDisplay, isAdministrator, node22, places, root, show } from './machine.mjs'
import { setUp } from './setup.mjs'

/** `npm start`: set-up, build, then the application on the sample project; without a display the same on the terminal. */

const command = (...args) => show(node22(), [join(root, 'src-main', 'cli', 'drydock.mjs'), ...args])

/** Whether Chromium's sandbox can work for this user: by user namespaces, or by its helper owned by root. */
function sandboxWorks(helper) {
  if (isAdministrator) return false
  const unshare = capture('unshare', ['--user', '--map-root-user', 'true'])
  if (unshare.status === 0) return true
  const { uid, mode } = statSync(helper)
  return uid === 0 && (mode & 0o4000) !== 0
}

function switches(dist) {
  if (process.platform !== 'linux') return []
  const helper = join(dist, 'chrome-sandbox')
  if (sandboxWorks(helper)) return []
  if (isAdministrator) {
    console.log('The window runs without its sandbox: as root there is none.')
  } else {
    console.log('The window runs without its sandbox: this user may not make one. To have it:')
    console.log(`  sudo chown root:root "${helper}" && sudo chmod 4755 "${helper}"`)
  }
  return ['--no-sandbox']
}

async function openWindow() {
  const home = join(root, 'node_modules', 'electron')
  const dist = join(home, 'dist')
  const executable = join(dist, readFileSync(join(home, 'path.txt'), 'utf8'))
  const warning = fallbackWarning()
  if (warning) console.log(warning)
  const args = [...switches(dist), root, '--open-sample']
  console.log('Opening Drydock on the sample project.')
  return show(executable, args)
}

/** What the window would do first, on the terminal: predict the sample, score it, draw what was found. */
async function runWithoutWindow() {
  const overlays = join(places().userData, 'sample-overlays')
  console.log('Predicting the sample project ...')
  const predicted = await command('predict', '--project', 'sample', '--overlays', overlays)
  if (predicted !== 0) return predicted
  console.log('\nScoring it ...')
  const scored = await command('score', '--project', 'sample')
  console.log(`\nThe overlay pictures are in ${overlays}`)
  return scored
}

async function start() {
  await setUp()
  if (!hasDisplay()) {
    console.log(
      'There is no display (neither DISPLAY nor WAYLAND_DISPLAY is set): going on without a window.',
    )
    return runWithoutWindow()
  }
  if (!presentElectron()) {
    console.log('There is no Electron here (see above): going on without a window.')
    return runWithoutWindow()
  }
  await build()
  return openWindow()
}

try {
  process.exitCode = await start()
} catch (error) {
  console.error(`Drydock could not start: ${error.message}`)
  process.exitCode = 1
}
