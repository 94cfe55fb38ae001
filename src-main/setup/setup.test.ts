import { describe, expect, test } from 'vitest'
import { hasDisplay } from './machine.mjs'
import { packagesDiffer } from './packages.mjs'
import { runSteps } from './steps.mjs'
import { missingPackages, planPackages } from './system.mjs'

type State = 'ready' | 'done' | 'skipped'

describe('packages', () => {
  const locked = {
    '': { version: '0.1.0' },
    'node_modules/zod': { version: '4.6.7' },
    'node_modules/other-system': { version: '1.0.0', optional: true },
  }
  test('what npm installed as locked is left alone, an optional package of another system aside', () => {
    expect(packagesDiffer(locked, { 'node_modules/zod': { version: '4.6.7' } })).toBe(false)
  })
  test.each([
    ['nothing was installed, or the installation broke off', null],
    ['a package is missing', {}],
    ['a version is another', { 'node_modules/zod': { version: '4.6.6' } }],
    ['an optional version is another', { ...locked, 'node_modules/other-system': { version: '0.9.0' } }],
    ['a package is no longer wanted', { 'node_modules/zod': { version: '4.6.7' }, 'node_modules/old': {} }],
  ])('installs again when %s', (_, installed) => {
    expect(packagesDiffer(locked, installed)).toBe(true)
  })
})

describe('system libraries', () => {
  const cache = `2 libs found in cache \`/etc/ld.so.cache'
\tlibnss3.so (libc6,x86-64) => /lib/x86_64-linux-gnu/libnss3.so
\tlibgbm.so.1 (libc6,x86-64) => /lib/x86_64-linux-gnu/libgbm.so.1
\tlibasound.so.2 (libc6,x86-64) => /lib/x86_64-linux-gnu/libasound.so.2
\tlibatk-bridge-2.0.so.0 (libc6,x86-64) => /lib/x86_64-linux-gnu/libatk-bridge-2.0.so.0
\tlibcups.so.2 (libc6,x86-64) => /lib/x86_64-linux-gnu/libcups.so.2
\tlibdrm.so.2 (libc6,x86-64) => /lib/x86_64-linux-gnu/libdrm.so.2
`
  test('missing ones are found in what the loader knows', () => {
    expect(missingPackages(cache)).toEqual(['libgtk-3-0', 'libxkbcommon0'])
  })
  const missing = ['libgtk-3-0', 'libxkbcommon0']
  test('root installs them', () => {
    expect(planPackages({ missing, administrator: true, apt: true })).toEqual({
      act: 'install',
      packages: missing,
    })
  })
  test('anyone else is told the exact command, and nothing is installed', () => {
    const plan = planPackages({ missing, administrator: false, apt: true })
    expect(plan.act).toBe('tell')
    expect(plan.command).toBe('sudo apt-get install --no-install-recommends libgtk-3-0 libxkbcommon0')
  })
  test('without apt the names are told', () => {
    expect(planPackages({ missing, administrator: true, apt: false }).text).toContain(
      'libgtk-3-0, libxkbcommon0',
    )
  })
  test('nothing is done when nothing is missing', () => {
    expect(planPackages({ missing: [], administrator: true, apt: true })).toEqual({ act: 'nothing' })
  })
})

test('only Linux can lack a display', () => {
  expect(hasDisplay({}, 'linux')).toBe(false)
  expect(hasDisplay({ DISPLAY: ':0' }, 'linux')).toBe(true)
  expect(hasDisplay({ WAYLAND_DISPLAY: 'wayland-0' }, 'linux')).toBe(true)
  expect(hasDisplay({}, 'darwin')).toBe(true)
})

describe('steps', () => {
  const places = {
    tensorflowLibraries: '',
    cudaLibraries: '',
    userCache: '',
    userData: '',
    resources: '',
    engine: {},
  }
  function machine() {
    const there = new Set<string>()
    const lines: string[] = []
    const step = (name: string, { required = false, fails = false, command = '' } = {}) => ({
      name,
      required,
      run: ({
        say,
      }: {
        say: (line: string) => void
      }): Promise<{ state: State; text: string; command?: string }> => {
        if (there.has(name)) return Promise.resolve({ state: 'ready', text: 'there' })
        say('fetching')
        if (fails) return Promise.reject(new Error('no network'))
        if (command) return Promise.resolve({ state: 'skipped', text: 'not root', command })
        there.add(name)
        return Promise.resolve({ state: 'done', text: 'there now' })
      },
    })
    const run = (steps: ReturnType<typeof step>[]) => {
      lines.length = 0
      return runSteps(steps, {
        print: (line: string) => lines.push(line),
        findPlaces: () => places,
        now: () => 0,
      })
    }
    return { lines, step, run }
  }

  test('say what they do, how far they are, and at the end that all is ready', async () => {
    const { lines, step, run } = machine()
    expect(await run([step('packages'), step('Electron')])).toEqual(['done', 'done'])
    expect(lines).toEqual([
      '[1/2] packages: fetching ...',
      '[1/2] packages: done in 0.0 s: there now',
      '[2/2] Electron: fetching ...',
      '[2/2] Electron: done in 0.0 s: there now',
      'Set-up: ready after 0.0 s.',
    ])
  })

  test('have nothing to do a second time', async () => {
    const { lines, step, run } = machine()
    await run([step('packages'), step('Electron')])
    expect(await run([step('packages'), step('Electron')])).toEqual(['ready', 'ready'])
    expect(lines).toEqual(['Set-up: nothing to do (0.0 s).'])
  })

  test('an optional one that fails is skipped with its reason, and the rest goes on', async () => {
    const { lines, step, run } = machine()
    expect(await run([step('packages'), step('Electron', { fails: true }), step('addon')])).toEqual([
      'done',
      'skipped',
      'done',
    ])
    expect(lines).toContain('[2/3] Electron: skipped: no network')
  })

  test('a required one that fails ends the set-up; the next run keeps what was done', async () => {
    const { lines, step, run } = machine()
    const packages = step('packages')
    await expect(run([packages, step('Node 22', { required: true, fails: true })])).rejects.toThrow(
      'no network',
    )
    expect(await run([packages, step('Node 22', { required: true })])).toEqual(['ready', 'done'])
    expect(lines[0]).toBe('[2/2] Node 22: fetching ...')
  })

  test('commands for what was skipped come last', async () => {
    const { lines, step, run } = machine()
    await run([step('libraries', { command: 'sudo apt-get install libgtk-3-0' }), step('addon')])
    expect(lines.at(-1)).toBe('What was skipped can be had with:\n  sudo apt-get install libgtk-3-0')
  })
})
