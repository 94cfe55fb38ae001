import type { ImageFacets, ImageFilter } from '../contract/wire.ts'
import { IMAGE_STATUSES } from '../contract/words.ts'
import { COUNTS } from './categories.ts'
import type { Connection } from './database.ts'
import { IS_FINISHED } from './images.ts'

/** What an instance without a category is. */
const SHIP = 'ship'

/** Images with truth of a category. Marks of one that was merged into it are its own; an area to ignore is of none. */
const HOLDING = `select image_id from truth where not ignore and coalesce(category, '${SHIP}') in
  (select key from categories where key = @category or merged_into = @category)`

/** Facts of all images against one run, in arrays by their ids. */
export interface ListFacts {
  /** 1: somebody has said that its truth is complete */
  finished: Uint8Array
  /** 1: it is left out for good */
  leftOut: Uint8Array
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
  const finished = db.prepare<[], number>(`select id from images i where ${IS_FINISHED}`).pluck()
  const leftOut = db.prepare<[], number>('select id from images where left_out is not null').pluck()
  const reached = db
    .prepare<[{ run: number | null }], number>('select image_id from run_images where run_id = @run')
    .pluck()
  const scored = db
    .prepare<[{ run: number | null }], [number, number]>(
      'select image_id, f2 from scores where run_id = @run',
    )
    .raw()
  const doubts = db
    .prepare<[{ run: number | null }], [number, number]>(
      'select image_id, doubt from run_images where run_id = @run and doubt is not null',
    )
    .raw()
  const ofStatus = db.prepare<[string], number>('select id from images where status = ?').pluck()
  const truth = db
    .prepare<[], [number, number]>(`select image_id, count(*) from truth t where ${COUNTS} group by image_id`)
    .raw()
  const predictions = db
    .prepare<[{ run: number | null }], [number, number]>(
      'select image_id, count(*) from predictions where run_id = @run group by image_id',
    )
    .raw()
  const modified = db.prepare<[], [number, number]>('select id, mtime from images').raw()
  const sides = db
    .prepare<[], [number, number]>('select id, max(width, height) from images where width is not null')
    .raw()
  const authors = db.prepare<[], string>('select distinct author from edits order by author').pluck()
  const categories = db.prepare<[], { key: string; name: string }>(
    `select c.key, c.name from categories c where c.merged_into is null
       and exists (select 1 from categories m where (m.key = c.key or m.merged_into = c.key) and m.instances > 0)
     order by c.place`,
  )
  const holding = db.prepare<[{ category: string }], number>(HOLDING).pluck()
  const length = (): number => (lastId.get() ?? 0) + 1
  /** numbers by the images' ids; `none` for images without */
  const byId = (rows: Iterable<[number, number]>, none: number): Float64Array => {
    const all = new Float64Array(length()).fill(none)
    for (const [id, value] of rows) all[id] = value
    return all
  }

  return {
    /** Images that meet what of the filter belongs to no run, but for ranges of numbers; by name. */
    byName({ text, status, split, flagged, leftOut, category, author }: ImageFilter): Uint32Array {
      const part = text.trim().toLowerCase()
      const where = [
        status !== null && 'status = @status',
        split !== null && 'split = @split',
        flagged && 'flagged <> 0',
        leftOut !== null && `left_out is ${leftOut === 'only' ? 'not ' : ''}null`,
        category !== null && `id in (${HOLDING})`,
        author !== null && 'id in (select image_id from edits where author = @author)',
      ].filter((condition) => condition !== false)
      const rest = `from images ${where.length === 0 ? '' : `where ${where.join(' and ')}`} order by name_key, id`
      const values = { status, split, category, author }
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

    /** images with truth of a category */
    holding: (category: string): Set<number> => new Set(holding.iterate({ category })),

    facts(run: number | null): ListFacts {
      const facts = {
        finished: new Uint8Array(length()),
        leftOut: new Uint8Array(length()),
        reached: new Uint8Array(length()),
        f2: new Float64Array(length()).fill(NaN),
      }
      for (const id of finished.iterate()) facts.finished[id] = 1
      for (const id of leftOut.iterate()) facts.leftOut[id] = 1
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

    /** How unsure a run is of each image, by its id; NaN: not known. */
    doubts: (run: number | null): Float64Array => byId(doubts.iterate({ run }), NaN),
    /** How many truth instances images have, by id. */
    truthCounts: (): Float64Array => byId(truth.iterate(), 0),
    /** How many predictions of a run images have, by id. */
    predictionCounts: (run: number | null): Float64Array => byId(predictions.iterate({ run }), 0),
    /** When the images' files were changed, in ms since 1970, by id. */
    modified: (): Float64Array => byId(modified.iterate(), 0),
    /** The longer sides of images in px, by id; NaN: not known. */
    sides: (): Float64Array => byId(sides.iterate(), NaN),
    facets: (): ImageFacets => ({ authors: authors.all(), categories: categories.all() }),
  }
}
