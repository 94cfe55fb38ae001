import Database from 'better-sqlite3'
import { z } from 'zod'
import { editPlan, thresholdScore } from '../contract/wire.ts'
import { applyPlan, editStateOf } from '../core/edit/edit.ts'
import { formatRle, parseRle } from '../core/mask/rle.ts'
import type { Size } from '../core/mask/rle.ts'
import { scoreImage } from '../core/metric/f2.ts'
import { openToRead } from '../store/store.ts'
import type { Store } from '../store/store.ts'

/**
 * What holds in a project's database whatever was done to it and whenever its process was killed, looked at past every process.
 * @param size of all its images
 * @returns what does not hold
 */
export function faultsOf(file: string, size: Size): string[] {
  const store = openToRead(file)
  try {
    const whole = store.db.pragma('integrity_check', { simple: true })
    return [
      ...(whole === 'ok' ? [] : [`damaged: ${String(whole)}`]),
      ...found(store, 'a row that refers to nothing', 'pragma foreign_key_check'),
      ...found(
        store,
        'an image that a group has changed twice',
        `select image_id, group_id from edits where kind = 'do' and group_id is not null group by image_id, group_id having count(*) > 1`,
      ),
      ...found(
        store,
        'a revision that is not the number of edits',
        `select id, revision from images i where revision <> (select count(*) from edits where image_id = i.id)
           or revision <> (select coalesce(max(revision), 0) from edits where image_id = i.id)`,
      ),
      ...found(
        store,
        'sums that are not those of their parts',
        `select s.run_id, s.split from score_sums s left join (
           select run_id, split, count(*) as scorable, sum(scored) as scored, sum(fresh) as fresh, sum(f2) as f2
           from score_parts group by run_id, split) p on p.run_id = s.run_id and p.split = s.split
         where s.scorable <> coalesce(p.scorable, 0) or s.scored <> coalesce(p.scored, 0) or s.fresh <> coalesce(p.fresh, 0) or s.f2 <> coalesce(p.f2, 0)`,
      ),
      ...found(
        store,
        'a run whose images are not those it has reached',
        'select id from runs r where images <> (select count(*) from run_images where run_id = r.id)',
      ),
      ...[...store.images.all()].flatMap(({ id }) => [
        ...faultsOfImage(store, id, size),
        ...faultsOfScore(store, id),
      ]),
    ]
  } finally {
    store.close()
  }
}

/** Answers of a count. */
export function countIn(file: string, sql: string): number {
  const db = new Database(file, { readonly: true })
  try {
    return z.object({ count: z.number() }).parse(db.prepare(sql).get()).count
  } finally {
    db.close()
  }
}

function found({ db }: Store, what: string, sql: string): string[] {
  return db
    .prepare(sql)
    .all()
    .map((row) => `${what}: ${JSON.stringify(row)}`)
}

/** An image is what its stored edits come to, one after the other. */
function faultsOfImage(store: Store, image: number, size: Size): string[] {
  const plans = store.db
    .prepare<[number], string>('select forward_json from edits where image_id = ? order by id')
    .pluck()
    .all(image)
  const empty = { status: 'to do' as const, flag: { flagged: false, comment: '' }, leftOut: null }
  let state = editStateOf({ ...size, ...empty, truth: [], predictions: [] }, parseRle)
  for (const json of plans) {
    const plan = editPlan.parse(JSON.parse(json))
    try {
      state = applyPlan(state, { ...plan, decisions: [] })
    } catch (error) {
      return [`edits of image ${image} that do not follow on each other: ${String(error)}`]
    }
  }
  const now = store.images.get(image)
  const is = {
    status: now?.status,
    flag: { flagged: now?.flagged, comment: now?.comment },
    leftOut: now?.leftOut,
    truth: store.truth.of(image).map(({ id, rle }) => [id, rle]),
  }
  const ought = {
    ...{ status: state.status, flag: state.flag, leftOut: state.leftOut ?? null },
    truth: state.truth.map(({ id, rle }) => [id, formatRle(rle)]),
  }
  for (const one of [is, ought]) one.truth.sort(([a = ''], [b = '']) => (a < b ? -1 : 1))
  return JSON.stringify(is) === JSON.stringify(ought)
    ? []
    : [`image ${image} is not what its edits come to: ${JSON.stringify({ is, ought }).slice(0, 2000)}`]
}

/** A score that is said to be of now is the score of the masks that are stored. */
function faultsOfScore(store: Store, image: number): string[] {
  const fresh = store.db
    .prepare<[number], { run: number; thresholds: string }>(
      'select run_id as run, thresholds_json as thresholds from score_parts where image_id = ? and scored and fresh',
    )
    .all(image)
  const truth = store.truth.masks(image).map(parseRle)
  return fresh.flatMap(({ run, thresholds }) => {
    const ought = scoreImage(truth, store.predictions.masks(run, image).map(parseRle)).thresholds
    const is = z.array(thresholdScore).parse(JSON.parse(thresholds))
    return JSON.stringify(is) === JSON.stringify(ought)
      ? []
      : [`the score of image ${image} in run ${run} is not that of its masks`]
  })
}
