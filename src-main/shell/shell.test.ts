import { call } from '@orpc/server'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { DrydockError } from '../contract/errors.ts'
import { MENU_COMMANDS, type MenuCommand } from '../contract/shell.ts'
import { installationWarning } from './installation.ts'
import { menuTemplate } from './menu.ts'
import { shellRouter, type Confirmation, type DialogQuestion, type ShellContext } from './router.ts'
import { isPage } from './security.ts'
import { readSwitches } from './switches.ts'
import { placeWindow, readWindowState, writeWindowState } from './window-state.ts'

const folder = mkdtempSync(join(tmpdir(), 'drydock-shell-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('switches', () => {
  it('are found among those of Electron', () => {
    const words = ['electron', '--inspect=0', '-r', 'loader.js', '.', '--no-sandbox']
    expect(readSwitches(words, '/here')).toEqual({ openSample: false, open: null })
    expect(readSwitches([...words, '--open-sample'], '/here')).toEqual({ openSample: true, open: null })
    expect(readSwitches([...words, '--open', 'a b'], '/here').open).toBe(resolve('/here', 'a b'))
    expect(readSwitches([...words, '--open=../x'], '/here').open).toBe(resolve('/x'))
    expect(readSwitches([...words, '--open'], '/here').open).toBeNull()
  })
})

describe('window state', () => {
  const area = { x: 0, y: 0, width: 1920, height: 1080 }
  it('is remembered, and forgotten where it makes no sense', () => {
    const file = join(folder, 'deep', 'window.json')
    const state = { bounds: { x: 10, y: 20, width: 1200, height: 800 }, maximised: true }
    expect(readWindowState(file)).toBeNull()
    writeWindowState(file, state)
    expect(readWindowState(file)).toEqual(state)
    writeFileSync(file, '{"bounds": {"x": "left"}}')
    expect(readWindowState(file)).toBeNull()
  })

  it('puts a window only where a screen is', () => {
    const at = (x: number, y: number) => ({ bounds: { x, y, width: 1200, height: 800 }, maximised: false })
    expect(placeWindow(at(10, 20), [area])).toEqual(at(10, 20))
    expect(placeWindow(at(-1100, 0), [area]).bounds).toEqual({ x: 240, y: 90, width: 1440, height: 900 })
    expect(placeWindow(at(2500, 0), [area, { ...area, x: 1920 }])).toEqual(at(2500, 0))
    expect(placeWindow(null, [{ x: 0, y: 30, width: 1280, height: 690 }]).bounds).toEqual({
      x: 0,
      y: 30,
      width: 1280,
      height: 690,
    })
  })
})

describe('menu', () => {
  const sent: MenuCommand[] = []
  const actions = { command: (c: MenuCommand) => void sent.push(c), newWindow: () => {}, openLogs: () => {} }
  const entries = (open: boolean) =>
    menuTemplate('linux', open, actions).flatMap((menu) => (Array.isArray(menu.submenu) ? menu.submenu : []))

  it('has an entry for every command, and no key twice', () => {
    const ids = entries(true).map((item) => item.id)
    for (const command of MENU_COMMANDS) expect(ids).toContain(command)
    const keys = entries(true).flatMap((item) => item.accelerator ?? [])
    expect(new Set(keys).size).toBe(keys.length)
  })

  it('greys what needs a project', () => {
    const enabled = (open: boolean, id: string) => entries(open).find((item) => item.id === id)?.enabled
    expect(enabled(false, 'import-labels')).toBe(false)
    expect(enabled(true, 'import-labels')).toBe(true)
    expect(enabled(false, 'open-project')).toBe(true)
    expect(enabled(false, 'restore-backup')).toBe(true)
  })
})

describe('installation', () => {
  it('warns of an Electron that is not the one asked for', () => {
    const manifest = join(folder, 'package.json')
    writeFileSync(manifest, JSON.stringify({ devDependencies: { electron: '45.4.1' } }))
    expect(installationWarning('45.4.1', manifest)).toBeNull()
    expect(installationWarning('33.2.1', manifest)).toContain('fallback Electron 33.2.1')
    writeFileSync(manifest, '{}')
    expect(installationWarning('33.2.1', manifest)).toBeNull()
    expect(installationWarning('33.2.1', join(folder, 'none.json'))).toBeNull()
  })
})

it('takes only the page for the page', () => {
  expect(isPage('drydock://app/index.html')).toBe(true)
  for (const other of ['https://app/', 'drydock://other/', 'file:///x', '', 'drydock:app']) {
    expect(isPage(other)).toBe(false)
  }
})

