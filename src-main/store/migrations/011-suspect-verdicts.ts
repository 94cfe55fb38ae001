import type { Migration } from './migration.ts'

/**
 * What people say of suspects: truth that a model contradicts. Kept by the mask that was looked at, since ids of predictions go with their run:
 * what was answered once does not come back with the next one.
 */
export const suspectVerdicts: Migration = {
  number: 11,
  name: 'suspect-verdicts',
  sql: `
create table suspect_verdicts (
  number integer primary key,
  image_id integer not null references images (id) on delete cascade,
  instance_id text not null,
  rle text not null,
  verdict text not null check (verdict in ('label wrong', 'model wrong', 'cannot tell')),
  at text not null,
  unique (image_id, instance_id)
) strict;
create index rejected_predictions on predictions (image_id) where decision = 'rejected';
`,
}
