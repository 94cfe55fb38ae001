import type { Migration } from './migration.ts'

/** What an instance is, by its category's name; empty: a ship, as all were before. */
export const categories: Migration = {
  number: 8,
  name: 'categories',
  sql: `
alter table truth add column category text;
alter table predictions add column category text;
`,
}
