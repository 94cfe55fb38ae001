import type { Decision, Prediction } from '../contract/wire.ts'
import { PREDICTION_COUNTS } from './categories.ts'
import type { Connection } from './database.ts'

type Row = Omit<Prediction, 'category'> & { category: string | null }

/** Repository of the table `predictions`: what runs found, and what a person decided about it. */
export type PredictionRepository = ReturnType<typeof predictionRepository>

/** Repository of the table `predictions`. */
export function predictionRepository(db: Connection) {
  const of = db.prepare<[number, number], Row>(
    `select id, rle, area, score, cluster, decision, colour, category from predictions
     where run_id = ? and image_id = ? order by number`,
  )
  const masks = db.prepare<[number, number], string>(
    `select rle from predictions where run_id = ? and image_id = ? and ${PREDICTION_COUNTS} order by number`,
  )
  const get = db.prepare<[string, number], Row>(
    `select id, rle, area, score, cluster, decision, colour, category from predictions where id = ? and image_id = ?`,
  )
  const clear = db.prepare<[number, number]>('delete from predictions where run_id = ? and image_id = ?')
  const add = db.prepare<
    [string, number, number, string, number, number, number, number, string | null, string | null]
  >(
    `insert into predictions (id, run_id, image_id, rle, area, score, cluster, colour, decision, category)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const decide = db.prepare<[string | null, string, number]>(
    'update predictions set decision = ? where id = ? and image_id = ?',
  )
  return {
    /** what a run found in an image */
    of: (run: number, image: number): Prediction[] => of.all(run, image).map(prediction),
    /** the masks of those that count as object, as run-length text: what is scored. Those without a category are any object */
    masks: (run: number, image: number): string[] => masks.pluck().all(run, image),
    get: (image: number, id: string): Prediction | null => {
      const row = get.get(id, image)
      return row ? prediction(row) : null
    },
    /** puts `found` in place of what the run had found in the image before */
    replace: (run: number, image: number, found: readonly Prediction[]): void => {
      clear.run(run, image)
      for (const p of found)
        add.run(
          ...([p.id, run, image, p.rle, p.area, p.score] as const),
          ...([p.cluster, p.colour, p.decision, p.category ?? null] as const),
        )
    },
    decide: (image: number, id: string, decision: Decision | null): void =>
      void decide.run(decision, id, image),
  }
}

function prediction({ category, ...row }: Row): Prediction {
  return category === null ? row : { ...row, category }
}
