import { z } from 'zod'
import { thresholdScore } from '../contract/wire.ts'
import type { ThresholdScore } from '../contract/wire.ts'
import type { Connection } from './database.ts'

const thresholdList = z.array(thresholdScore).length(10)

/**
 * F2 of one image against one run, with the revision of the truth that it was computed against: -1 where other categories counted then.
 */
export interface StoredScore {
  image: number
  f2: number
  /** ten, by rising IoU */
  thresholds: readonly ThresholdScore[]
  truthRevision: number
  /** without what lies in areas to ignore; null: it has none */
  ignoringF2: number | null
}

interface Row {
  image: number
  f2: number
  thresholds: string
  truthRevision: number
  ignoringF2: number | null
}

const COLUMNS = `image_id as image, f2, thresholds_json as thresholds, ignoring_f2 as ignoringF2,
  iif(epoch = (select epoch from counting), truth_revision, -1) as truthRevision`

/** Repository of the table `scores`. */
export type ScoreRepository = ReturnType<typeof scoreRepository>

/** Repository of the table `scores`. */
export function scoreRepository(db: Connection) {
  const get = db.prepare<[number, number], Row>(
    `select ${COLUMNS} from scores where run_id = ? and image_id = ?`,
  )
  const of = db.prepare<[number], Row>(`select ${COLUMNS} from scores where run_id = ? order by image_id`)
  const stale = db
    .prepare<[number], number>(
      `select p.image_id from score_parts p where p.run_id = ? and not p.fresh order by p.image_id`,
    )
    .pluck()
  const put = db.prepare<[number, number, number, string, number, number | null, string]>(
    `insert or replace into scores (run_id, image_id, f2, thresholds_json, truth_revision, ignoring_f2, at, epoch)
     select ?, ?, ?, ?, ?, ?, ?, epoch from counting`,
  )
  return {
    get: (run: number, image: number): StoredScore | null => {
      const row = get.get(run, image)
      return row ? stored(row) : null
    },
    of: (run: number): StoredScore[] => of.all(run).map(stored),
    /** finished images that the run has reached, whose score is missing or older than their truth */
    stale: (run: number): number[] => stale.all(run),
    /** it is made of the categories that count now */
    put: (run: number, s: StoredScore, at: string): void =>
      void put.run(run, s.image, s.f2, JSON.stringify(s.thresholds), s.truthRevision, s.ignoringF2, at),
  }
}

function stored(row: Row): StoredScore {
  return { ...row, thresholds: thresholdList.parse(JSON.parse(row.thresholds)) }
}
