import { EventPublisher } from '@orpc/server'
import { RPCHandler } from '@orpc/server/message-port'
import {
  app,
  ipcMain,
  Menu,
  net,
  protocol,
  session,
  shell,
  type IpcMainInvokeEvent,
  type WebFrameMain,
} from 'electron'
import { stat } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import { PRELOAD_CHANNELS, SCHEME, type BackendToShell } from '../contract/channels.ts'
import { DrydockError, toWireError } from '../contract/errors.ts'
import type { BackendHealth, DropAnswer, MenuCommand } from '../contract/shell.ts'
import { BACKEND_ENVIRONMENT, backendArguments, entry, nodeBinary, root } from '../locations.ts'
import { FileRequests } from './file-requests.ts'
import { serveFile } from './files.ts'
import { Gate } from './gate.ts'
import { grantFor } from './grants.ts'
import { installationWarning } from './installation.ts'
import type { Log } from './log.ts'
import { menuTemplate } from './menu.ts'
import { shellRouter, type ShellContext } from './router.ts'
import { isPage } from './security.ts'
import { ShellWindow } from './shell-window.ts'
import { Supervisor } from './supervisor.ts'
import { NOTHING_TO_OPEN, type Switches } from './switches.ts'

/** What the application is started with. */
export interface ApplicationSettings {
  /** settings, logs and the sample project's copy; one application instance for each */
  userData: string
  log: Log
  offscreen: boolean
  /** address of Vite's server in development, else null */
  devServer: string | null
}

/** The running shell: owns the backend, the windows, and everything between them. */
export class Application {
  readonly #settings: ApplicationSettings
  readonly #supervisor: Supervisor
  readonly #gate: Gate
  readonly #files: FileRequests
  readonly #handler = new RPCHandler<ShellContext>(shellRouter)
  readonly #windows = new Set<ShellWindow>()
  readonly #health = new EventPublisher<{ change: BackendHealth }>()
  #cacheRoots: string[] = []
  #active: ShellWindow | null = null

