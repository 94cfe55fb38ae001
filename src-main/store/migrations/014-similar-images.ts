import type { Migration } from './migration.ts'

/**
 * Images that are alike go by groups, and a group to one side of a split. Who put an image where it is; what is kept of its pixels to tell;
 * scenes that names say and pixels bear out; contents that were trained on. Where a version was trained before, all splits are frozen.
 */
export const similarImages: Migration = {
  number: 14,
  name: 'similar-images',
  sql: `
alter table images add column split_by text not null default 'chance' check (split_by in ('chance', 'person', 'file', 'frozen'));

create table image_looks (
  image_id integer primary key references images (id) on delete cascade,
  sha256 text not null,
  shape blob,
  sketch blob not null
) strict;

create table image_groups (
  image_id integer primary key references images (id) on delete cascade,
  group_id integer not null,
  why text not null,
  by_hand integer not null default 0
) strict;
create index image_groups_by_group on image_groups (group_id);

create table crop_scenes (
  name text primary key,
  agrees integer not null
) strict, without rowid;

create table trained_contents (
  sha256 text primary key,
  at text not null
) strict, without rowid;

insert into meta (name, value)
select 'split_frozen', min(created_at) from models where kind = 'trained' having count(*) > 0;
update images set split_by = 'frozen'
where split is not null and status in ('done', 'no ship') and exists (select 1 from meta where name = 'split_frozen');
`,
}
