import { attributes, shape } from '../contract/wire.ts'
import type { TruthInstance } from '../contract/wire.ts'
import { attributesOf } from '../core/edit/state.ts'
import { COUNTS } from './categories.ts'
import type { Connection } from './database.ts'

interface Row extends Pick<TruthInstance, 'id' | 'rle' | 'area' | 'origin' | 'colour'> {
  edited: number
  category: string | null
  ignore: number
  heading: number | null
  attributes: string | null
  shape: string | null
}

const COLUMNS =
  'id, rle, area, origin, edited, colour, category, ignore, heading, attributes_json as attributes, shape_json as shape'

/** Repository of the table `truth`: the current state; `edits` tells how it came about. */
export type TruthRepository = ReturnType<typeof truthRepository>

/** Repository of the table `truth`. */
export function truthRepository(db: Connection) {
  const of = db.prepare<[number], Row>(`select ${COLUMNS} from truth where image_id = ? order by number`)
  const get = db.prepare<[number, string], Row>(`select ${COLUMNS} from truth where image_id = ? and id = ?`)
  const count = db
    .prepare<[number], number>(`select count(*) from truth t where image_id = ? and ${COUNTS}`)
    .pluck()
  const masks = db
    .prepare<[number], string>(`select rle from truth t where image_id = ? and ${COUNTS} order by number`)
    .pluck()
  const counted = db.prepare<[number], { rle: string; category: string | null }>(
    `select rle, category from truth t where image_id = ? and ${COUNTS} order by number`,
  )
  const ignored = db
    .prepare<[number], string>('select rle from truth where image_id = ? and ignore order by number')
    .pluck()
  const put = db.prepare<
    [
      ...[string, number, string, number, string, number, number],
      ...[string | null, number, number | null, string | null, string | null],
    ]
  >(
    `insert into truth (id, image_id, rle, area, origin, edited, colour, category, ignore, heading, attributes_json,
       shape_json) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     on conflict (id) do update set rle = excluded.rle, area = excluded.area, origin = excluded.origin,
       edited = excluded.edited, colour = excluded.colour, category = excluded.category, ignore = excluded.ignore,
       heading = excluded.heading, attributes_json = excluded.attributes_json, shape_json = excluded.shape_json
     where image_id = excluded.image_id`,
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
    /** how many instances an image has that count as object */
    count: (image: number): number => count.get(image) ?? 0,
    /** the masks of those, as run-length text: what is trained on and scored */
    masks: (image: number): string[] => masks.all(image),
    /** the same, with the keys of their categories; null: a ship */
    counted: (image: number): { rle: string; category: string | null }[] => counted.all(image),
    /** areas to ignore, as run-length text */
    ignored: (image: number): string[] => ignored.all(image),
    /** whether the image has any instance */
    any: (image: number): boolean => any.get(image) === 1,
    /** adds the instance, or replaces the one of this id in the same image; false where another image has this id */
    put: (image: number, t: TruthInstance): boolean =>
      put.run(
        ...([t.id, image, t.rle, t.area, t.origin, t.edited ? 1 : 0, t.colour] as const),
        ...([t.category ?? null, t.ignore ? 1 : 0, t.heading ?? null] as const),
        t.attributes ? JSON.stringify(t.attributes) : null,
        t.shape ? JSON.stringify(t.shape) : null,
      ).changes === 1,
    remove: (image: number, id: string): void => void remove.run(id, image),
    /** ids of the images with at least one instance */
    imagesWithTruth: (): number[] => withTruth.all(),
  }
}

function instance(row: Row): TruthInstance {
  const { id, rle, area } = row
  return {
    ...{ id, rle, area },
    ...attributesOf({
      ...{ origin: row.origin, edited: row.edited !== 0, colour: row.colour },
      category: row.category ?? undefined,
      ignore: row.ignore === 0 ? undefined : true,
      heading: row.heading ?? undefined,
      attributes: row.attributes === null ? undefined : attributes.parse(JSON.parse(row.attributes)),
      shape: row.shape === null ? undefined : shape.parse(JSON.parse(row.shape)),
    }),
  }
}
