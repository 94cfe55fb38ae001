import type { Migration } from './migration.ts'

/** Of a run: the model version whose training images its predictions are of, by weights that had not seen them; empty: it is none such. */
export const outOfFold: Migration = {
  number: 19,
  name: 'out-of-fold',
  sql: 'alter table runs add column out_of_fold_of text;',
}
