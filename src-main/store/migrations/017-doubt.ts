import type { Migration } from './migration.ts'

/**
 * How unsure a run is of each image (`core/doubt.ts`), kept with the image that it reached. For what was predicted before it is made of the predictions
 * alone: what was dropped is not known any more. Who edited what is found by an index.
 */
export const doubt: Migration = {
  number: 17,
  name: 'doubt',
  sql: `
alter table run_images add column doubt real;
update run_images set doubt = coalesce((
  select min(1.0, 5.0 * sum(min(p.score, 1.0 - p.score)) / (4.0 * sum(p.score) + count(*)))
  from predictions p where p.run_id = run_images.run_id and p.image_id = run_images.image_id
), 0)
where inference is not null;
create index run_images_by_doubt on run_images (run_id, doubt, image_id);
create index edits_by_author on edits (author, image_id);
`,
}
