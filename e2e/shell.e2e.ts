import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, startAgain, test } from './harness.ts'

test('the window opens on the start view, with nothing to complain about', async ({ launch }) => {
  const { page, problems } = await launch()
  await expect(page.getByTestId('start')).toBeVisible()
  await expect(page.getByTestId('open-sample')).toBeEnabled()
  await expect(page.getByTestId('engine')).toContainText(/tensorflow|wasm|cpu/)
  expect(page.url()).toBe('drydock://app/index.html')
  expect(problems).toEqual([])
})

test('another tfjs backend can be chosen, and is kept; the environment wins over it', async ({ launch }) => {
  const first = await launch({ env: { DRYDOCK_BACKEND: '' } })
  await first.page.getByTestId('engine').click()
  await expect(first.page.getByTestId('engine-why')).toContainText(/probe|GPU|works here/)
  await first.page.getByTestId('backend-choice').selectOption('Plain JavaScript')
  await expect(first.page.getByTestId('engine')).toContainText('cpu · JavaScript')
  await expect(first.page.getByTestId('engine-why')).toContainText('Asked for by setting')
  await first.close()
  const { page } = await launch({ env: { DRYDOCK_BACKEND: 'wasm' } })
  await expect(page.getByTestId('engine')).toContainText('wasm')
  await page.getByTestId('engine').click()
  await expect(page.getByTestId('backend-choice')).toHaveValue('cpu')
  await expect(page.getByTestId('backend-choice')).toBeDisabled()
  await expect(page.getByTestId('backend-note')).toContainText('DRYDOCK_BACKEND is set to wasm')
})

test('the page can do nothing but what the bridge offers', async ({ launch }) => {
  const { page, problems } = await launch()
  const found = await page.evaluate(async () => {
    await new Promise((resolve) => setTimeout(resolve)) // until here the debugger's own rights hold
    const inline = document.createElement('script')
    const attempt = (what: () => unknown): string => {
      try {
        return `allowed: ${String(what())}`
      } catch (error) {
        return error instanceof Error ? error.name : String(error)
      }
    }
    return {
      node: [typeof Reflect.get(window, 'require'), typeof Reflect.get(window, 'process')],
      bridge: Object.keys(window.drydock).sort(),
      inlineScript: attempt(() => (inline.text = 'globalThis.ran = 1')),
      html: attempt(() => (document.createElement('div').innerHTML = '<b>x</b>')),
      code: attempt(() => Reflect.construct(Function, ['return 1'])),
      elsewhere: await fetch('https://example.org/').then(
        () => 'allowed',
        () => 'refused',
      ),
      window: window.open('https://example.org/') === null,
      outside: (await fetch('/..%2f..%2fpackage.json')).status,
      madeUpFile: await window.drydock.grantDrop(new File(['x'], '/etc/passwd')),
      notifications: await Notification.requestPermission(),
    }
  })
  expect(found).toEqual({
    node: ['undefined', 'undefined'],
    bridge: ['connect', 'grantDrop'],
    inlineScript: 'TypeError',
    html: 'TypeError',
    code: 'EvalError',
    elsewhere: 'refused',
    window: true,
    outside: 404,
    madeUpFile: { error: expect.objectContaining({ code: 'grant_unknown' }) },
    notifications: 'denied',
  })
  problems.length = 0
})

test('a killed backend comes back, and the window lives on', async ({ launch }) => {
  const drydock = await launch()
  const { page } = drydock
  await expect(page.getByTestId('engine')).toContainText(/tensorflow|wasm|cpu/)
  for (let time = 0; time < 2; time++) {
    const pid = await drydock.pidOf('backend')
    process.kill(pid, 'SIGKILL')
    await drydock.pidOf('backend', pid)
    await expect(page.getByTestId('engine')).toContainText(/tensorflow|wasm|cpu/)
  }
  await page.getByTestId('open-sample').click()
  await expect(page.getByTestId('start')).toBeHidden()
})

test('a second start opens a window of the first', async ({ launch, folder }) => {
  const { app, page } = await launch()
  const images = join(folder, 'images')
  mkdirSync(images)
  const opened = app.waitForEvent('window', { timeout: 60_000 })
  expect(await startAgain({ userData: join(folder, 'user-data'), args: ['--open', images] })).toBe(0)
  const second = await opened
  await expect(second.getByTestId('toast-error')).toBeVisible()
  await expect(page.getByTestId('toast-error')).toBeHidden()
})

test('a folder that cannot be a project says why when it is dropped', async ({ launch, folder }) => {
  const drydock = await launch()
  const images = join(folder, 'images')
  mkdirSync(images)
  await drydock.drop(images)
  await expect(drydock.page.getByTestId('toast-error')).toBeVisible()
  await expect(drydock.page.getByTestId('start')).toBeVisible()
})

test('nothing is left running when the application ends', async ({ launch }) => {
  const drydock = await launch()
  const pids = [await drydock.pidOf('backend'), await drydock.pidOf('engine')]
  await drydock.kill()
  const alive = (pid: number): boolean => {
    try {
      return process.kill(pid, 0)
    } catch {
      return false
    }
  }
  await expect.poll(() => pids.filter(alive)).toEqual([])
})

test('navigation away from the page is refused', async ({ launch }) => {
  const { app, page } = await launch()
  await page.evaluate(() => {
    const link = document.createElement('a')
    link.href = 'https://example.org/'
    document.body.append(link)
    link.click()
  })
  // Playwright waits for the refused navigation for ever, so Electron is asked.
  const url = await app.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()[0]?.webContents.getURL(),
  )
  expect(url).toBe('drydock://app/index.html')
})
