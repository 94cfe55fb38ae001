import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { readdir, utimes } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { KEPT_BACKUPS, backUp, backUpDaily } from './backup.ts'
import { writeOldProject } from '../testing/old-project.ts'
import { NO_FILTER } from '../core/list/order.ts'
import { applyMigration, connect, versionOf } from './database.ts'
import { MIGRATIONS } from './migrations/index.ts'
import type { Migration } from './migrations/migration.ts'
import { createStore, openStore, openToRead, prepareMigration } from './store.ts'

let folder = ''
let file = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'drydock-store-'))
  file = join(folder, 'project.sqlite')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const last = MIGRATIONS.at(-1)!.number
const NEXT: Migration = {
  number: last + 1,
  name: 'next',
  sql: "alter table images add column note text not null default 'new'",
}
const BROKEN: Migration = {
  number: last + 2,
  name: 'broken',
  sql: 'create table half (id integer); select * from nowhere',
}

function made(paths: string[] = ['a.png', 'b.png']): void {
  const store = createStore(file)
  store.db.transaction(() => {
    for (const path of paths) store.images.add({ path, size: 1, mtime: 2 })
  })()
  store.close()
}

test('the connection that writes keeps 2 MB of pages, one that reads a tenth of it, however long they are open', () => {
  made()
  const [writing, reading] = [openStore(file), openToRead(file)]
  const kept = [writing, reading].map(({ db }) => db.pragma('cache_size', { simple: true }))
  expect(kept).toEqual([-2000, -200])
  reading.close()
  writing.close()
})

test('a connection compiles the statements of what is used alone: each read has one of its own', () => {
  made()
  const prepare = vi.spyOn(Database.prototype, 'prepare')
  const store = openToRead(file)
  expect(prepare).not.toHaveBeenCalled()
  store.meta.get('name')
  const once = prepare.mock.calls.length
  store.meta.get('name')
  expect([once > 0, prepare.mock.calls.length]).toEqual([true, once])
  prepare.mockRestore()
  store.close()
})

test.each(MIGRATIONS.map((_, i) => i + 1))(
  'from version %i the schema comes to that of a new project',
  async (n) => {
    const old = connect(file)
    for (const migration of MIGRATIONS.slice(0, n)) applyMigration(old, migration)
    old.pragma(`user_version = ${MIGRATIONS[n - 1]!.number}`)
    old.pragma('application_id = 1148352868')
    old.pragma('wal_checkpoint(TRUNCATE)')
    old.close()
    const schema = (db: ReturnType<typeof connect>): unknown =>
      db.prepare('select type, name, sql from sqlite_schema order by type, name').all()
    const migrated = openStore(file)
    const fresh = createStore(join(folder, 'new.sqlite'))
    expect(schema(migrated.db)).toEqual(schema(fresh.db))
    migrated.close()
    fresh.close()
  },
)

test('runs from before flips could be chosen were made without', async () => {
  const old = connect(file)
  old.exec(MIGRATIONS[0]!.sql)
  old.exec(`insert into models values ('m', 'base', null, '', 'base', 1, 1, 0, null, '')`)
  const known = { foreground: 0.5, sigma: null, alpha: 2, minArea: 4, minScore: 0, separate: true }
  const settings = { ...known, necks: false, rectangles: false }
  const insert = 'insert into runs (name, kind, model_id, settings_json, created_at) values (?, ?, ?, ?, ?)'
  old.prepare(insert).run('base', 'model', 'm', JSON.stringify(known), '')
  old.prepare(insert).run('Kim', 'labels', null, null, '')
  old.pragma('user_version = 1')
  old.pragma('application_id = 1148352868')
  old.pragma('wal_checkpoint(TRUNCATE)')
  old.close()
  const { runs, ...store } = openStore(file)
  expect(runs.all(null).map(({ name, flips }) => [name, flips])).toEqual([
    ['base', false],
    ['Kim', false],
  ])
  expect([runs.find('m', settings, false), runs.find('m', settings, true)]).toEqual([1, null])
  await store.write(() =>
    runs.add({ name: 'flips', kind: 'model', model: 'm', settings, flips: true, createdAt: '' }),
  )
  expect([runs.find('m', settings, false), runs.find('m', settings, true)]).toEqual([1, 3])
  expect(runs.get(3)).toMatchObject({ name: 'flips', settings, flips: true })
  expect(runs.get(1)?.settings).toEqual(settings)
  // what came later than those settings makes another run
  const boxes = { ...settings, rectangles: true }
  expect(runs.find('m', boxes, false)).toBeNull()
  await store.write(() =>
    runs.add({ name: 'boxes', kind: 'model', model: 'm', settings: boxes, flips: false, createdAt: '' }),
  )
  expect([runs.find('m', boxes, false), runs.find('m', settings, false)]).toEqual([4, 1])
  expect(runs.get(4)?.settings).toEqual(boxes)
  store.close()
})

