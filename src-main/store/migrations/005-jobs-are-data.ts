import type { Migration } from './migration.ts'

/**
 * A job says what it does by kind, version of the payload's form, and payload; kinds are no matter of the schema any more. What trainings
 * kept to go on with is a payload of version 1; of other jobs from before it is not known what they did, which version 0 says.
 */
export const jobsAreData: Migration = {
  number: 5,
  name: 'jobs-are-data',
  sql: `
create table jobs_as_data (
  id text primary key,
  session_id text not null,
  kind text not null,
  version integer not null,
  payload_json text not null,
  lane text,
  title text not null,
  state text not null check (state in ('queued', 'running', 'done', 'cancelled', 'failed', 'interrupted')),
  done real not null,
  total real not null,
  unit text not null,
  started_at text not null,
  ended_at text,
  error_json text,
  summary text,
  model_id text
) strict;
insert into jobs_as_data (rowid, id, session_id, kind, version, payload_json, lane, title, state, done, total, unit, started_at, ended_at,
    error_json, summary, model_id)
  select rowid, id, session_id, kind, case when settings_json is null then 0 else 1 end, coalesce(settings_json, '{}'),
    case when kind in ('predict', 'train') then kind end, title, state, done, total, unit, started_at, ended_at, error_json, summary, model_id
  from jobs;
drop table jobs;
alter table jobs_as_data rename to jobs;
`,
}
