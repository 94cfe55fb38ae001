import type { SetSums } from '../core/metric/sums.ts'
import type { Split } from '../contract/wire.ts'
import type { Connection } from './database.ts'

/** What is known of a run on a set of images, without reading any of them. */
export interface RunSums extends SetSums {
  /** scored images that have areas to ignore */
  withAreas: number
  /** sums of F2 without what lies in such areas, over all scored images, and over those with ships */
  ignoringF2: number
  ignoringF2WithShips: number
  /** finished images that the run has reached */
  scorable: number
  /** those of them whose score is that of their truth now */
  fresh: number
}

/** How many images there are; those that are left out are in neither of the others. */
interface ImageSums {
  images: number
  finished: number
  leftOut: number
}

type TotalRow = Omit<RunSums, 'thresholds'>

/** Repository of the sums over images, which triggers keep up (migration 4): reading them costs the same at any number of images. */
export type SumRepository = ReturnType<typeof sumRepository>

/** Repository of the tables `image_counts`, `score_sums` and `threshold_sums`. */
export function sumRepository(db: Connection) {
  const counts = db.prepare<[{ split: Split | null }], ImageSums>(
    `select sum(images) as images, sum(finished) as finished, sum(left_out) as leftOut from image_counts where @split is null or split = @split`,
  )
  // the sums are whole numbers beyond what a double holds: SQLite divides, and rounds once
  const totals = db.prepare<[{ run: number; split: Split | null }], TotalRow>(
    `select coalesce(sum(scorable), 0) as scorable, coalesce(sum(scored), 0) as images, coalesce(sum(fresh), 0) as fresh,
       coalesce(sum(f2), 0) / 1099511627776.0 as f2, coalesce(sum(with_ships), 0) as withShips,
       coalesce(sum(f2_with_ships), 0) / 1099511627776.0 as f2WithShips,
       coalesce(sum(with_areas), 0) as withAreas, coalesce(sum(ignoring_f2), 0) / 1099511627776.0 as ignoringF2,
       coalesce(sum(ignoring_f2_with_ships), 0) / 1099511627776.0 as ignoringF2WithShips
     from score_sums where run_id = @run and (@split is null or split = @split)`,
  )
  const thresholds = db.prepare<[{ run: number; split: Split | null }], SetSums['thresholds'][number]>(
    `select sum(tp) as tp, sum(fp) as fp, sum(fn) as fn, sum(f2) / 1099511627776.0 as f2
     from threshold_sums where run_id = @run and (@split is null or split = @split) group by level order by level`,
  )
  return {
    /** @param split null: all images */
    counts: (split: Split | null): ImageSums =>
      counts.get({ split }) ?? { images: 0, finished: 0, leftOut: 0 },
    /** @param split null: all images */
    of: (run: number, split: Split | null): RunSums => {
      const total = totals.get({ run, split })
      if (!total) throw new Error('a sum without grouping has a row')
      return { ...total, thresholds: thresholds.all({ run, split }) }
    },
  }
}
