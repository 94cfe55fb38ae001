import type { Migration } from './migration.ts'

/** Draft runs: a run with a parent, and for each image that a person changed in it by which settings and changes its predictions came. */
export const draftRuns: Migration = {
  number: 13,
  name: 'draft-runs',
  sql: `
alter table runs add column parent_id integer references runs (id);

create table drafts (
  run_id integer not null references runs (id),
  image_id integer not null references images (id),
  settings_json text not null,
  changes_json text not null,
  at text not null,
  primary key (run_id, image_id)
) strict, without rowid;
`,
}
