import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { chmod } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { backUp } from './backup.ts'
import { MIGRATIONS } from './migrations/index.ts'
import { replaceByBackup } from './restore.ts'
import { createStore, openStore } from './store.ts'

const PARTS = ['project.sqlite', 'project.sqlite-wal', 'project.sqlite-shm']
const SESSION = { id: 's', pid: 4711, host: 'here', started: '', heartbeat: '' }
const NOBODY = () => false

let folder = ''
let file = ''
let backup = ''
/** A project as a crash leaves it: what came after the backup lies in the log alone. */
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'drydock-restore-'))
  const living = join(folder, 'living')
  mkdirSync(living)
  const store = createStore(join(living, 'project.sqlite'))
  const paths = (prefix: string) => Array.from({ length: 200 }, (_, i) => `${prefix}${i}.png`)
  await store.write(() => {
    store.sessions.add(SESSION)
    for (const path of paths('before')) store.images.add({ path, size: 1, mtime: 2 })
  })
  const made = await backUp(store.db, join(living, 'backups'))
  store.db.pragma('wal_checkpoint(TRUNCATE)')
  await store.write(() => {
    for (const path of paths('after')) store.images.add({ path, size: 1, mtime: 2 })
  })
  const project = join(folder, 'harbour.drydock')
  cpSync(living, project, { recursive: true })
  store.close()
  file = join(project, 'project.sqlite')
  backup = join(project, 'backups', made.slice(-'project-2026-01-01T00-00-00-000Z.sqlite'.length))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** Overwrites the start of the database. */
function breakHeader(which: string): void {
  const bytes = readFileSync(which)
  bytes.fill(0x4e, 0, 64)
  writeFileSync(which, bytes)
}

/** Database and log; the third file is an index of the log, which SQLite makes anew whenever it reads. */
function contents(place: string): Buffer[] {
  return PARTS.slice(0, 2).map((name) => readFileSync(join(place, name)))
}

const projectFolder = () => join(folder, 'harbour.drydock')

test('a backup in the place of a damaged database holds what it held, and the former files lie beside it', async () => {
  breakHeader(file)
  expect(() => openStore(file)).toThrow(expect.objectContaining({ code: 'project_damaged' }))
  const before = contents(projectFolder())
  const kept = readFileSync(backup)

  const aside = await replaceByBackup(file, backup, NOBODY, new Date(Date.UTC(2026, 4, 3)))
  expect(aside).toBe(join(projectFolder(), 'backups', 'replaced-2026-05-03T00-00-00-000Z'))
  expect(readdirSync(aside).sort()).toEqual(PARTS.toSorted())
  expect(contents(aside)).toEqual(before)
  expect(readFileSync(backup).equals(kept)).toBe(true)
  expect(readdirSync(projectFolder()).sort()).toEqual(['backups', 'project.sqlite'])
  const store = openStore(file)
  expect([...store.images.all()]).toHaveLength(200)
  expect(store.db.pragma('integrity_check', { simple: true })).toBe('ok')
  expect(store.sessions.all()).toEqual([])
  store.close()
})

test('a whole project goes back to a backup, and what it held can be opened where it lies', async () => {
  const aside = await replaceByBackup(file, backup, NOBODY)
  const count = (which: string): number => {
    const store = openStore(which)
    const { length } = [...store.images.all()]
    store.close()
    return length
  }
  expect([count(file), count(join(aside, 'project.sqlite'))]).toEqual([200, 400])
})

test('a database that is gone is no hindrance, nor what an earlier try left', async () => {
  for (const name of PARTS) rmSync(join(projectFolder(), name))
  writeFileSync(`${file}.part`, 'half')
  writeFileSync(`${file}.part-wal`, 'half')
  const aside = await replaceByBackup(file, backup, NOBODY)
  expect(readdirSync(aside)).toEqual([])
  const store = openStore(file)
  expect([...store.images.all()]).toHaveLength(200)
  store.close()
})

test('where another program holds the database, so that nobody can tell who uses it, nothing is changed', async () => {
  const holder = new Database(file)
  holder.pragma('locking_mode = EXCLUSIVE')
  holder.exec('begin immediate')
  const before = contents(projectFolder())
  try {
    await expect(replaceByBackup(file, backup, NOBODY)).rejects.toMatchObject({ code: 'project_in_use' })
    expect(contents(projectFolder())).toEqual(before)
    expect(readdirSync(join(projectFolder(), 'backups'))).toHaveLength(1)
  } finally {
    holder.close()
  }
})

test('a database of a newer version, and one that is cut to nothing, are no hindrance', async () => {
  const bytes = readFileSync(file)
  bytes.writeUInt32BE(MIGRATIONS.length + 1, 60)
  for (const [second, there] of [bytes, Buffer.alloc(0)].entries()) {
    writeFileSync(file, there)
    const aside = await replaceByBackup(file, backup, NOBODY, new Date(Date.UTC(2026, 4, 3, 0, 0, second)))
    expect(readFileSync(join(aside, 'project.sqlite')).equals(there)).toBe(true)
  }
})

test.each<[string, string, () => void, () => boolean]>([
  ['the project is in use', 'project_in_use', () => {}, () => true],
  ['the backup is damaged at its start', 'project_damaged', () => breakHeader(backup), NOBODY],
  [
    'the backup is damaged inside',
    'project_damaged',
    () => {
      const bytes = readFileSync(backup)
      bytes.fill(0x5a, 4096, 6 * 4096)
      writeFileSync(backup, bytes)
    },
    NOBODY,
  ],
  [
    'the backup is of a newer version',
    'project_newer',
    () => {
      const bytes = readFileSync(backup)
      bytes.writeUInt32BE(MIGRATIONS.length + 1, 60)
      writeFileSync(backup, bytes)
    },
    NOBODY,
  ],
])('where %s nothing is changed', async (_, code, prepare, isAlive) => {
  prepare()
  const before = contents(projectFolder())
  await expect(replaceByBackup(file, backup, isAlive)).rejects.toMatchObject({ code })
  expect(contents(projectFolder())).toEqual(before)
  expect(readdirSync(projectFolder()).sort()).toEqual(['backups', ...PARTS].sort())
  expect(readdirSync(join(projectFolder(), 'backups'))).toHaveLength(1)
})

test.skipIf(process.platform === 'win32')('where the folder cannot be written, it says so', async () => {
  await chmod(folder, 0o755)
  await chmod(projectFolder(), 0o555)
  const root = process.getuid?.() === 0
  if (root) process.seteuid?.(65534)
  try {
    await expect(replaceByBackup(file, backup, NOBODY)).rejects.toMatchObject({ code: 'read_only' })
  } finally {
    if (root) process.seteuid?.(0)
    await chmod(projectFolder(), 0o755)
  }
})
