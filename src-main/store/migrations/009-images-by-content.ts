import type { Migration } from './migration.ts'

/** Images are looked for by their content, to see which were renamed or moved; those that are missing, by their state. */
export const imagesByContent: Migration = {
  number: 9,
  name: 'images-by-content',
  sql: `
create index images_by_content on images (sha256);
create index images_missing on images (path) where file_state = 'missing';
`,
}
