import { _electron, expect, test as base, type ElectronApplication, type Page } from '@playwright/test'
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import type { MenuCommand } from '../src-main/contract/shell.ts'
import { descendants, statesOf } from '../src-main/testing/processes.ts'

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

/** How long anything of the application's start may take, and one act in it, in ms: for a machine far slower than ours. */
const STARTS_WITHIN = 120_000
const ACTS_WITHIN = 60_000
/** An application that is told to end and has not by then is killed, in ms. */
const ENDS_WITHIN = 30_000
/** What does not answer by then when it is asked why, in ms. */
const ANSWERS_WITHIN = 3_000

/** One running application with its first window. */
export class Drydock {
  readonly app: ElectronApplication
  readonly page: Page
  /** errors that the page has written to its console; a test that expects some takes them out */
  readonly problems: string[]
  readonly #userData: string
  /** Playwright forgets it when the application ends */
  readonly #process: ReturnType<ElectronApplication['process']>

  constructor(app: ElectronApplication, page: Page, problems: string[], userData: string) {
    this.app = app
    this.#process = app.process()
    this.page = page
    this.problems = problems
    this.#userData = userData
  }

  /** Chooses an entry of the application's menu, once it can be chosen: the shell learns late of what the window has open. */
  async menu(command: MenuCommand): Promise<void> {
    const choose = () =>
      this.app.evaluate(({ Menu }, id) => {
        const item = Menu.getApplicationMenu()?.getMenuItemById(id)
        if (!item?.enabled) return item ? 'is grey' : 'is not there'
        Reflect.apply(item.click, item, [])
        return 'chosen'
      }, command)
    await expect.poll(choose, { message: `menu entry ${command}` }).toBe('chosen')
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
    for (const pid of this.#pidsOf('engine')) signalTo(pid, signal)
  }

  #pidsOf(which: 'backend' | 'engine'): number[] {
    const main = this.#process.pid
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
    if (this.#hasEnded) return
    const gone = new Promise((resolve) => this.#process.once('exit', resolve))
    this.#process.kill('SIGKILL')
    await gone
  }

  /** Ends it as a person does. One that does not end is killed with all that belongs to it, and where it stood is the error. */
  async close(): Promise<void> {
    if (this.#hasEnded) return
    const children = [...this.#pidsOf('backend'), ...this.#pidsOf('engine')]
    const ended = this.app.close().then(
      () => true,
      () => this.#hasEnded,
    )
    const inTime = await Promise.race([ended, pause(ENDS_WITHIN, false, { ref: false })])
    const where = inTime ? '' : await this.#whereItStands()
    await this.kill()
    // a stopped one does not notice that its parent is gone
    for (const pid of children) signalTo(pid, 'SIGKILL')
    if (!inTime) throw new Error(`The application was told to end and did not.\n${where}`)
  }

  get #hasEnded(): boolean {
    const { exitCode, signalCode } = this.#process
    return exitCode !== null || signalCode !== null
  }

  async #whereItStands(): Promise<string> {
    const answer = (asked: Promise<unknown>): Promise<unknown> =>
      Promise.race([asked.catch(String), pause(ANSWERS_WITHIN, 'no answer', { ref: false })])
    const main = this.#process.pid
    const states = main === undefined ? '' : statesOf(main)
    const page = await answer(this.page.evaluate(() => document.querySelector('footer')?.innerText))
    const shell = await answer(this.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length))
    return [
      `status bar: ${String(page)}`,
      `windows: ${String(shell)}`,
      `backends: ${this.#pidsOf('backend').join(' ')}, engines: ${this.#pidsOf('engine').join(' ')}`,
      `processes:\n${states}`,
      ...['shell.log', 'backend.log'].map((name) => `${name}: ${this.#endOfLog(name)}`),
    ].join('\n')
  }

  #endOfLog(name: string): string {
    try {
      return readFileSync(join(this.#userData, 'logs', name), 'utf8').slice(-1500)
    } catch (error) {
      return String(error)
    }
  }
}

/** Sends a signal to a process, if it is still there. */
function signalTo(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    const ended = error instanceof Error && 'code' in error && error.code === 'ESRCH'
    if (!ended) throw error
  }
}

/** What the application's executable is started with, and where. */
function commandLine(options: LaunchOptions & { userData: string }) {
  const environment = Object.fromEntries(
    Object.entries(process.env).filter((pair): pair is [string, string] => pair[1] !== undefined),
  )
  const where =
    options.display === undefined
      ? // a GPU process that finds no display ends while the page may already wait for it
        { switches: ['--ozone-platform=headless', '--disable-gpu'], env: { DRYDOCK_OFFSCREEN: '1' } }
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
  const app = await _electron.launch({ ...commandLine(options), timeout: STARTS_WITHIN })
  const page = await app.firstWindow({ timeout: STARTS_WITHIN })
  app.context().setDefaultTimeout(ACTS_WITHIN)
  const slowed = Number(process.env['DRYDOCK_E2E_SLOWED'] ?? 1)
  if (slowed > 1) {
    const devtools = await app.context().newCDPSession(page)
    await devtools.send('Emulation.setCPUThrottlingRate', { rate: slowed })
  }
  const problems: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text())
  })
  page.on('pageerror', (error) => problems.push(String(error)))
  await page.getByTestId('engine').waitFor({ timeout: STARTS_WITHIN })
  return new Drydock(app, page, problems, options.userData)
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
    // processes that were killed may write to the end
    rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 })
  },
  launch: async ({ folder }, use) => {
    const started: Drydock[] = []
    await use(async (options = {}) => {
      const drydock = await start({ userData: join(folder, 'user-data'), ...options })
      started.push(drydock)
      return drydock
    })
    const ends = await Promise.allSettled(started.map((drydock) => drydock.close()))
    const late = ends.find((end) => end.status === 'rejected')
    if (late) throw late.reason
  },
})
