import { clusterSettings } from '../contract/wire.ts'
import type { ClusterSettings, Run } from '../contract/wire.ts'
import type { Connection } from './database.ts'

/** A run as it is stored. */
export interface StoredRun {
  id: number
  name: string
  kind: 'model' | 'labels'
  model: string | null
  settings: ClusterSettings | null
  /** its inferences are averages over the four flips */
  flips: boolean
  /** of a draft run: the run whose predictions a person changed; null: it is none */
  parent: number | null
  /** the model version whose training images these predictions are of, by weights that had not seen them; null: they are others */
  outOfFoldOf: string | null
  createdAt: string
}

/** That a run has reached an image, and of which content. */
export interface RunImage {
  run: number
  image: number
  /** content that was predicted; null for imported labels */
  sha256: string | null
  /** key of the inference; null for imported labels */
  inference: string | null
  /** see `core/doubt.ts`; null for imported labels */
  doubt: number | null
}

type Row = Omit<StoredRun, 'settings' | 'flips'> & { settings: string | null; flips: number }
type ListRow = Row & { modelName: string | null; images: number }

const COLUMNS = `r.id, r.name, r.kind, r.model_id as model, r.settings_json as settings, r.flips, r.parent_id as parent, r.out_of_fold_of as outOfFoldOf, r.created_at as createdAt`

/** Repository of the tables `runs` and `run_images`. */
export type RunRepository = ReturnType<typeof runRepository>

/** Repository of the tables `runs` and `run_images`. */
export function runRepository(db: Connection) {
  const get = db.prepare<[number], Row>(`select ${COLUMNS} from runs r where r.id = ?`)
  const all = db.prepare<[], ListRow>(
    `select ${COLUMNS}, m.name as modelName, r.images
     from runs r left join models m on m.id = r.model_id order by r.id`,
  )
  const find = db.prepare<[string, string, number], number>(
    `select id from runs where kind = 'model' and model_id = ? and settings_json = ? and flips = ? and parent_id is null
     order by id desc limit 1`,
  )
  const add = db.prepare<
    [string, string, string | null, string | null, number, number | null, string | null, string]
  >(
    'insert into runs (name, kind, model_id, settings_json, flips, parent_id, out_of_fold_of, created_at) values (?, ?, ?, ?, ?, ?, ?, ?)',
  )
  const reach = db.prepare<[number, number, string | null, string | null, number | null, string]>(
    `insert or replace into run_images (run_id, image_id, sha256, inference, doubt, at) values (?, ?, ?, ?, ?, ?)`,
  )
  const image = db.prepare<[number, number], RunImage>(
    `select run_id as run, image_id as image, sha256, inference, doubt from run_images where run_id = ? and image_id = ?`,
  )
  const reached = db
    .prepare<[number, number], number>('select id from run_images where run_id = ? and image_id = ?')
    .pluck()
  const images = db
    .prepare<[number], number>('select image_id from run_images where run_id = ? order by image_id')
    .pluck()
  const size = db.prepare<[number], number>('select images from runs where id = ?').pluck()
  const since = db.prepare<[number, number], { id: number; run: number; image: number }>(
    'select id, run_id as run, image_id as image from run_images where id > ? order by id limit ?',
  )
  const lastReached = db.prepare<[], number | null>('select max(id) from run_images')
  return {
    get: (id: number): StoredRun | null => {
      const row = get.get(id)
      return row ? stored(row) : null
    },
    /** all runs for the list; `current` marks the one of that id */
    all: (current: number | null): Run[] =>
      all.all().map((row) => ({
        ...stored(row),
        modelName: row.modelName,
        images: row.images,
        current: row.id === current,
      })),
    /** the newest run of this model with exactly these settings, with or without flips; no draft run */
    find: (model: string, settings: ClusterSettings, flips: boolean): number | null =>
      find.pluck().get(model, settingsText(settings), Number(flips)) ?? null,
    /** @returns the new run's id */
    add: ({
      parent = null,
      outOfFoldOf = null,
      ...run
    }: Omit<StoredRun, 'id' | 'parent' | 'outOfFoldOf'> &
      Partial<Pick<StoredRun, 'parent' | 'outOfFoldOf'>>): number =>
      Number(
        add.run(
          run.name,
          run.kind,
          run.model,
          run.settings ? settingsText(run.settings) : null,
          Number(run.flips),
          parent,
          outOfFoldOf,
          run.createdAt,
        ).lastInsertRowid,
      ),
    /** notes that the run has reached the image; a second time replaces the first */
    reach: (r: RunImage, at: string): void =>
      void reach.run(r.run, r.image, r.sha256, r.inference, r.doubt, at),
    image: (run: number, id: number): RunImage | null => image.get(run, id) ?? null,
    /** another number each time that the run reaches the image, and with it for other predictions; null: it has not */
    reached: (run: number, image: number): number | null => reached.get(run, image) ?? null,
    /** ids of the images that a run has reached */
    images: (run: number): number[] => images.all(run),
    /** how many images a run has reached */
    size: (run: number): number => size.get(run) ?? 0,
    /** what runs reached after row `id`, by anyone: the first `limit`, in their order */
    since: (id: number, limit: number): { id: number; run: number; image: number }[] => since.all(id, limit),
    lastReached: (): number => lastReached.pluck().get() ?? 0,
  }
}

/**
 * Settings as text with the keys in the schema's order, so that equal settings are equal text. What came later is left out where
 * it is off: so runs from before then are found again.
 */
function settingsText(settings: ClusterSettings): string {
  const { necks, rectangles, ...rest } = clusterSettings.parse(settings)
  return JSON.stringify({ ...rest, ...(necks && { necks }), ...(rectangles && { rectangles }) })
}

function stored(row: Row): StoredRun {
  const { id, name, kind, model, parent, outOfFoldOf, createdAt } = row
  const settings = row.settings === null ? null : clusterSettings.parse(JSON.parse(row.settings))
  return { id, name, kind, model, settings, flips: row.flips !== 0, parent, outOfFoldOf, createdAt }
}
