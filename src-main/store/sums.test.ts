import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { IMAGE_STATUSES, SPLITS } from '../contract/words.ts'
import type { Split } from '../contract/words.ts'
import { f2Of } from '../core/metric/thresholds.ts'
import { applyMigration, connect } from './database.ts'
import { MIGRATIONS } from './migrations/index.ts'
import type { Store } from './store.ts'
import { createStore, openStore } from './store.ts'

let folder = ''
let store: Store
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'drydock-sums-'))
  store = createStore(join(folder, 'project.sqlite'))
})
afterAll(() => {
  store.close()
  rmSync(folder, { recursive: true, force: true })
})

const UNITS = 2 ** 40
const levels = Array.from({ length: 10 }, (_, level) => level)

/** The sums counted anew from every row, one image after the other. */
function recount(run: number, split: Split | null, of = store): unknown {
  const sum = { scorable: 0, fresh: 0, images: 0, f2: 0n, withShips: 0, f2WithShips: 0n }
  const ignoring = { withAreas: 0, f2: 0n, withShips: 0n }
  const thresholds = levels.map(() => ({ tp: 0, fp: 0, fn: 0, f2: 0n }))
  const units = (f2: number): bigint => BigInt(Math.round(f2 * UNITS))
  for (const image of [...of.images.all()]) {
    const finished = image.leftOut === null && (image.status === 'done' || image.status === 'no ship')
    if (!finished || (split !== null && image.split !== split) || !of.runs.image(run, image.id)) continue
    sum.scorable++
    const score = of.scores.get(run, image.id)
    if (!score) continue
    sum.images++
    if (score.truthRevision >= image.truthRevision) sum.fresh++
    sum.f2 += units(score.f2)
    const without = units(score.ignoringF2 ?? score.f2)
    ignoring.f2 += without
    if (score.ignoringF2 !== null) ignoring.withAreas++
    if (score.thresholds[0]!.tp + score.thresholds[0]!.fn > 0) {
      sum.withShips++
      sum.f2WithShips += units(score.f2)
      ignoring.withShips += without
    }
    thresholds.forEach((at, level) => {
      const { tp, fp, fn, f2 } = score.thresholds[level]!
      at.tp += tp
      at.fp += fp
      at.fn += fn
      at.f2 += units(f2)
    })
  }
  const rounded = (one: { f2: bigint }): object => ({ ...one, f2: Number(one.f2) / UNITS })
  return {
    ...rounded(sum),
    f2WithShips: Number(sum.f2WithShips) / UNITS,
    withAreas: ignoring.withAreas,
    ignoringF2: Number(ignoring.f2) / UNITS,
    ignoringF2WithShips: Number(ignoring.withShips) / UNITS,
    thresholds: thresholds.map(rounded),
  }
}

const image = fc.integer({ min: 1, max: 3 })
const run = fc.integer({ min: 1, max: 3 })
const counts = fc.record({
  truth: fc.nat(3),
  predictions: fc.nat(3),
  hits: fc.array(fc.nat(3), { minLength: 10, maxLength: 10 }),
  ignoringF2: fc.constantFrom(null, 0.5, 1),
})

/** What a process, ours or another, may do to what the sums are made of. */
const act = fc.oneof(
  fc.record({ act: fc.constant('status' as const), image, status: fc.constantFrom(...IMAGE_STATUSES) }),
  fc.record({ act: fc.constant('leave out' as const), image, reason: fc.constantFrom(null, 'a', 'b') }),
  fc.record({ act: fc.constant('split' as const), image, split: fc.constantFrom(...SPLITS) }),
  fc.record({ act: fc.constant('truth' as const), image, revision: fc.nat(3) }),
  fc.record({ act: fc.constant('reach' as const), image, run }),
  fc.record({ act: fc.constant('score' as const), image, run, counts, revision: fc.nat(3) }),
  fc.record({
    act: fc.constant('score' as const),
    image: fc.constant(1),
    run: fc.constant(1),
    counts,
    revision: fc.nat(3),
  }),
  fc.record({ act: fc.constantFrom('unreach' as const, 'unscore' as const), image, run }),
  fc.record({ act: fc.constantFrom('forget run' as const, 'new run' as const), run }),
  fc.record({ act: fc.constant('other categories count' as const) }),
  fc.record({ act: fc.constantFrom('forget image' as const, 'new image' as const), image }),
)

