import type { ModelVersion } from '../contract/wire.ts'
import type { Connection } from './database.ts'

/** A version known to the project; the files lie in its folder `models/<id>`. */
export type StoredModel = Omit<ModelVersion, 'current'>

/** Repository of the table `models`. */
export type ModelRepository = ReturnType<typeof modelRepository>

const COLUMNS = `id, name, parent, created_at as createdAt, kind, parameters, bytes,
  trained_images as trainedImages, validation_f2 as validationF2, note`

/** Repository of the table `models`. */
export function modelRepository(db: Connection) {
  const all = db.prepare<[], StoredModel>(`select ${COLUMNS} from models order by created_at, id`)
  const get = db.prepare<[string], StoredModel>(`select ${COLUMNS} from models where id = ?`)
  const add = db.prepare<[StoredModel]>(
    `insert or ignore into models (id, name, parent, created_at, kind, parameters, bytes, trained_images, validation_f2, note)
     values (@id, @name, @parent, @createdAt, @kind, @parameters, @bytes, @trainedImages, @validationF2, @note)`,
  )
  return {
    all: (): StoredModel[] => all.all(),
    get: (id: string): StoredModel | null => get.get(id) ?? null,
    /** a version that is known already stays as it is */
    add: (model: StoredModel): void => void add.run(model),
  }
}
