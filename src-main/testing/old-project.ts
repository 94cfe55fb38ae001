import { randomUUID } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { formatRle, fromPredicate } from '../core/mask/rle.ts'
import { applyMigration, connect } from '../store/database.ts'
import { MIGRATIONS } from '../store/migrations/index.ts'

export const OLD_SIZE = { width: 60, height: 40 }
export const OLD_IMAGES = {
  'a.png': { ...OLD_SIZE, ships: [{ x: 5, y: 5, width: 10, height: 6 }] },
  'b.png': {
    ...OLD_SIZE,
    ships: [
      { x: 5, y: 5, width: 10, height: 6 },
      { x: 30, y: 20, width: 8, height: 12 },
    ],
    shade: 25,
  },
  'c.png': { ...OLD_SIZE, ships: [], shade: 30 },
}

const box = (x: number, y: number, width: number, height: number): string =>
  formatRle(fromPredicate(OLD_SIZE, () => true, { x, y, width, height }))

const SHIP = '00000000-0000-4000-8000-000000000001'

/**
 * Writes a project as a Drydock of schema 1 to 5 left it, with inverses stored: one ship drawn, the image done, a cut taken back;
 * a run of labels with its score.
 * @param folder must not exist
 */
export function writeOldProject(folder: string, imagesRoot: string, version: number): void {
  mkdirSync(folder)
  const db = connect(join(folder, 'project.sqlite'))
  for (const migration of MIGRATIONS.slice(0, version)) applyMigration(db, migration)
  const meta = db.prepare('insert into meta values (?, ?)')
  for (const [name, value] of [
    ['images_root', imagesRoot],
    ['name', 'harbour'],
    ['current_run', '1'],
  ]) {
    meta.run(name, value)
  }
  const image = db.prepare('insert into images (id, path, size, mtime, split) values (?, ?, 0, 0, ?)')
  const splits = ['train', 'validation', 'hold-out']
  Object.keys(OLD_IMAGES).forEach((path, i) => image.run(i + 1, path, splits[i]))
  const whole = box(5, 5, 10, 6)
  const cut = box(5, 5, 2, 6)
  db.prepare("insert into truth values (1, ?, 1, ?, 60, 'drawn', 0, 3)").run(SHIP, whole)
  const ship = { instance: SHIP, origin: 'drawn', editedBefore: false, editedAfter: false, colour: 3 }
  const created = { ...ship, lifecycle: 'create', added: whole, removed: '' }
  const deleted = { ...ship, lifecycle: 'delete', added: '', removed: whole }
  const smaller = { ...ship, lifecycle: null, added: '', removed: cut }
  const larger = { ...ship, lifecycle: null, added: cut, removed: '' }
  const plan = (kind: string, instances: object[], status: object | null = null): string =>
    JSON.stringify({ kind, instances, decisions: [], status, flag: null })
  const moves = (from: string, to: string): object => ({ from, to })
  const edit = db.prepare(
    `insert into edits (gesture_id, image_id, revision, kind, target_edit, parent_edit, forward_json, inverse_json, author, at)
     values (?, 1, ?, ?, ?, ?, ?, ?, 'kim', '2026-01-01T00:00:00.000Z')`,
  )
  const [todo, busy, done] = ['to do', 'in progress', 'done']
  const rows: [string, number | null, number | null, string, string][] = [
    [
      'do',
      null,
      null,
      plan('polygon', [created], moves(todo, busy)),
      plan('polygon', [deleted], moves(busy, todo)),
    ],
    ['do', null, 1, plan('status', [], moves(busy, done)), plan('status', [], moves(done, busy))],
    ['do', null, 2, plan('erase', [smaller]), plan('erase', [larger])],
    ['undo', 3, 3, plan('erase', [larger]), plan('erase', [smaller])],
  ]
  rows.forEach((row, i) => edit.run(randomUUID(), i + 1, ...row))
  db.exec("update images set status = 'done', revision = 4, truth_revision = 4, head_edit = 2 where id = 1")
  db.exec("insert into runs (id, name, kind, created_at) values (1, 'Kim', 'labels', '')")
  const reached = db.prepare("insert into run_images (run_id, image_id, at) values (1, ?, '')")
  const predicted = db.prepare('insert into predictions values (?, ?, 1, ?, ?, ?, 1, -1, ?, null)')
  for (const id of [1, 2]) {
    reached.run(id)
    predicted.run(id, randomUUID(), id, box(5, 5, 10, 5), 50, id)
  }
  // IoU 50 / 60: a hit at 0.50 to 0.80
  const thresholds = Array.from({ length: 10 }, (_, i) => ({
    iou: (10 + i) / 20,
    ...(i < 7 ? { tp: 1, fp: 0, fn: 0, f2: 1 } : { tp: 0, fp: 1, fn: 1, f2: 0 }),
  }))
  db.prepare("insert into scores values (1, 1, 0.7, ?, 4, '')").run(JSON.stringify(thresholds))
  db.pragma(`user_version = ${version}`)
  db.pragma('application_id = 1148352868')
  db.pragma('wal_checkpoint(TRUNCATE)')
  db.close()
}
