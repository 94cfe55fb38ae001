import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from './build.mjs'
import { presentElectron } from './electron.mjs'
import { bin, node22, places, platform, root, show } from './machine.mjs'
import { setUp } from './setup.mjs'

/**
 * `npm run package`: the application as a folder that runs without the clone, in dist/. With `--try` also from the
 * fallback Electron, which is not for users.
 */

/** What electron-builder is told. Nothing goes into an asar archive: backend and engine are plain Node and cannot read in one. */
function configuration({ electronVersion, tensorflowLibraries }) {
  return {
    appId: 'org.drydock.drydock',
    productName: 'Drydock',
    directories: { output: 'dist', buildResources: 'resources' },
    electronDist: join('node_modules', 'electron', 'dist'),
    electronVersion,
    // Native modules meet the Node 22 that comes along, never Electron: nothing is to be rebuilt.
    npmRebuild: false,
    nodeGypRebuild: false,
    asar: false,
    files: [
      'out/**/*',
      'resources/**/*',
      'src-main/cli/drydock.mjs',
      'package.json',
      { from: tensorflowLibraries, to: 'libtensorflow' },
    ],
    electronFuses: {
      runAsNode: false,
      enableNodeOptionsEnvironmentVariable: false,
      enableNodeCliInspectArguments: false,
      enableCookieEncryption: true,
      grantFileProtocolExtraPrivileges: false,
    },
    linux: { executableName: 'drydock', category: 'Graphics' },
  }
}

async function pack(forTrying) {
  await setUp()
  await build()
  const electron = presentElectron()
  if (!electron) throw new Error('there is no Electron to pack: see what the set-up said')
  if (!electron.official && !forTrying) {
    throw new Error(
      `this is the fallback Electron ${electron.version}, which is not for users; to try the package yourself: npm run package -- --try`,
    )
  }
  const work = mkdtempSync(join(tmpdir(), 'drydock-package-'))
  try {
    const config = join(work, 'electron-builder.json')
    const { tensorflowLibraries } = places()
    writeFileSync(
      config,
      JSON.stringify(configuration({ electronVersion: electron.version, tensorflowLibraries })),
    )
    const target = { linux: '--linux', darwin: '--mac', win32: '--win' }[process.platform]
    const args = [await bin('electron-builder'), target, 'dir', '--config', config, '--publish', 'never']
    return await show(node22(), args)
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

try {
  process.exitCode = await pack(process.argv.includes('--try'))
  if (process.exitCode === 0) console.log(`The application for ${platform} is in ${join(root, 'dist')}.`)
} catch (error) {
  console.error(`The package was not made: ${error.message}`)
  process.exitCode = 1
}
