import type { TruthInstance } from '../contract/wire.ts'
import type { Connection } from './database.ts'

type Row = Omit<TruthInstance, 'edited' | 'category'> & { edited: number; category: string | null }

/** Repository of the table `truth`: the current state; `edits` tells how it came about. */
export type TruthRepository = ReturnType<typeof truthRepository>

/** Repository of the table `truth`. */
export function truthRepository(db: Connection) {
  const of = db.prepare<[number], Row>(
    'select id, rle, area, origin, edited, colour, category from truth where image_id = ? order by number',
  )
  const get = db.prepare<[number, string], Row>(
    'select id, rle, area, origin, edited, colour, category from truth where image_id = ? and id = ?',
  )
  const count = db.prepare<[number], number>('select count(*) from truth where image_id = ?').pluck()
  const masks = db
    .prepare<[number], string>('select rle from truth where image_id = ? order by number')
    .pluck()
  const put = db.prepare<[string, number, string, number, string, number, number, string | null]>(
    `insert into truth (id, image_id, rle, area, origin, edited, colour, category) values (?, ?, ?, ?, ?, ?, ?, ?)
     on conflict (id) do update set rle = excluded.rle, area = excluded.area, origin = excluded.origin,
       edited = excluded.edited, colour = excluded.colour, category = excluded.category where image_id = excluded.image_id`,
  )
  const remove = db.prepare<[string, number]>('delete from truth where id = ? and image_id = ?')
  const any = db.prepare<[number], number>('select exists (select 1 from truth where image_id = ?)').pluck()
  const withTruth = db.prepare<[], number>('select distinct image_id from truth').pluck()
  return {
    /** an image's instances in the order in which they were made */
    of: (image: number): TruthInstance[] => of.all(image).map(instance),
    get: (image: number, id: string): TruthInstance | null => {
      const row = get.get(image, id)
      return row ? instance(row) : null
    },
    /** how many instances an image has */
    count: (image: number): number => count.get(image) ?? 0,
    /** an image's masks as run-length text */
    masks: (image: number): string[] => masks.all(image),
    /** whether the image has any instance */
    any: (image: number): boolean => any.get(image) === 1,
    /** adds the instance, or replaces the one of this id in the same image; false where another image has this id */
    put: (image: number, t: TruthInstance): boolean =>
      put.run(t.id, image, t.rle, t.area, t.origin, t.edited ? 1 : 0, t.colour, t.category ?? null)
        .changes === 1,
    remove: (image: number, id: string): void => void remove.run(id, image),
    /** ids of the images with at least one instance */
    imagesWithTruth: (): number[] => withTruth.all(),
  }
}

function instance({ category, ...row }: Row): TruthInstance {
  return { ...row, edited: row.edited !== 0, ...(category === null ? {} : { category }) }
}
