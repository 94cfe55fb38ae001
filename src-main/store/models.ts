import { z } from 'zod'
import { pairedScore } from '../contract/wire.ts'
import type { ModelVersion, PairedScore } from '../contract/wire.ts'
import type { Connection } from './database.ts'
import { metaRepository } from './meta.ts'

/** A version known to the project; the files lie in its folder `models/<id>`. */
export type StoredModel = Omit<ModelVersion, 'current' | 'previous'>

type Row = Omit<StoredModel, 'paired' | 'heldOut' | 'remark' | 'startKept'>

/** What is known of versions beside their rows. */
const known = z.object({
  /** by id: against its parent, what a person has written, and whether its weights are its parent's */
  versions: z.record(
    z.string(),
    z.object({ paired: pairedScore.nullable(), remark: z.string(), startKept: z.boolean().default(false) }),
  ),
  /** each comparison on the hold-out, in order */
  looks: z.array(z.object({ model: z.string(), at: z.string(), result: pairedScore })),
})
type Known = z.infer<typeof known>

/** Repository of the table `models`, and of `meta.versions`. */
export type ModelRepository = ReturnType<typeof modelRepository>

const COLUMNS = `id, name, parent, created_at as createdAt, kind, parameters, bytes,
  trained_images as trainedImages, validation_f2 as validationF2, note`

/** Repository of the table `models`, and of `meta.versions`. */
export function modelRepository(db: Connection) {
  const meta = metaRepository(db)
  const all = db.prepare<[], Row>(`select ${COLUMNS} from models order by created_at, id`)
  const get = db.prepare<[string], Row>(`select ${COLUMNS} from models where id = ?`)
  const add = db.prepare<[Row]>(
    `insert or ignore into models (id, name, parent, created_at, kind, parameters, bytes, trained_images, validation_f2, note)
     values (@id, @name, @parent, @createdAt, @kind, @parameters, @bytes, @trainedImages, @validationF2, @note)`,
  )
  const read = (): Known => {
    const text = meta.get('versions')
    return text === null ? { versions: {}, looks: [] } : known.parse(JSON.parse(text))
  }
  const change = (how: (now: Known) => void): void => {
    const now = read()
    how(now)
    meta.set('versions', JSON.stringify(now))
  }
  const stored = (row: Row, { versions, looks }: Known): StoredModel => ({
    ...row,
    paired: versions[row.id]?.paired ?? null,
    remark: versions[row.id]?.remark ?? '',
    startKept: versions[row.id]?.startKept ?? false,
    heldOut: looks.findLast(({ model }) => model === row.id)?.result ?? null,
  })
  return {
    all: (): StoredModel[] => {
      const now = read()
      return all.all().map((row) => stored(row, now))
    },
    get: (id: string): StoredModel | null => {
      const row = get.get(id)
      return row ? stored(row, read()) : null
    },
    /** a version that is known already stays as it is; inside a transaction */
    add: ({ paired, heldOut: _, remark, startKept, ...row }: StoredModel): void => {
      if (add.run(row).changes === 1)
        change(({ versions }) => (versions[row.id] = { paired, remark, startKept }))
    },
    /** inside a transaction */
    setRemark: (id: string, remark: string): void =>
      change(({ versions }) => (versions[id] = { paired: null, startKept: false, ...versions[id], remark })),
    /** the hold-out was looked at, for a version; inside a transaction */
    noteLook: (model: string, result: PairedScore): void =>
      change(({ looks }) => looks.push({ model, at: new Date().toISOString(), result })),
    /** how often the hold-out was looked at, for any version */
    looks: (): number => read().looks.length,
  }
}
