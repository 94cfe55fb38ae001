import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createStore } from '../../store/store.ts'
import { Sessions, isAlive } from './session.ts'
import type { Here } from './session.ts'

const NOW = Date.parse('2026-06-01T12:00:00Z')
const here: Here = {
  now: NOW,
  booted: NOW - 3_600_000,
  host: 'here',
  pid: 100,
  own: new Set(['own']),
  runs: (pid) => pid === 7,
}

function session(id: string, pid: number, age: number, host = 'here') {
  const at = new Date(NOW - age).toISOString()
  return { id, pid, host, started: at, heartbeat: at }
}

test('a session lives while its process does', () => {
  expect(isAlive(session('s', 7, 1000), here)).toBe(true)
  // a laptop that slept: its processes go on
  expect(isAlive(session('s', 7, 3_500_000), here)).toBe(true)
  expect(isAlive(session('s', 8, 1000), here)).toBe(false)
})

test('one from before the machine was started is dead, whoever has its number now', () => {
  expect(isAlive(session('s', 7, 3_620_000), here)).toBe(false)
  // the clock was set a little
  expect(isAlive(session('s', 7, 3_605_000), here)).toBe(true)
})

test('one with the number of this process lives only where it is its own', () => {
  expect(isAlive(session('own', 100, 1000), here)).toBe(true)
  expect(isAlive(session('s', 100, 1000), here)).toBe(false)
})

test('one on another machine lives while it beats', () => {
  expect(isAlive(session('s', 7, 200_000, 'elsewhere'), here)).toBe(false)
  expect(isAlive(session('s', 8, 30_000, 'elsewhere'), here)).toBe(true)
})

test('a session that was started lives until it ends', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'drydock-session-'))
  const store = createStore(join(folder, 'project.sqlite'))
  const sessions = new Sessions()
  const first = await sessions.start(store)
  const second = await sessions.start(store)
  const row = store.sessions.all().find(({ id }) => id === first.id)!
  expect(sessions.isAlive(row)).toBe(true)
  await first.end()
  expect(sessions.isAlive(row)).toBe(false)
  expect(store.sessions.all().map(({ id }) => id)).toEqual([second.id])
  await second.end()
  expect(store.sessions.all()).toEqual([])
  store.close()
  rmSync(folder, { recursive: true, force: true })
})