test('marks from before their content was kept: of a changed picture it is not known, of others it is that of the file', () => {
  const old = connect(file)
  for (const { sql } of MIGRATIONS.slice(0, 2)) old.exec(sql)
  const insert = 'insert into images (path, size, mtime, sha256, file_state) values (?, 1, 2, ?, ?)'
  for (const [path, sha256, state] of [
    ['changed.png', 'new', 'changed'],
    ['missing.png', 'same', 'missing'],
    ['ok.png', 'same', 'ok'],
    ['unread.png', null, 'pending'],
  ]) {
    old.prepare(insert).run(path, sha256, state)
  }
  old.pragma('user_version = 2')
  old.pragma('application_id = 1148352868')
  old.pragma('wal_checkpoint(TRUNCATE)')
  old.close()
  const store = openStore(file)
  expect([...store.images.all()].map(({ markedSha256 }) => markedSha256)).toEqual(['', 'same', 'same', null])
  store.close()
})

test('images from before places by name were kept have theirs; one that takes another path, that one', async () => {
  const old = connect(file)
  for (const migration of MIGRATIONS.slice(0, 10)) applyMigration(old, migration)
  const insert = old.prepare('insert into images (id, path, size, mtime) values (?, ?, 1, 2)')
  ;['b10.png', 'a.png', 'B9.png', 'b11.png'].forEach((path, i) => insert.run(i + 1, path))
  old.pragma('user_version = 10')
  old.pragma('application_id = 1148352868')
  old.pragma('wal_checkpoint(TRUNCATE)')
  old.close()
  const store = openStore(file)
  expect([...store.lists.byName(NO_FILTER)]).toEqual([2, 3, 1, 4])
  await store.write(() => store.moves.takePlace(2, { id: 4, path: 'b11.png' }))
  expect([...store.lists.byName(NO_FILTER)]).toEqual([3, 1, 2])
  store.close()
})

test('jobs from before they were data are kept; what trainings went on by is their payload', () => {
  const old = connect(file)
  for (const { sql } of MIGRATIONS.slice(0, 3)) old.exec(sql)
  const insert = old.prepare(
    `insert into jobs (id, session_id, kind, title, state, done, total, unit, started_at, ended_at, summary, settings_json)
     values (?, 's', ?, 'Work', 'done', 1, 2, 'images', ?, 'then', 'Said.', ?)`,
  )
  insert.run('a', 'predict', '1', null)
  insert.run('b', 'train', '2', '{"folder":"f"}')
  old.pragma('user_version = 3')
  old.pragma('application_id = 1148352868')
  old.pragma('wal_checkpoint(TRUNCATE)')
  old.close()
  const store = openStore(file)
  expect(store.jobs.recent()).toMatchObject([
    {
      id: 'b',
      kind: 'train',
      version: 1,
      payload: '{"folder":"f"}',
      lane: 'train',
      done: 1,
      summary: 'Said.',
    },
    { id: 'a', kind: 'predict', version: 0, payload: '{}', endedAt: 'then' },
  ])
  const of = store.jobs.get('a')!
  store.jobs.put({ ...of, id: 'c', kind: 'a kind that is to come' })
  expect(store.jobs.get('c')?.kind).toBe('a kind that is to come')
  store.close()
})

test('a stored inverse that is not the reverse of its edit refuses the project, which stays as it was', () => {
  const images = join(folder, 'images')
  for (const [project, version] of [
    ['sound', 1],
    ['contradicting', 2],
  ] as const) {
    writeOldProject(join(folder, project), images, version)
  }
  const broken = join(folder, 'contradicting', 'project.sqlite')
  const tamper = connect(broken)
  tamper.exec(`drop trigger edits_never_change;
    update edits set inverse_json = replace(inverse_json, '206 6', '206 5') where id = 3;
    create trigger edits_never_change before update on edits begin select raise(abort, 'edits are append-only'); end;`)
  tamper.close()
  expect(() => openStore(broken)).toThrow(
    expect.objectContaining({ code: 'project_damaged', data: { edit: 3, image: 'a.png' } }),
  )
  const after = connect(broken)
  expect(versionOf(after)).toBe(2)
  expect(after.prepare('select count(inverse_json) from edits').pluck().get()).toBe(4)
  after.close()
  const sound = openStore(join(folder, 'sound', 'project.sqlite'))
  expect(sound.edits.get(3)?.forward).toMatchObject({
    version: 4,
    instances: [{ before: { origin: 'drawn', edited: false, colour: 3 }, removed: '206 6 246 6' }],
  })
  sound.close()
})

