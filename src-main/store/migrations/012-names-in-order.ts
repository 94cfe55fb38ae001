import { nameKey } from '../../core/list/name-key.ts'
import type { Migration } from './migration.ts'

/** Lists are read in their order instead of sorted: an image's place by name is kept with it, and what a list filters by lies in the same index. */
export const namesInOrder: Migration = {
  number: 12,
  name: 'names-in-order',
  functions: { name_key: (path) => nameKey(String(path)) },
  sql: `
alter table images add column name_key text not null default '';
update images set name_key = name_key(path);
create index images_by_name on images (name_key, id, status, split, flagged);
create index scores_by_f2 on scores (run_id, f2);
`,
}
