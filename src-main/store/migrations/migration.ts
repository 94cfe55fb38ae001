import type Database from 'better-sqlite3'

export type Connection = Database.Database

/** One step of the schema: applied once, in one transaction, in the order of the numbers. */
export interface Migration {
  number: number
  name: string
  /**
   * Looks at a project of any earlier version before the first step changes anything of it; what it throws refuses all of them, and the
   * project stays as it is.
   */
  check?: (db: Connection) => void
  sql: string
  /** what the sql calls besides SQLite's own functions; one column's value in, one out */
  functions?: Readonly<Record<string, (value: unknown) => string>>
}