test('an edit of a form that is not known is refused with a sentence', async () => {
  made()
  const store = openStore(file)
  const forward = {
    version: 7,
    kind: 'status' as const,
    instances: [],
    decisions: [],
    status: null,
    flag: null,
  }
  const edit = { gestureId: 'g', groupId: null, image: 1, revision: 1, kind: 'do' as const, target: null }
  const id = await store.write(() => store.edits.add({ ...edit, parent: null, forward, author: '', at: '' }))
  expect(() => store.edits.get(id)).toThrow(
    expect.objectContaining({
      code: 'project_newer',
      message: expect.stringContaining('newer Drydock') as string,
    }),
  )
  store.close()
})

test('a migration is applied once, keeps what is there, and a failing one leaves the version before it', () => {
  made()
  const store = openStore(file, { migrations: [...MIGRATIONS, NEXT] })
  expect(store.db.prepare('select path, note from images').all()).toEqual([
    { path: 'a.png', note: 'new' },
    { path: 'b.png', note: 'new' },
  ])
  store.close()
  expect(() => openStore(file, { migrations: [...MIGRATIONS, NEXT, BROKEN] })).toThrow('nowhere')
  const again = openStore(file, { migrations: [...MIGRATIONS, NEXT] })
  expect(again.db.prepare("select count(*) from sqlite_schema where name = 'half'").pluck().get()).toBe(0)
  expect([...again.images.all()]).toHaveLength(2)
  again.close()
})

test('before a migration nobody else may have the project open, and a backup is made', async () => {
  made()
  const backups = join(folder, 'backups')
  const migrations = [...MIGRATIONS, NEXT]
  await prepareMigration(file, backups, () => true)
  expect(await readdir(folder)).toEqual(['project.sqlite'])
  const store = openStore(file)
  store.sessions.add({ id: 's', pid: 4711, host: 'here', started: '', heartbeat: '' })
  store.close()
  const blocked = prepareMigration(file, backups, () => true, migrations)
  await expect(blocked).rejects.toMatchObject({ code: 'project_in_use', data: { pid: 4711 } })
  const asked: unknown[][] = []
  await prepareMigration(
    file,
    backups,
    (...args) => {
      asked.push(args.map((arg) => (typeof arg === 'object' ? arg.id : arg)))
      return false
    },
    migrations,
  )
  expect(asked).toEqual([['s']])
  const [backup] = await readdir(backups)
  openStore(file, { migrations }).close()
  const before = openStore(join(backups, backup!))
  expect([...before.images.all()]).toHaveLength(2)
  before.close()
})

test('a project of a newer version is refused and stays unchanged to the byte', async () => {
  made()
  openStore(file, { migrations: [...MIGRATIONS, NEXT] }).close()
  const before = readFileSync(file)
  expect(() => openStore(file)).toThrow(expect.objectContaining({ code: 'project_newer' }))
  expect(readFileSync(file).equals(before)).toBe(true)
  expect(await readdir(folder)).toEqual(['project.sqlite'])
})

test.each([
  [
    'no database',
    () =>
      writeFileSync(
        file,
        'a text, and long enough to be more than the hundred bytes of a header. '.repeat(4),
      ),
  ],
  ['empty', () => writeFileSync(file, '')],
  ['cut off', () => truncateSync(file, 5 * 4096)],
  [
    'of another program',
    () => {
      const bytes = readFileSync(file)
      bytes.writeUInt32BE(1234, 68)
      writeFileSync(file, bytes)
    },
  ],
  [
    'broken inside',
    () => {
      const bytes = readFileSync(file)
      bytes.fill(0x5a, 4096, 6 * 4096)
      writeFileSync(file, bytes)
    },
  ],
])('a damaged file (%s) is refused with a sentence and left as it is', (_, damage) => {
  made(Array.from({ length: 500 }, (_, i) => `${i}.png`))
  damage()
  const before = readFileSync(file)
  expect(() => openStore(file)).toThrow(expect.objectContaining({ code: 'project_damaged' }))
  expect(readFileSync(file).equals(before)).toBe(true)
})

