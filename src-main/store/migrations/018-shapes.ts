import type { Migration } from './migration.ts'

/** The shape that a mask was drawn as, which can be taken hold of again; empty where it is a mask alone. */
export const shapes: Migration = {
  number: 18,
  name: 'shapes',
  sql: 'alter table truth add column shape_json text;',
}
