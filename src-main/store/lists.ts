import type { ImageFilter } from '../contract/wire.ts'
import { IMAGE_STATUSES } from '../contract/words.ts'
import type { Connection } from './database.ts'

/** Facts of all images against one run, in arrays by their ids. */
export interface ListFacts {
  /** 1: somebody has said that its truth is complete */
  finished: Uint8Array
  /** 1: the run has reached it */
  reached: Uint8Array
  /** NaN: it has no score, or no truth any more */
  f2: Float64Array
}

/** Repository of what lists of images are made of: numbers of all images at once, each by one pass over an index. */
export type ListRepository = ReturnType<typeof listRepository>

/** Repository of what lists of images are made of: numbers of all images at once, each by one pass over an index. */
export function listRepository(db: Connection) {
  const lastId = db.prepare<[], number>('select max(id) from images').pluck()
  const finished = db.prepare<[], number>(`select id from images where status in ('done', 'no ship')`).pluck()
  const reached = db
    .prepare<[{ run: number | null }], number>('select image_id from run_images where run_id = @run')
    .pluck()
  const scored = db
    .prepare<[{ run: number | null }], [number, number]>(
      'select image_id, f2 from scores where run_id = @run',
    )
    .raw()
  const ofStatus = db.prepare<[string], number>('select id from images where status = ?').pluck()
  const length = (): number => (lastId.get() ?? 0) + 1

  return {
    /** Images that meet the filter, by name; its `scored` is not looked at: that is a fact against a run. */
    byName({ text, status, flagged }: ImageFilter): Uint32Array {
      const part = text.trim().toLowerCase()
      const where = [...(status === null ? [] : ['status = @status']), ...(flagged ? ['flagged <> 0'] : [])]
      const rest = `from images ${where.length === 0 ? '' : `where ${where.join(' and ')}`} order by name_key, id`
      const values = { status }
      if (part === '') {
        return Uint32Array.from(db.prepare<[object], number>(`select id ${rest}`).pluck().all(values))
      }
      const found: number[] = []
      const named = db.prepare<[object], [number, string]>(`select id, path ${rest}`).raw()
      for (const [id, path] of named.iterate(values)) {
        if (path.toLowerCase().includes(part)) found.push(id)
      }
      return Uint32Array.from(found)
    },

    facts(run: number | null): ListFacts {
      const facts = {
        finished: new Uint8Array(length()),
        reached: new Uint8Array(length()),
        f2: new Float64Array(length()).fill(NaN),
      }
      for (const id of finished.iterate()) facts.finished[id] = 1
      for (const id of reached.iterate({ run })) facts.reached[id] = 1
      for (const [id, f2] of scored.iterate({ run })) {
        if (facts.finished[id] && facts.reached[id]) facts.f2[id] = f2
      }
      return facts
    },

    /** Places in `IMAGE_STATUSES`, by the images' ids. */
    statuses(): Uint8Array {
      const all = new Uint8Array(length())
      IMAGE_STATUSES.forEach((status, place) => {
        if (place > 0) for (const id of ofStatus.iterate(status)) all[id] = place
      })
      return all
    },
  }
}