describe('router', () => {
  const asked: DialogQuestion[] = []
  let answer: string | null = null
  const confirmed: Confirmation[] = []
  let yes = false
  const context: ShellContext = {
    ask: async (question) => (asked.push(question), answer),
    confirm: async (question) => (confirmed.push(question), yes),
    grant: (path, mode) => ({ grant: `${mode} ${path}`, label: 'x' }),
    show: () => {},
    commands: async function* () {
      yield 'undo' as const
    },
    health: async function* () {},
    restartBackend: () => undefined,
    setTitle: () => {},
    setProject: () => {},
    openLogs: () => Promise.reject(new DrydockError('internal', 'The logs lie in /x.')),
    warning: () => null,
    takeStartup: () => ({ openSample: false, open: null, again: null }),
  }

  it('gives a grant for what was chosen, nothing for a dismissal', async () => {
    const choose = () => call(shellRouter.dialogs.chooseFolder, { purpose: 'images' as const }, { context })
    expect(await choose()).toBeNull()
    answer = '/photos'
    expect(await choose()).toEqual({ grant: 'read /photos', label: 'x' })
  })

  it('gives a grant for a backup only after a yes, which tells when it was made', async () => {
    const choose = () => call(shellRouter.dialogs.chooseBackup, {}, { context })
    answer = '/h.drydock/backups/project-2026-05-03T12-00-00-000Z.sqlite'
    expect(await choose()).toBeNull()
    expect(confirmed.at(-1)?.message).toMatch(/^Restore the backup of 3 May 2026 at \d\d:\d\d\?$/)
    yes = true
    expect(await choose()).toEqual({ grant: `read ${answer}`, label: 'x' })
    answer = '/h.drydock/backups/other.sqlite'
    await choose()
    expect(confirmed.at(-1)?.message).toBe('Restore other.sqlite?')
    answer = null
    await choose()
    expect(confirmed).toHaveLength(3)
  })

  it('takes only a name from the page for a file to write', async () => {
    answer = '/out/a.csv'
    const suggestedName = '../../etc/a.csv'
    const grant = await call(shellRouter.dialogs.saveLabels, { suggestedName }, { context })
    expect(grant?.grant).toBe('write /out/a.csv')
    expect(asked.at(-1)).toMatchObject({ kind: 'save-file', suggestedName: 'a.csv' })
    // images in a folder of 111 letters; of a name that no disk takes
    await call(shellRouter.dialogs.saveLabels, { suggestedName: `${'h'.repeat(111)}-truth.csv` }, { context })
    expect(asked.at(-1)).toMatchObject({ suggestedName: `${'h'.repeat(111)}-truth.csv` })
    await call(shellRouter.dialogs.saveLabels, { suggestedName: `${'h'.repeat(250)}-truth.csv` }, { context })
    expect(asked.at(-1)).toMatchObject({ suggestedName: `${'h'.repeat(250)}-.csv` })
  })

  it('adds the ending of the format where the name has none, and asks before that replaces a file', async () => {
    const save = (format: 'airbus' | 'coco-rle' | 'voc') =>
      call(shellRouter.dialogs.saveLabels, { suggestedName: 'x', format }, { context })
    answer = '/out/labels'
    expect((await save('airbus'))?.grant).toBe('write /out/labels.csv')
    expect((await save('coco-rle'))?.grant).toBe('write /out/labels.json')
    expect((await save('voc'))?.grant).toBe('write /out/labels')
    const folder = mkdtempSync(join(tmpdir(), 'drydock-save-'))
    try {
      writeFileSync(join(folder, 'labels.csv'), '')
      answer = join(folder, 'labels')
      yes = false
      expect(await save('airbus')).toBeNull()
      expect(confirmed.at(-1)?.message).toBe('Replace labels.csv?')
      yes = true
      expect((await save('airbus'))?.grant).toBe(`write ${answer}.csv`)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('answers with the code and the sentence of a failure', async () => {
    await expect(call(shellRouter.window.openLogs, {}, { context })).rejects.toMatchObject({
      code: 'internal',
      message: 'The logs lie in /x.',
    })
  })

  it('streams menu commands', async () => {
    const got = []
    for await (const event of await call(shellRouter.window.commands, {}, { context })) got.push(event)
    expect(got).toEqual([{ command: 'undo' }])
  })
})