test('a write waits for another process without blocking this one', async () => {
  made()
  const [one, two] = [openStore(file), openStore(file)]
  one.db.exec('begin immediate')
  let ticks = 0
  const timer = setInterval(() => ticks++, 1)
  const written = two.write(() => two.images.add({ path: 'c.png', size: 1, mtime: 1 }))
  while (ticks < 20) await new Promise(setImmediate)
  expect(one.db.prepare('select count(*) from images').pluck().get()).toBe(2)
  one.db.exec('commit')
  await written
  clearInterval(timer)
  expect([...one.images.all()]).toHaveLength(3)
  expect(two.dataVersion()).toBe(two.dataVersion())
  one.close()
  two.close()
})

test('a failing write leaves nothing; a bulk write lets others through', async () => {
  made([])
  const store = openStore(file)
  const failing = store.write(() => {
    store.images.add({ path: 'x.png', size: 1, mtime: 1 })
    throw new Error('no')
  })
  await expect(failing).rejects.toThrow('no')
  expect([...store.images.all()]).toEqual([])
  const order: string[] = []
  const many = Array.from({ length: 40 }, (_, i) => i)
  const slow = (): void => {
    const end = performance.now() + 2
    while (performance.now() < end);
  }
  await Promise.all([
    store.inBatches(many, (i) => {
      slow()
      order.push(`bulk ${i}`)
    }),
    store.write(() => void order.push('gesture')),
  ])
  expect(order.indexOf('gesture')).toBeLessThan(order.indexOf('bulk 39'))
  expect(order).toHaveLength(41)
  store.close()
})

test('a bulk write waits for the disk once, with its last item, and every other write waits each time', async () => {
  made()
  const store = openStore(file)
  // 1 NORMAL: in the log, in order; 2 FULL: on the disk
  const waits = (): unknown => store.db.pragma('synchronous', { simple: true })
  const seen: unknown[] = []
  await store.inBatches([1, 2, 3], () => void seen.push(waits()))
  expect(seen).toEqual([1, 1, 2])
  await store.inBatches([1], () => void seen.push(waits()))
  expect(seen.pop()).toBe(2)
  await store.write(() => void seen.push(waits()))
  expect(seen.pop()).toBe(2)
  const failing = store.inBatches([1, 2], () => {
    throw new Error('no')
  })
  await expect(failing).rejects.toThrow('no')
  expect(waits()).toBe(2)
  store.close()
})

test('pieces of map layers that were left without one belong to nobody, and can be taken away', () => {
  const old = connect(file)
  for (const migration of MIGRATIONS.slice(0, 20)) applyMigration(old, migration)
  const piece = `insert into map_pieces values (?, 'points', 1, null, 0, 0, 0, 0, x'')`
  for (const layer of [1, 2, 2]) old.prepare(piece).run(layer)
  old.exec(`insert into map_layers values (1, 'coast', 1, '')`)
  old.pragma('user_version = 20')
  old.pragma('application_id = 1148352868')
  old.pragma('wal_checkpoint(TRUNCATE)')
  old.close()
  const { mapLayers, ...store } = openStore(file)
  expect([mapLayers.all(), mapLayers.lost()]).toEqual([[{ id: 1, name: 'coast', onEarth: true }], [2]])
  expect([mapLayers.removeSome(2), mapLayers.removeSome(2), mapLayers.lost()]).toEqual([true, false, []])
  expect(mapLayers.near(null)).toHaveLength(1)
  store.close()
})

test('a store for looking refuses every write', async () => {
  made()
  const store = openStore(file, { readOnly: true })
  expect([...store.images.all()]).toHaveLength(2)
  await expect(store.write(() => store.meta.set('name', 'x'))).rejects.toMatchObject({ code: 'read_only' })
  store.close()
})

test('backups are whole, made once a day, and the last seven are kept', async () => {
  made()
  const store = openStore(file)
  const backups = join(folder, 'backups')
  const day = (n: number): Date => new Date(Date.UTC(2026, 0, n))
  for (let n = 1; n <= KEPT_BACKUPS + 2; n++) await backUp(store.db, backups, day(n))
  const names = (await readdir(backups)).sort()
  expect(names).toHaveLength(KEPT_BACKUPS)
  expect(names[0]).toContain('2026-01-03')
  await backUpDaily(store.db, backups)
  expect(await readdir(backups)).toHaveLength(KEPT_BACKUPS)
  expect((await readdir(backups)).sort()).toEqual(names)
  await utimes(join(backups, names.at(-1)!), day(1), day(1))
  await backUpDaily(store.db, backups)
  const newest = (await readdir(backups)).sort().at(-1)!
  expect(newest).not.toBe(names.at(-1))
  store.close()
  const copy = openStore(join(backups, newest))
  expect([...copy.images.all()].map(({ path }) => path)).toEqual(['a.png', 'b.png'])
  copy.close()
})
