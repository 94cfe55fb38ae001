import { nameKey } from '../core/list/name-key.ts'
import type { Connection } from './database.ts'

/** An image whose file is missing. */
export interface MissingImage {
  id: number
  path: string
  sha256: string
  /** somebody has edited it, or it has truth */
  marked: boolean
}

/** Repository of what is done to images whose files were renamed or moved. */
export type MoveRepository = ReturnType<typeof moveRepository>

/** Repository of what is done to images whose files were renamed or moved. */
export function moveRepository(db: Connection) {
  const marked = 'revision > 0 or exists (select 1 from truth where image_id = images.id)'
  const missing = db.prepare<[], Omit<MissingImage, 'marked'> & { marked: number }>(
    `select id, path, sha256, (${marked}) as marked from images
     where file_state = 'missing' and sha256 is not null order by path`,
  )
  const fresh = db.prepare<[string], { id: number; path: string }>(
    `select id, path from images where sha256 = ? and file_state = 'ok' and not (${marked}) order by path`,
  )
  const forget = ['predictions', 'scores', 'run_images'].map((table) =>
    db.prepare<[number]>(`delete from ${table} where image_id = ?`),
  )
  const remove = db.prepare<[number]>('delete from images where id = ?')
  const setPath = db.prepare<[string, string, number]>(
    'update images set path = ?, name_key = ? where id = ?',
  )
  return {
    /** images whose file is missing and whose content is known, by path */
    missing: (): MissingImage[] => missing.all().map((row) => ({ ...row, marked: row.marked !== 0 })),
    /** images of this content that are there and that nobody has marked, by path */
    unmarked: (sha256: string): { id: number; path: string }[] => fresh.all(sha256),
    /** An image takes the path of another one, which nobody has marked and which goes. */
    takePlace: (image: number, of: { id: number; path: string }): void => {
      for (const statement of forget) statement.run(of.id)
      remove.run(of.id)
      setPath.run(of.path, nameKey(of.path), image)
    },
  }
}
