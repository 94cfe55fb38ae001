import { app, protocol } from 'electron'
import { join } from 'node:path'
import { SCHEME } from '../contract/channels.ts'
import * as locations from '../locations.ts'
import { Application } from './application.ts'
import { Log } from './log.ts'
import { isPage } from './security.ts'
import { readSwitches, switches } from './switches.ts'

// Everything up to `whenReady` must happen before Electron is ready, and nothing here may be awaited at the top level:
// Electron does not become ready before this module has run.

const userData = app.commandLine.getSwitchValue('user-data-dir') || locations.userData
app.setPath('userData', join(userData, 'window'))
// As root there is no sandbox to be had, and asking for it again would end in a crash loop.
if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox()
protocol.registerSchemesAsPrivileged([
  {
    scheme: SCHEME,
    privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true, codeCache: true },
  },
])

function run(): void {
  const log = new Log(join(userData, 'logs'))
  // What people made lies safely in the backend; a window that goes on is worth more to them than a clean end.
  process.on('uncaughtException', (error) => {
    log.write(`shell: ${error.stack ?? String(error)}`)
  })
  process.on('unhandledRejection', (reason) => {
    log.write(`shell: ${reason instanceof Error ? reason.stack : String(reason)}`)
  })

  const application = new Application({
    userData,
    log,
    offscreen: process.env['DRYDOCK_OFFSCREEN'] === '1',
    devServer: app.isPackaged ? null : (process.env['ELECTRON_RENDERER_URL'] ?? null),
  })
  application.startBackend()

  app.on('web-contents-created', (_event, contents) => {
    contents.setWindowOpenHandler(() => ({ action: 'deny' }))
    contents.on('will-attach-webview', (event) => event.preventDefault())
    contents.on('will-navigate', (event) => {
      if (!isPage(event.url)) event.preventDefault()
    })
    contents.on('will-redirect', (event) => event.preventDefault())
  })
  app.on('second-instance', (_event, _words, _folder, wish) => {
    const parsed = switches.safeParse(wish)
    if (parsed.success) application.openAnother(parsed.data)
  })
  app.on('window-all-closed', () => app.quit())

  let stopped = false
  app.on('will-quit', (event) => {
    if (stopped) return
    event.preventDefault()
    void application.stop().finally(() => {
      stopped = true
      app.quit()
    })
  })

  void app.whenReady().then(() => {
    application.prepare()
    application.openWindow(readSwitches(process.argv, process.cwd()))
  })
}

if (app.requestSingleInstanceLock(readSwitches(process.argv, process.cwd()))) run()
else app.quit()
