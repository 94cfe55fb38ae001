import type { Migration } from './migration.ts'

/** The first schema. Text columns named `..._json` hold JSON; times are ISO 8601 in UTC. */
export const start: Migration = {
  number: 1,
  name: 'start',
  sql: `
create table meta (
  name text primary key,
  value text not null
) strict, without rowid;

create table sessions (
  id text primary key,
  pid integer not null,
  host text not null,
  started text not null,
  heartbeat text not null
) strict, without rowid;

create table images (
  id integer primary key,
  path text not null unique,
  size integer not null,
  mtime real not null,
  sha256 text,
  width integer,
  height integer,
  status text not null default 'to do' check (status in ('to do', 'in progress', 'done', 'no ship')),
  split text check (split in ('train', 'validation', 'hold-out')),
  flagged integer not null default 0,
  comment text not null default '',
  file_state text not null default 'pending'
    check (file_state in ('ok', 'pending', 'missing', 'changed', 'unreadable')),
  file_note text,
  revision integer not null default 0,
  truth_revision integer not null default 0,
  head_edit integer references edits (id)
) strict;

create table truth (
  number integer primary key,
  id text not null unique,
  image_id integer not null references images (id),
  rle text not null,
  area integer not null,
  origin text not null check (origin in ('drawn', 'imported', 'accepted')),
  edited integer not null,
  colour integer not null
) strict;
create index truth_of_image on truth (image_id);

create table edits (
  id integer primary key autoincrement,
  gesture_id text not null unique,
  group_id text,
  image_id integer not null references images (id),
  revision integer not null,
  kind text not null check (kind in ('do', 'undo', 'redo')),
  target_edit integer references edits (id),
  parent_edit integer references edits (id),
  forward_json text not null,
  inverse_json text not null,
  author text not null,
  at text not null,
  unique (image_id, revision)
) strict;
create index edits_by_parent on edits (image_id, kind, parent_edit);
create index edits_by_group on edits (group_id) where group_id is not null;
create trigger edits_never_change before update on edits begin select raise(abort, 'edits are append-only'); end;
create trigger edits_never_go before delete on edits begin select raise(abort, 'edits are append-only'); end;

create table models (
  id text primary key,
  name text not null,
  parent text,
  created_at text not null,
  kind text not null check (kind in ('base', 'trained')),
  parameters integer not null,
  bytes integer not null,
  trained_images integer not null,
  validation_f2 real,
  note text not null
) strict, without rowid;

create table runs (
  id integer primary key,
  name text not null,
  kind text not null check (kind in ('model', 'labels')),
  model_id text references models (id),
  settings_json text,
  created_at text not null
) strict;

create table run_images (
  id integer primary key autoincrement,
  run_id integer not null references runs (id),
  image_id integer not null references images (id),
  sha256 text,
  inference text,
  at text not null,
  unique (run_id, image_id)
) strict;

create table predictions (
  number integer primary key,
  id text not null unique,
  run_id integer not null references runs (id),
  image_id integer not null references images (id),
  rle text not null,
  area integer not null,
  score real not null,
  cluster integer not null,
  colour integer not null,
  decision text check (decision in ('accepted', 'rejected'))
) strict;
create index predictions_of_image on predictions (run_id, image_id);

create table scores (
  run_id integer not null references runs (id),
  image_id integer not null references images (id),
  f2 real not null,
  thresholds_json text not null,
  truth_revision integer not null,
  at text not null,
  primary key (run_id, image_id)
) strict, without rowid;

create table jobs (
  id text primary key,
  session_id text not null,
  kind text not null check (kind in ('predict', 'train', 'score', 'import', 'scan')),
  title text not null,
  state text not null check (state in ('queued', 'running', 'done', 'cancelled', 'failed', 'interrupted')),
  done real not null,
  total real not null,
  unit text not null,
  started_at text not null,
  ended_at text,
  error_json text,
  summary text,
  model_id text,
  settings_json text
) strict;
`,
}
