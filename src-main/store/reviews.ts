import type { Decision, SuspectVerdict } from '../contract/wire.ts'
import { COUNTS, NAMES, PREDICTION_COUNTS } from './categories.ts'
import { DEFAULT_CATEGORY } from '../contract/words.ts'
import type { Connection } from './database.ts'
import { IS_FINISHED } from './images.ts'

/** What of an instance decides its errors. */
export interface ReviewedTruth {
  id: string
  rle: string
  area: number
  /** name of its category, merged ones followed; null: a ship */
  category: string | null
}

/** What of a prediction decides its errors. */
export interface ReviewedPrediction extends ReviewedTruth {
  /** 0..1 */
  score: number
  decision: Decision | null
}

/** One scored image of a run, with all that its errors follow from. */
export interface ImageToReview {
  id: number
  path: string
  /** px */
  height: number
  /** of its content; null: not read yet */
  sha256: string | null
  truth: ReviewedTruth[]
  predictions: ReviewedPrediction[]
  /** what weights that had not seen the image found in it; null: there is no such run, or it has not reached the image */
  outOfFold: ReviewedPrediction[] | null
  /** areas to ignore, as run-length text */
  areas: string[]
  /** masks that a person has rejected in any run, or has answered as suspects */
  answered: string[]
}

type ImageRow = Omit<ImageToReview, 'truth' | 'predictions' | 'outOfFold' | 'areas' | 'answered'>

/** A scored image, as a list of them names it. */
export interface ScoredImage {
  id: number
  path: string
  sha256: string | null
  split: string | null
  /** px */
  width: number | null
  height: number | null
}

/** Images whose instances are read at once. */
const PAGE = 1000

/** Repository of what Review reads: scored images of a run with their instances, some at a time. */
export type ReviewRepository = ReturnType<typeof reviewRepository>

