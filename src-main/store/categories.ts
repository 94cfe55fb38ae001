import type { ProjectCategory } from '../contract/wire.ts'
import type { Connection } from './database.ts'

/** That a row of `truth t` counts as object. */
export const COUNTS = `(not t.ignore and coalesce(t.category, 'ship') not in (select key from categories where not counts))`

/** That a row of `predictions` counts as object: one without a category is any object. */
export const PREDICTION_COUNTS =
  '(category is null or category not in (select key from categories where not counts))'

/** Keys with their names, merged ones followed; null where it is a ship. */
export const NAMES = `select c.key, nullif(coalesce(m.name, c.name), 'ship') as name
  from categories c left join categories m on m.key = c.merged_into`

type Row = Omit<ProjectCategory, 'counts'> & { counts: number }

/** Repository of the table `categories`. */
export type CategoryRepository = ReturnType<typeof categoryRepository>

/** Repository of the table `categories`. */
export function categoryRepository(db: Connection) {
  const all = db.prepare<[], Row>(
    'select key, name, colour, counts, instances, merged_into as mergedInto from categories order by place, key',
  )
  const uncounted = db.prepare<[], string>('select key from categories where not counts order by key').pluck()
  const add = db.prepare<[string, string, number, number]>(
    `insert into categories (key, name, colour, counts, place) select ?, ?, ?, ?, max(place) + 1 from categories`,
  )
  const name = db.prepare<[string, string]>('update categories set name = ? where key = ?')
  const colour = db.prepare<[number, string]>('update categories set colour = ? where key = ?')
  const counts = db.prepare<[number, { key: string }]>(
    'update categories set counts = ? where key = @key or merged_into = @key',
  )
  const merge = db.prepare<[{ key: string; into: string }]>(
    `update categories set merged_into = @into, counts = (select counts from categories where key = @into)
     where key = @key or merged_into = @key`,
  )
  const epoch = db.prepare<[], number>('select epoch from counting').pluck()
  return {
    /** in the order in which they came, with those that were merged into others */
    all: (): ProjectCategory[] => all.all().map((row) => ({ ...row, counts: row.counts !== 0 })),
    /** keys of those that do not count as object */
    uncounted: (): string[] => uncounted.all(),
    add: (c: Pick<ProjectCategory, 'key' | 'name' | 'colour' | 'counts'>): void =>
      void add.run(c.key, c.name, c.colour, c.counts ? 1 : 0),
    setName: (key: string, to: string): void => void name.run(to, key),
    setColour: (key: string, to: number): void => void colour.run(to, key),
    /** of all whose marks are its own */
    setCounts: (key: string, to: boolean): void => void counts.run(to ? 1 : 0, { key }),
    /** its marks are those of another from now on */
    merge: (key: string, into: string): void => void merge.run({ key, into }),
    /** another number each time that other categories count: scores of another one are stale */
    epoch: (): number => epoch.get() ?? 0,
  }
}