function perform(a: typeof act extends fc.Arbitrary<infer T> ? T : never): void {
  const { db, images, runs, scores } = store
  const known = (table: 'images' | 'runs', id: number): boolean =>
    db.prepare(`select 1 from ${table} where id = ?`).get(id) !== undefined
  const there = (): boolean => 'image' in a && 'run' in a && known('images', a.image) && known('runs', a.run)
  if (a.act === 'status') images.setStatus(a.image, a.status)
  else if (a.act === 'leave out') images.setLeftOut(a.image, a.reason)
  else if (a.act === 'other categories count') {
    db.exec(`update categories set instances = 1, counts = not counts where key = 'ship'`)
  } else if (a.act === 'split') images.setSplit(a.image, a.split, 'person')
  else if (a.act === 'truth') images.setEdited(a.image, a.revision, a.revision, null)
  else if (a.act === 'reach' && there()) {
    runs.reach({ run: a.run, image: a.image, sha256: null, inference: null, doubt: null }, '')
  } else if (a.act === 'score' && there()) {
    const thresholds = a.counts.hits.map((hits, level) => {
      const tp = Math.min(hits, a.counts.truth, a.counts.predictions)
      const [fp, fn] = [a.counts.predictions - tp, a.counts.truth - tp]
      return { iou: (10 + level) / 20, tp, fp, fn, f2: f2Of(tp, fp, fn) }
    })
    const f2 = thresholds.reduce((sum, at) => sum + at.f2, 0) / 10
    const { ignoringF2 } = a.counts
    scores.put(a.run, { image: a.image, f2, thresholds, ignoringF2, truthRevision: a.revision }, '')
  } else if (a.act === 'unreach') {
    db.prepare('delete from run_images where run_id = ? and image_id = ?').run(a.run, a.image)
  } else if (a.act === 'unscore') {
    db.prepare('delete from scores where run_id = ? and image_id = ?').run(a.run, a.image)
  } else if (a.act === 'forget run') {
    for (const table of ['run_images', 'scores'])
      db.prepare(`delete from ${table} where run_id = ?`).run(a.run)
    db.prepare('delete from runs where id = ?').run(a.run)
  } else if (a.act === 'forget image') {
    for (const table of ['run_images', 'scores'])
      db.prepare(`delete from ${table} where image_id = ?`).run(a.image)
    db.prepare('delete from images where id = ?').run(a.image)
  } else if (a.act === 'new run' && !known('runs', a.run)) {
    db.prepare("insert into runs (id, name, kind, created_at) values (?, '', 'labels', '')").run(a.run)
  } else if (a.act === 'new image' && !known('images', a.image)) {
    db.prepare('insert into images (id, path, size, mtime) values (?, ?, 0, 0)').run(
      a.image,
      `${a.image}.png`,
    )
  }
}

test('whatever is written, and however it is taken back, the sums are those of a full count', () => {
  fc.assert(
    fc.property(fc.array(act, { minLength: 5, maxLength: 60 }), (acts) => {
      for (let id = 1; id <= 3; id++) {
        perform({ act: 'new image', image: id })
        perform({ act: 'new run', run: id })
        perform({ act: 'status', image: id, status: 'done' })
        perform({ act: 'reach', image: id, run: id })
      }
      for (const one of acts) {
        perform(one)
        for (const split of [null, ...SPLITS]) {
          const all = [...store.images.all()].filter((row) => split === null || row.split === split)
          const kept = all.filter(({ leftOut }) => leftOut === null)
          const finished = kept.filter(({ status }) => status === 'done' || status === 'no ship').length
          const leftOut = all.length - kept.length
          expect(store.sums.counts(split)).toEqual({ images: kept.length, finished, leftOut })
          for (const { id } of store.runs.all(null))
            expect(store.sums.of(id, split)).toEqual(recount(id, split))
        }
        for (const { id, images } of store.runs.all(null)) expect(images).toBe(store.runs.images(id).length)
      }
    }),
    { numRuns: 25 },
  )
})