/** Repository of what Review reads: scored images of a run with their instances, some at a time. */
export function reviewRepository(db: Connection) {
  const images = db.prepare<[number, number, number], ImageRow>(
    `select i.id, i.path, i.height, i.sha256 from run_images r
     join images i on i.id = r.image_id and ${IS_FINISHED} and i.height is not null
     where r.run_id = ? and r.image_id > ? order by r.image_id limit ?`,
  )
  const nth = db
    .prepare<[number, number, number], number>(
      `select r.image_id from run_images r join images i on i.id = r.image_id and ${IS_FINISHED} and i.height is not null
       where r.run_id = ? and r.image_id > ? order by r.image_id limit 1 offset ?`,
    )
    .pluck()
  const truth = db.prepare<[number, number], ReviewedTruth & { image: number }>(
    `select image_id as image, id, rle, area, category from truth t
     where image_id between ? and ? and ${COUNTS} order by image_id, number`,
  )
  const areas = db.prepare<[number, number], { image: number; rle: string }>(
    'select image_id as image, rle from truth where image_id between ? and ? and ignore order by image_id, number',
  )
  const predictions = db.prepare<[number, number, number], ReviewedPrediction & { image: number }>(
    `select image_id as image, id, rle, area, score, decision, category from predictions
     where run_id = ? and image_id between ? and ? and ${PREDICTION_COUNTS} order by image_id, number`,
  )
  const answered = db.prepare<[{ first: number; last: number }], { image: number; rle: string }>(
    `select image_id as image, rle from suspect_verdicts where image_id between @first and @last
     union all select image_id, rle from predictions where decision = 'rejected' and image_id between @first and @last`,
  )
  const answer = db.prepare<[number, string, string, SuspectVerdict, string]>(
    `insert or replace into suspect_verdicts (image_id, instance_id, rle, verdict, at) values (?, ?, ?, ?, ?)`,
  )
  const takeBack = db.prepare<[number, string]>(
    'delete from suspect_verdicts where image_id = ? and instance_id = ?',
  )
  const verdicts = db.prepare<[], { verdict: SuspectVerdict; count: number }>(
    'select verdict, count(*) as count from suspect_verdicts group by verdict',
  )
  const scored = db.prepare<[number], ScoredImage>(
    `select i.id, i.path, i.sha256, i.split, i.width, i.height from run_images r
     join images i on i.id = r.image_id and ${IS_FINISHED} where r.run_id = ? order by i.path`,
  )
  const inRun = db
    .prepare<[number, number], number>('select image_id from run_images where run_id = ? and image_id > ?')
    .pluck()
  const outOfFold = db
    .prepare<[], number>('select max(id) from runs where out_of_fold_of is not null')
    .pluck()
  const reachedBetween = db
    .prepare<[number, number, number], number>(
      'select image_id from run_images where run_id = ? and image_id between ? and ?',
    )
    .pluck()
  const categories = db.prepare<[], { key: string; name: string | null }>(NAMES)
  /** A page without what people answered, and without what is out of fold. */
  const comparable = (run: number, after: number, limit: number): ImageToReview[] => {
    const found = images.all(run, after, limit).map((row): ImageToReview => ({
      ...{ ...row, truth: [], predictions: [] },
      ...{ outOfFold: null, areas: [], answered: [] },
    }))
    const { first, last, byId } = between(found)
    // names are looked up once, not for each
    const names = new Map(categories.all().map(({ key, name }) => [key, name]))
    for (const one of truth.iterate(first, last)) {
      one.category = names.get(one.category ?? DEFAULT_CATEGORY) ?? null
      byId.get(one.image)?.truth.push(one)
    }
    for (const one of predictions.iterate(run, first, last)) {
      if (one.category !== null) one.category = names.get(one.category) ?? null
      byId.get(one.image)?.predictions.push(one)
    }
    return found
  }
  const pageOf = (run: number, after: number, limit: number): ImageToReview[] => {
    const found = comparable(run, after, limit)
    const { first, last, byId } = between(found)
    for (const { image, rle } of areas.iterate(first, last)) byId.get(image)?.areas.push(rle)
    for (const { image, rle } of answered.iterate({ first, last })) byId.get(image)?.answered.push(rle)
    const other = outOfFold.get() ?? null
    if (other === null || other === run) return found
    for (const id of reachedBetween.all(other, first, last)) {
      const image = byId.get(id)
      if (image) image.outOfFold = []
    }
    for (const one of predictions.iterate(other, first, last)) byId.get(one.image)?.outOfFold?.push(one)
    return found
  }
  return {
    /** at most `limit` finished images that the run has reached, by id, from the first after `after` on */
    images: pageOf,
    /** of these images the one with this place, from 0; null: there are fewer. Takes time by the place */
    nth: (run: number, after: number, place: number): number | null => nth.get(run, after, place) ?? null,
    /** the finished images that a run has reached, by path */
    scored: (run: number): ScoredImage[] => scored.all(run),
    /** the finished images that both runs have reached, one after the other, with the predictions of the first and of the other */
    *pairs(
      first: number,
      other: number,
    ): Generator<ImageToReview & { others: readonly Pick<ReviewedPrediction, 'rle'>[] }> {
      const reached = new Set(inRun.all(other, 0))
      for (let after = 0, more = true; more;) {
        const found = comparable(first, after, PAGE)
        const [from, to] = [found[0]?.id ?? 0, found.at(-1)?.id ?? 0]
        const others = Map.groupBy(predictions.all(other, from, to), ({ image }) => image)
        for (const image of found)
          if (reached.has(image.id)) yield { ...image, others: others.get(image.id) ?? [] }
        after = to
        more = found.length === PAGE
      }
    },
    /** keeps what a person says of a suspect, in the place of what was said before; null: nothing any more */
    answer: (image: number, id: string, rle: string, verdict: SuspectVerdict | null, at: string): void =>
      void (verdict === null ? takeBack.run(image, id) : answer.run(image, id, rle, verdict, at)),
    /** how many suspects have got each verdict */
    verdicts: (): Map<SuspectVerdict, number> =>
      new Map(verdicts.all().map(({ verdict, count }) => [verdict, count])),
  }
}

function between(images: readonly ImageToReview[]): {
  first: number
  last: number
  byId: Map<number, ImageToReview>
} {
  const byId = new Map(images.map((image) => [image.id, image]))
  return { first: images[0]?.id ?? 0, last: images.at(-1)?.id ?? 0, byId }
}
