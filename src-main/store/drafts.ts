import { z } from 'zod'
import { clusterSettings, handChange } from '../contract/wire.ts'
import type { ClusterSettings, HandChange } from '../contract/wire.ts'
import type { Connection } from './database.ts'

/** By what an image's predictions in a draft run came. */
export interface StoredDraft {
  run: number
  image: number
  settings: ClusterSettings
  changes: HandChange[]
}

/** Repository of the table `drafts`. */
export type DraftRepository = ReturnType<typeof draftRepository>

/** Repository of the table `drafts`. */
export function draftRepository(db: Connection) {
  const get = db.prepare<[number, number], { settings: string; changes: string }>(
    'select settings_json as settings, changes_json as changes from drafts where run_id = ? and image_id = ?',
  )
  const put = db.prepare<[number, number, string, string, string]>(
    'insert or replace into drafts (run_id, image_id, settings_json, changes_json, at) values (?, ?, ?, ?, ?)',
  )
  const drop = db.prepare<[number, number]>('delete from drafts where run_id = ? and image_id = ?')
  return {
    /** null: the image's predictions in this run are its parent's, or the run is no draft run */
    get: (run: number, image: number): StoredDraft | null => {
      const row = get.get(run, image)
      if (!row) return null
      return {
        run,
        image,
        settings: clusterSettings.parse(JSON.parse(row.settings)),
        changes: z.array(handChange).parse(JSON.parse(row.changes)),
      }
    },
    put: ({ run, image, settings, changes }: StoredDraft, at: string): void =>
      void put.run(run, image, JSON.stringify(settings), JSON.stringify(changes), at),
    /** the run's predictions of the image are a model's again */
    drop: (run: number, image: number): void => void drop.run(run, image),
  }
}
