import type { Connection } from './database.ts'

/** Single values of a project. */
export type MetaName =
  | 'id'
  /** the folder in which the project was open last: where it is another, it was moved or copied */
  | 'folder'
  /** in a copy that is looked at: the id in the project itself */
  | 'id_there'
  /** JSON: images that seem to have moved, of which a person is to be asked */
  | 'moved'
  | 'images_root'
  | 'name'
  | 'created_at'
  | 'sample'
  | 'current_run'
  | 'current_model'
  /** the version that was current before */
  | 'previous_model'
  /** JSON: how versions compare, what people write of them, and each look at the hold-out */
  | 'versions'
  | 'flips'
  /** what the smart box gives, where a person has chosen it */
  | 'label_form'
  /** when splits were frozen: at the first training, or the first look at the hold-out's score */
  | 'split_frozen'

export interface MetaRepository {
  get(name: MetaName): string | null
  /** null forgets the value */
  set(name: MetaName, value: string | null): void
}

/** Repository of the table `meta`. */
export function metaRepository(db: Connection): MetaRepository {
  const get = db.prepare<[string], { value: string }>('select value from meta where name = ?')
  const set = db.prepare<[string, string]>(
    'insert into meta (name, value) values (?, ?) on conflict (name) do update set value = excluded.value',
  )
  const forget = db.prepare<[string]>('delete from meta where name = ?')
  return {
    get: (name) => get.get(name)?.value ?? null,
    set: (name, value) => {
      if (value === null) forget.run(name)
      else set.run(name, value)
    },
  }
}
