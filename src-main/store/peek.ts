import { existsSync } from 'node:fs'
import Database from 'better-sqlite3'
import { BUSY_TIMEOUT } from './database.ts'
import { metaRepository } from './meta.ts'
import type { MetaRepository } from './meta.ts'

/**
 * Reads a project that is not open: nothing in it is changed or brought up to date.
 * @param file its database
 * @param look gets its single values and its first images by path, as they were last seen
 * @returns null where there is no such file, or it cannot be read
 */
export function peek<T>(
  file: string,
  look: (found: { meta: Pick<MetaRepository, 'get'>; files: (most: number) => SeenFile[] }) => T,
): T | null {
  if (!existsSync(file)) return null
  try {
    const db = new Database(file, { readonly: true, fileMustExist: true, timeout: BUSY_TIMEOUT })
    try {
      return look({ meta: metaRepository(db), files: (most) => someFiles(db, most) })
    } finally {
      db.close()
    }
  } catch {
    return null
  }
}

/** An image's file as it was last seen. */
export interface SeenFile {
  /** below the images folder, with '/' */
  path: string
  size: number
}

/** Up to `most` images, spread evenly over the project. */
export function someFiles(db: Database.Database, most: number): SeenFile[] {
  return db
    .prepare<[number, number], SeenFile>(
      `select path, size from (select path, size, row_number() over (order by id) - 1 as place, count(*) over () as total from images)
       where place % max(1, total / ?) = 0 limit ?`,
    )
    .all(most, most)
}