  constructor(settings: ApplicationSettings) {
    this.#settings = settings
    const node = nodeBinary()
    const { ELECTRON_RUN_AS_NODE: _asNode, NODE_OPTIONS: _options, ...environment } = process.env
    this.#supervisor = new Supervisor(
      {
        command: node,
        args: backendArguments(entry('backend')),
        env: {
          ...environment,
          ...BACKEND_ENVIRONMENT,
          ...{ DRYDOCK_USER_DATA: settings.userData, DRYDOCK_NODE: node },
        },
        openLog: () => settings.log.openFor('backend'),
      },
      {
        message: (message) => this.#fromBackend(message),
        down: () => {
          this.#cacheRoots = []
          this.#files.failAll()
          this.#gate.renew()
        },
        health: (health) => this.#health.publish('change', health),
        log: (line) => settings.log.write(line),
      },
    )
    this.#files = new FileRequests((message) => this.#supervisor.send(message))
    this.#gate = new Gate(this.#supervisor)
  }

  /** Before Electron is ready: the backend needs nothing of it. */
  startBackend(): void {
    this.#supervisor.start()
  }

  /** Once Electron is ready: scheme, permissions, messages, menu. */
  prepare(): void {
    protocol.handle(SCHEME, (request) =>
      serveFile(request, {
        pageFolder: join(root, 'out', 'renderer'),
        devServer: this.#settings.devServer,
        fetchDev: (url) => net.fetch(url),
        resolvePixels: (path) => this.#files.resolve(path),
        cacheRoots: () => this.#cacheRoots,
      }),
    )
    session.defaultSession.setPermissionRequestHandler((_contents, _permission, answer) => answer(false))
    session.defaultSession.setPermissionCheckHandler(() => false)
    ipcMain.on(PRELOAD_CHANNELS.connect, (event) => {
      const window = this.#windowOf(event.senderFrame)
      if (window) this.#gate.connect(window)
    })
    ipcMain.handle(PRELOAD_CHANNELS.drop, (event, path: unknown) => this.#grantDrop(event, path))
    this.#updateMenu()
  }

  openWindow(startup: Switches): void {
    const { log, offscreen, userData } = this.#settings
    const window = new ShellWindow(
      {
        preload: join(root, 'out', 'preload', 'preload.cjs'),
        stateFile: join(userData, 'window.json'),
        offscreen,
        serveShell: (target, port) => this.#handler.upgrade(port, { context: this.#context(target) }),
      },
      startup,
    )
    this.#windows.add(window)
    this.#active = window
    window.onFocus(() => {
      this.#active = window
      this.#updateMenu()
    })
    window.onClosed(() => {
      this.#windows.delete(window)
      this.#gate.disconnect(window)
      if (this.#active === window) this.#active = [...this.#windows].at(-1) ?? null
      this.#updateMenu()
    })
    window.contents.on('did-start-navigation', (details) => {
      if (details.isMainFrame && !details.isSameDocument) this.#gate.disconnect(window)
    })
    window.contents.on('render-process-gone', (_event, details) => {
      this.#gate.disconnect(window)
      log.write(`window: ${details.reason}, exit code ${details.exitCode}`)
      if (details.reason !== 'clean-exit') window.contents.reload()
    })
    window.contents.on('console-message', ({ level, message, sourceId, lineNumber }) => {
      if (level === 'error') log.write(`page: ${message} (${sourceId}:${lineNumber})`)
    })
    window.load().catch((error: unknown) => log.write(`window: the page does not load: ${String(error)}`))
  }

  /** Another start with the same user-data folder: its wish is met here. */
  openAnother(startup: Switches): void {
    this.openWindow(startup)
    this.#active?.focus()
  }

  stop(): Promise<void> {
    return this.#supervisor.stop()
  }

  #fromBackend(message: BackendToShell): void {
    switch (message.kind) {
      case 'ready':
        this.#cacheRoots = [...message.cacheRoots]
        break
      case 'cache-root':
        this.#cacheRoots.push(message.root)
        break
      case 'file':
      case 'no-file':
        this.#files.answer(message)
        break
      case 'port-data':
      case 'port-close':
        this.#gate.deliver(message)
        break
      case 'alive':
        // a sign of life, which the supervisor has taken already
        break
    }
  }

  /** The window whose page sent a message; null for frames inside it and for anything but the page. */
  #windowOf(frame: WebFrameMain | null): ShellWindow | null {
    if (!frame || frame.parent !== null || !isPage(frame.url)) return null
    return [...this.#windows].find((window) => window.contents.mainFrame === frame) ?? null
  }

  async #grantDrop(event: IpcMainInvokeEvent, path: unknown): Promise<DropAnswer> {
    try {
      const known = this.#windowOf(event.senderFrame) !== null
      if (!known || typeof path !== 'string' || !isAbsolute(path)) {
        throw new DrydockError('grant_unknown', 'What was dropped is no file or folder of this computer.')
      }
      await stat(path).catch((error: unknown) => {
        throw new DrydockError(
          'not_found',
          'What was dropped cannot be read; check that it still exists.',
          {},
          error,
        )
      })
      return { grant: grantFor(path, 'read', (message) => this.#supervisor.send(message)) }
    } catch (error) {
      return { error: toWireError(error) }
    }
  }

  #context(window: ShellWindow): ShellContext {
    const grant: ShellContext['grant'] = (path, mode) =>
      grantFor(path, mode, (message) => this.#supervisor.send(message))
    return {
      grant,
      ask: (question) => window.ask(question),
      confirm: (question) => window.confirm(question),
      show: () => window.show(),
      commands: (signal) => window.commands(signal),
      health: (signal) => this.#healthFrom(signal),
      restartBackend: () => this.#supervisor.restart(),
      setTitle: (title) => window.setTitle(title),
      setProject: (project) => {
        window.left.project = project
        this.#updateMenu()
      },
      openLogs: () => this.#openLogs(),
      warning: () => installationWarning(process.versions.electron, join(root, 'package.json')),
      takeStartup: () => {
        const wish = window.startup ?? NOTHING_TO_OPEN
        window.startup = null
        return {
          openSample: wish.openSample,
          open: wish.open === null ? null : grant(wish.open, 'read'),
          again: window.left.take(performance.now()),
        }
      },
    }
  }

  async *#healthFrom(signal: AbortSignal | undefined): AsyncGenerator<BackendHealth> {
    const changes = this.#health.subscribe('change', { signal })
    yield this.#supervisor.health
    yield* changes
  }

  async #openLogs(): Promise<void> {
    const refusal = await shell.openPath(this.#settings.log.folder)
    if (refusal !== '') throw new DrydockError('internal', `The logs lie in ${this.#settings.log.folder}.`)
  }

  #updateMenu(): void {
    const command = (chosen: MenuCommand): void => this.#active?.sendCommand(chosen)
    const template = menuTemplate(process.platform, (this.#active?.left.project ?? null) !== null, {
      command,
      newWindow: () => this.openWindow(NOTHING_TO_OPEN),
      openLogs: () =>
        void this.#openLogs().catch((error: unknown) => this.#settings.log.write(String(error))),
    })
    Menu.setApplicationMenu(app.isReady() ? Menu.buildFromTemplate(template) : null)
  }
}
