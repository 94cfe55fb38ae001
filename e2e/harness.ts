import { _electron, expect, test as base, type ElectronApplication, type Page } from '@playwright/test'
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import type { MenuCommand } from '../src-main/contract/shell.ts'
import { descendants } from '../src-main/testing/processes.ts'

export { expect }

/** The clone's folder. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)))

export interface LaunchOptions {
  /** default: the test's own, empty at first */
  userData?: string
  /** switches of the application, e.g. `--open-sample` */
  args?: string[]
  env?: Record<string, string>
  /** an X server's name, for an ordinary window; default: off screen */
  display?: string
}

/** One running application with its first window. */
export class Drydock {
  readonly app: ElectronApplication
  readonly page: Page
  /** errors that the page has written to its console; a test that expects some takes them out */
  readonly problems: string[]

  constructor(app: ElectronApplication, page: Page, problems: string[]) {
    this.app = app
    this.page = page
    this.problems = problems
  }

  /** Chooses an entry of the application's menu. */
  async menu(command: MenuCommand): Promise<void> {
    await this.app.evaluate(({ Menu }, id) => {
      const item = Menu.getApplicationMenu()?.getMenuItemById(id)
      if (!item) throw new Error(`no menu entry ${id}`)
      if (!item.enabled) throw new Error(`menu entry ${id} is grey`)
      Reflect.apply(item.click, item, [])
    }, command)
  }

  /** What the desktop's next dialogs answer: this path, or null for a dismissal. */
  async answerDialogs(path: string | null): Promise<void> {
    await this.app.evaluate(({ dialog }, chosen) => {
      const canceled = chosen === null
      dialog.showOpenDialog = async () => ({ canceled, filePaths: canceled ? [] : [chosen] })
      dialog.showSaveDialog = async () => ({ canceled, filePath: chosen ?? '' })
    }, path)
  }

  /** Drops a file or folder of this computer onto the middle of the window, as a file manager does. */
  async drop(path: string): Promise<void> {
    const devtools = await this.page.context().newCDPSession(this.page)
    const { width, height } = await this.page.evaluate(() => ({ width: innerWidth, height: innerHeight }))
    const at = { x: width / 2, y: height / 2, data: { items: [], files: [path], dragOperationsMask: 1 } }
    for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
      await devtools.send('Input.dispatchDragEvent', { type, ...at })
    }
    await devtools.detach()
  }

  /** Process id of the backend or the engine; waits until there is one. */
  async pidOf(which: 'backend' | 'engine', other?: number): Promise<number> {
    let pid: number | undefined
    await expect
      .poll(() => {
        pid = this.#pidsOf(which).find((id) => id !== other)
        return pid
      })
      .toBeDefined()
    if (pid === undefined) throw new Error(`no ${which}`)
    return pid
  }

  /** Sends a signal to every engine that there is now, be it none. */
  signalEngines(signal: NodeJS.Signals): void {
    for (const pid of this.#pidsOf('engine')) {
      try {
        process.kill(pid, signal)
      } catch (error) {
        const ended = error instanceof Error && 'code' in error && error.code === 'ESRCH'
        if (!ended) throw error
      }
    }
  }

  #pidsOf(which: 'backend' | 'engine'): number[] {
    const main = this.app.process().pid
    return main === undefined ? [] : descendants(main, join('out', 'main', `${which}.js`))
  }

  /** In CSS pixels; off screen there is no limit. */
  async resize(width: number, height: number): Promise<void> {
    await this.app.evaluate(
      ({ BrowserWindow }, [w, h]) => {
        const window = BrowserWindow.getAllWindows()[0]
        window?.setMinimumSize(1, 1)
        window?.setContentSize(w, h)
      },
      [width, height] as const,
    )
    await this.page.waitForFunction(([w, h]) => innerWidth === w && innerHeight === h, [width, height])
  }

  /** `kill -9` of the whole application, as a power cut would. */
  async kill(): Promise<void> {
    const child = this.app.process()
    const gone = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGKILL')
    await gone
  }
}

/** What the application's executable is started with, and where. */
function commandLine(options: LaunchOptions & { userData: string }) {
  const environment = Object.fromEntries(
    Object.entries(process.env).filter((pair): pair is [string, string] => pair[1] !== undefined),
  )
  const where =
    options.display === undefined
      ? { switches: ['--ozone-platform=headless'], env: { DRYDOCK_OFFSCREEN: '1' } }
      : { switches: [], env: { DISPLAY: options.display } }
  return {
    args: [root, ...where.switches, `--user-data-dir=${options.userData}`, ...(options.args ?? [])],
    cwd: root,
    env: { ...environment, ...where.env, ...options.env },
  }
}

/** Starts the application a second time and waits for that start to end, as one with the same user data must. */
export async function startAgain(options: LaunchOptions & { userData: string }): Promise<number | null> {
  const electron = z.string().parse(createRequire(import.meta.url)('electron'))
  const { args, ...rest } = commandLine(options)
  const child = spawn(electron, ['--no-sandbox', ...args], { ...rest, stdio: 'ignore' })
  return new Promise((resolve) => child.once('exit', resolve))
}

/** Starts the application and waits for its first view. */
export async function start(options: LaunchOptions & { userData: string }): Promise<Drydock> {
  const app = await _electron.launch(commandLine(options))
  const page = await app.firstWindow()
  const problems: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text())
  })
  page.on('pageerror', (error) => problems.push(String(error)))
  await page.getByTestId('engine').waitFor()
  return new Drydock(app, page, problems)
}

interface Fixtures {
  /** a folder of this test alone, gone afterwards */
  folder: string
  /** starts the application; every one that is still there at the end is closed */
  launch: (options?: LaunchOptions) => Promise<Drydock>
}

export const test = base.extend<Fixtures>({
  folder: async ({}, use) => {
    const folder = mkdtempSync(join(tmpdir(), 'drydock-e2e-'))
    await use(folder)
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  },
  launch: async ({ folder }, use) => {
    const started: Drydock[] = []
    await use(async (options = {}) => {
      const drydock = await start({ userData: join(folder, 'user-data'), ...options })
      started.push(drydock)
      return drydock
    })
    for (const drydock of started) await drydock.app.close().catch(() => {})
  },
})
