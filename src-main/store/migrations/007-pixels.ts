import type { Migration } from './migration.ts'

/**
 * What a file holds beneath its pixels, and the mapping that makes them 8 bits: stored, so that what a person and the model
 * saw is known. `mapping_id` is empty where samples are shown as they are, else it names the mapping; it is part of pixel URLs, of
 * inferences' keys, and of `run_images.sha256`, behind a slash. Images from before are read once more.
 */
export const pixels: Migration = {
  number: 7,
  name: 'pixels',
  sql: `
alter table images add column facts_json text;
alter table images add column mapping_json text;
alter table images add column mapping_id text not null default '';
alter table images add column pixel_metres real;
create index images_of_kind on images (facts_json ->> '$.kind');
`,
}