test('a project from before sums and counts were kept has those of a full count', () => {
  const file = join(folder, 'old.sqlite')
  const old = connect(file)
  for (const { sql } of MIGRATIONS.slice(0, 3)) old.exec(sql)
  old.exec('begin')
  const image = old.prepare(
    'insert into images (id, path, size, mtime, status, split, truth_revision) values (?, ?, 0, 0, ?, ?, ?)',
  )
  const score = old.prepare("insert into scores values (?, ?, ?, ?, ?, '')")
  for (let run = 1; run <= 3; run++)
    old.prepare("insert into runs (id, name, kind, created_at) values (?, '', 'labels', '')").run(run)
  for (let id = 1; id <= 60; id++) {
    image.run(id, `${id}.png`, IMAGE_STATUSES[id % 4], [null, ...SPLITS][id % 3], id % 2)
    for (let run = 1; run <= 2; run++) {
      if (id % 5 !== run)
        old.prepare("insert into run_images (run_id, image_id, at) values (?, ?, '')").run(run, id)
      const [truth, predictions] = [id % 7 === 0 ? 0 : id % 3, (id + run) % 4]
      const thresholds = levels.map((level) => {
        const tp = Math.min(truth, predictions, (id + level) % 3)
        const [fp, fn] = [predictions - tp, truth - tp]
        return { iou: (10 + level) / 20, tp, fp, fn, f2: f2Of(tp, fp, fn) }
      })
      const f2 = thresholds.reduce((sum, at) => sum + at.f2, 0) / 10
      // a score of before the run reached the image again may be left over
      if (id % 11 !== 0) score.run(run, id, f2, JSON.stringify(thresholds), 1)
    }
  }
  old.exec('commit')
  old.pragma('user_version = 3')
  old.pragma('application_id = 1148352868')
  old.pragma('wal_checkpoint(TRUNCATE)')
  old.close()
  const migrated = openStore(file)
  expect(migrated.runs.all(null).map(({ images }) => images)).toEqual([48, 48, 0])
  for (const split of [null, ...SPLITS]) {
    for (const run of [1, 2, 3]) expect(migrated.sums.of(run, split)).toEqual(recount(run, split, migrated))
  }
  expect(migrated.sums.of(1, null).withShips).toBeGreaterThan(5)
  migrated.close()
})

test('scores of images with areas to ignore are stale in a project from before there was a score without them', () => {
  const file = join(folder, 'areas.sqlite')
  const old = connect(file)
  for (const migration of MIGRATIONS.slice(0, 19)) applyMigration(old, migration)
  const thresholds = levels.map((level) => ({ iou: (10 + level) / 20, tp: 0, fp: 0, fn: 0, f2: 1 }))
  old.exec("insert into runs (id, name, kind, created_at) values (1, '', 'labels', '')")
  for (const id of [1, 2]) {
    old.exec(
      `insert into images (id, path, size, mtime, status) values (${id}, '${id}.png', 0, 0, 'done');
       insert into run_images (run_id, image_id, at) values (1, ${id}, '')`,
    )
    old.prepare("insert into scores values (1, ?, 1, ?, 0, '', 0)").run(id, JSON.stringify(thresholds))
  }
  old.exec(
    `insert into truth (id, image_id, rle, area, origin, edited, colour, ignore) values ('a', 2, '1 1', 1, 'drawn', 0, 0, 1)`,
  )
  old.pragma('user_version = 19')
  old.pragma('application_id = 1148352868')
  old.pragma('wal_checkpoint(TRUNCATE)')
  old.close()
  const migrated = openStore(file)
  expect(migrated.scores.stale(1)).toEqual([2])
  expect(migrated.sums.of(1, null)).toMatchObject({ images: 2, fresh: 1, f2: 2, withAreas: 0, ignoringF2: 2 })
  migrated.scores.put(1, { image: 2, f2: 0.5, thresholds, ignoringF2: 1, truthRevision: 0 }, '')
  expect(migrated.sums.of(1, null)).toMatchObject({ fresh: 2, f2: 1.5, withAreas: 1, ignoringF2: 2 })
  migrated.close()
})

test('twenty thousand thirds are summed without an error', () => {
  const { db } = store
  db.exec(
    "delete from scores; delete from run_images; delete from images; insert or ignore into runs (id, name, kind, created_at) values (1, '', 'labels', '')",
  )
  const thresholds = JSON.stringify(
    levels.map((level) => ({ iou: (10 + level) / 20, tp: 1, fp: 8, fn: 0, f2: 5 / 13 })),
  )
  const series = 'with recursive n (i) as (select 1 union all select i + 1 from n where i < 20000)'
  db.transaction(() => {
    db.exec(
      `${series} insert into images (id, path, size, mtime, status) select i, i || '.png', 0, 0, 'done' from n`,
    )
    db.exec(`${series} insert into run_images (run_id, image_id, at) select 1, i, '' from n`)
    db.prepare(
      `${series} insert into scores select 1, i, 1.0 / 3, ?, 0, '', epoch, null from n, counting`,
    ).run(thresholds)
  })()
  const third = Math.round(UNITS / 3)
  const sums = store.sums.of(1, null)
  expect(sums).toMatchObject({ images: 20000, fresh: 20000, f2: Number(20000n * BigInt(third)) / UNITS })
  expect(sums.thresholds[9]).toMatchObject({ tp: 20000, fp: 160000, fn: 0 })
})
