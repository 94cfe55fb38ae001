import type { Migration } from './migration.ts'

/** Whether the inferences of a run are averages over the four flips. Runs from before were made without. */
export const flips: Migration = {
  number: 2,
  name: 'flips',
  sql: 'alter table runs add column flips integer not null default 0 check (flips in (0, 1))',
}
