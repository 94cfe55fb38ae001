import type { Migration } from './migration.ts'

/**
 * The content that the marks of an image were looked at with. Of a picture that had changed before it is not known any
 * more: the empty text is no content's hash, so it stays changed until someone looks.
 */
export const markedContent: Migration = {
  number: 3,
  name: 'marked-content',
  sql: `
alter table images add column marked_sha256 text;
update images set marked_sha256 = case file_state when 'changed' then '' else sha256 end;
`,
}
