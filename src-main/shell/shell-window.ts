import { EventPublisher } from '@orpc/server'
import { BrowserWindow, dialog, MessageChannelMain, nativeTheme, screen, type WebContents } from 'electron'
import { PAGE_URL, PRELOAD_CHANNELS } from '../contract/channels.ts'
import type { VirtualPort } from '../contract/port.ts'
import type { MenuCommand } from '../contract/shell.ts'
import { Closing } from './closing.ts'
import type { WindowEnd, WindowPort } from './gate.ts'
import { LeftOpen } from './left-open.ts'
import type { Confirmation, DialogQuestion } from './router.ts'
import { Silence } from './silence.ts'
import type { Switches } from './switches.ts'
import { MINIMUM_SIZE, placeWindow, readWindowState, writeWindowState } from './window-state.ts'

/** Where a window finds what it is made of. */
export interface WindowSettings {
  preload: string
  stateFile: string
  /** draws into memory instead of onto a screen, for tests on machines without one */
  offscreen: boolean
  serveShell(window: ShellWindow, port: VirtualPort): void
}

/** The page's background before its first paint: the panels' colour of both themes. */
const BACKGROUND = { dark: '#191a1c', light: '#f9fafb' }
/** A page that has not said that it is ready by then is shown as it is, in ms. */
const SHOW_ANYWAY = 4_000
/** A page that refuses to be closed is told again after this, in ms: a gesture on its way mostly is on the disk in a tenth of it. */
const SAVED_WITHIN = 500

const UNSAVED: Confirmation = {
  message: 'The last gestures are not saved yet',
  detail: 'If you close the window now, they are lost. The status bar says why they are not saved.',
  yes: 'Close all the same',
  no: 'Stay',
}

const SILENT: Confirmation = {
  message: 'The window does not answer',
  detail:
    'It has not answered for 20 seconds. Everything that was saved stays; a gesture of the last second may not be.',
  yes: 'Close all the same',
  no: 'Wait',
}

/** One window: the page, its port, its dialogs, and what the menu sends it. */
export class ShellWindow implements WindowEnd {
  readonly #window: BrowserWindow
  readonly #settings: WindowSettings
  readonly #commands = new EventPublisher<{ command: MenuCommand }>()
  /** what the window was opened for; null once the page has taken it */
  startup: Switches | null
  readonly left = new LeftOpen()

  constructor(settings: WindowSettings, startup: Switches) {
    this.#settings = settings
    this.startup = startup
    // Off screen there may be a display of one pixel.
    const displays = settings.offscreen ? [] : [screen.getPrimaryDisplay(), ...screen.getAllDisplays()]
    const remembered = readWindowState(settings.stateFile)
    const { bounds, maximised } = placeWindow(
      remembered,
      displays.map((display) => display.workArea),
    )
    this.#window = new BrowserWindow({
      ...bounds,
      minWidth: MINIMUM_SIZE.width,
      minHeight: MINIMUM_SIZE.height,
      show: false,
      title: 'Drydock',
      backgroundColor: nativeTheme.shouldUseDarkColors ? BACKGROUND.dark : BACKGROUND.light,
      webPreferences: {
        preload: settings.preload,
        sandbox: true,
        contextIsolation: true,
        nodeIntegration: false,
        webSecurity: true,
        webviewTag: false,
        spellcheck: false,
        offscreen: settings.offscreen,
      },
    })
    if (maximised && !settings.offscreen) this.#window.maximize()
    const closing = this.#closing()
    this.contents.on('will-prevent-unload', () => closing.refused())
    const silence = this.#silence()
    this.contents.ipc.on(PRELOAD_CHANNELS.alive, () => silence.end())
    this.contents.on('render-process-gone', () => silence.end())
    this.#window.on('closed', () => silence.end())
    this.#window.on('close', () => {
      closing.begin()
      silence.begin()
      writeWindowState(settings.stateFile, {
        bounds: this.#window.getNormalBounds(),
        maximised: this.#window.isMaximized(),
      })
    })
    const timer = setTimeout(() => this.show(), SHOW_ANYWAY)
    this.#window.on('closed', () => clearTimeout(timer))
  }

  get contents(): WebContents {
    return this.#window.webContents
  }

  onClosed(listener: () => void): void {
    this.#window.on('closed', listener)
  }

  onFocus(listener: () => void): void {
    this.#window.on('focus', listener)
  }

  async load(): Promise<void> {
    await this.#window.loadURL(PAGE_URL)
  }

  show(): void {
    if (this.#settings.offscreen || this.#window.isDestroyed() || this.#window.isVisible()) return
    this.#window.show()
  }

  focus(): void {
    if (this.#window.isMinimized()) this.#window.restore()
    this.#window.focus()
  }

  setTitle(title: string): void {
    this.#window.setTitle(title)
  }

  sendCommand(command: MenuCommand): void {
    this.#commands.publish('command', command)
  }

  commands(signal: AbortSignal | undefined): AsyncGenerator<MenuCommand> {
    return this.#commands.subscribe('command', { signal })
  }

  /** @returns the absolute path chosen, or null when dismissed */
  async ask(question: DialogQuestion): Promise<string | null> {
    if (question.kind === 'save-file') {
      const { title, suggestedName, filter, extensions } = question
      const answer = await dialog.showSaveDialog(this.#window, {
        title,
        defaultPath: suggestedName,
        filters: extensions.length > 0 ? [{ name: filter, extensions }] : [],
        properties: ['createDirectory', 'showOverwriteConfirmation'],
      })
      return answer.canceled || answer.filePath === '' ? null : answer.filePath
    }
    const answer = await dialog.showOpenDialog(this.#window, {
      title: question.title,
      buttonLabel: question.button,
      ...(question.kind === 'open-file'
        ? { properties: ['openFile'], filters: [{ name: question.filter, extensions: question.extensions }] }
        : { properties: ['openDirectory'] }),
    })
    return answer.canceled ? null : (answer.filePaths[0] ?? null)
  }

  /** Asks for a yes that Enter and Escape do not give; a signal dismisses the question with a no. */
  async confirm({ message, detail, yes, no }: Confirmation, signal?: AbortSignal): Promise<boolean> {
    const answer = await dialog.showMessageBox(this.#window, {
      ...{ type: 'warning', message, detail, buttons: [no, yes] },
      ...{ defaultId: 0, cancelId: 0, noLink: true, ...(signal && { signal }) },
    })
    return answer.response === 1
  }

  givePort(generation: number): WindowPort {
    const { port1, port2 } = new MessageChannelMain()
    this.contents.postMessage(PRELOAD_CHANNELS.port, generation, [port2])
    return {
      postMessage: (frame) => port1.postMessage(frame),
      onMessage: (listener) => {
        port1.on('message', (event) => listener(event.data))
        port1.start()
      },
      onClose: (listener) => port1.on('close', listener),
      close: () => port1.close(),
    }
  }

  serveShell(port: VirtualPort): void {
    this.#settings.serveShell(this, port)
  }

  #silence(): Silence {
    return new Silence({
      ping: () => this.contents.send(PRELOAD_CHANNELS.ping),
      ask: (signal) => this.confirm(SILENT, signal),
      destroy: () => this.#window.destroy(),
    })
  }

  #closing(): Closing {
    return new Closing({
      close: () => this.#window.close(),
      destroy: () => this.#window.destroy(),
      ask: () => this.confirm(UNSAVED),
      later: (act) => {
        setTimeout(() => {
          if (!this.#window.isDestroyed()) act()
        }, SAVED_WITHIN)
      },
    })
  }
}
