import type { Migration } from './migration.ts'

/**
 * Sums over images, kept up by triggers in the transaction that changes an image, so that whoever writes keeps them and reading them
 * costs the same at any number of images. F2 is summed in whole units of 2^-40: exact, in any order.
 *
 * What one image adds to the sums of one run is a row of `score_parts` (none where it is not finished, or the run has not reached it).
 * Before a row that it is made of changes the part is taken off, after it the new one is put on. So writers must not say
 * `on conflict do update` or `or ignore` on `run_images` and `scores`: SQLite would take off twice, or not put on again. `or replace` is right.
 */
export const sums: Migration = {
  number: 4,
  name: 'sums',
  sql: `
create index run_images_by_image on run_images (image_id);

create table image_counts (
  split text primary key,
  images integer not null default 0,
  finished integer not null default 0
) strict, without rowid;

create table score_sums (
  run_id integer not null,
  split text not null,
  scorable integer not null default 0,
  scored integer not null default 0,
  fresh integer not null default 0,
  f2 integer not null default 0,
  with_ships integer not null default 0,
  f2_with_ships integer not null default 0,
  primary key (run_id, split)
) strict, without rowid;

create table threshold_sums (
  run_id integer not null,
  split text not null,
  level integer not null,
  tp integer not null default 0,
  fp integer not null default 0,
  fn integer not null default 0,
  f2 integer not null default 0,
  primary key (run_id, split, level)
) strict, without rowid;

create view splits as
  select '' as split union all values ('train'), ('validation'), ('hold-out');

create view score_parts as
select r.run_id, r.image_id, coalesce(i.split, '') as split,
  s.image_id is not null as scored,
  coalesce(s.truth_revision >= i.truth_revision, 0) as fresh,
  coalesce(cast(round(s.f2 * 1099511627776) as integer), 0) as f2,
  coalesce((s.thresholds_json ->> '$[0].tp') + (s.thresholds_json ->> '$[0].fn') > 0, 0) as with_ships,
  coalesce(s.thresholds_json, '[]') as thresholds_json
from run_images r
join images i on i.id = r.image_id and i.status in ('done', 'no ship')
left join scores s on s.run_id = r.run_id and s.image_id = r.image_id;

create view threshold_parts as
select p.run_id, p.image_id, p.split, t.key as level, t.value ->> 'tp' as tp, t.value ->> 'fp' as fp, t.value ->> 'fn' as fn,
  cast(round((t.value ->> 'f2') * 1099511627776) as integer) as f2
from score_parts p, json_each(p.thresholds_json) t;

insert into image_counts
select split,
  (select count(*) from images i where coalesce(i.split, '') = s.split),
  (select count(*) from images i where coalesce(i.split, '') = s.split and i.status in ('done', 'no ship'))
from splits s;
insert into score_sums (run_id, split) select r.id, s.split from runs r, splits s;
-- most images are scored like many others: the thresholds of those are read once for all of them
create temp table kinds (
  run_id integer not null,
  split text not null,
  thresholds_json text not null,
  images integer not null,
  scored integer not null,
  fresh integer not null,
  f2 integer not null,
  primary key (run_id, split, thresholds_json)
) strict, without rowid;
insert into kinds
select run_id, split, thresholds_json, 1, scored, fresh, f2 from score_parts where true
on conflict do update
set images = images + 1, scored = scored + excluded.scored, fresh = fresh + excluded.fresh, f2 = f2 + excluded.f2;

update score_sums
set scorable = p.scorable, scored = p.scored, fresh = p.fresh, f2 = p.f2, with_ships = p.with_ships, f2_with_ships = p.f2_with_ships
from (
  select run_id, split, sum(images) as scorable, sum(scored) as scored, sum(fresh) as fresh, sum(f2) as f2,
    sum(iif(with_ships, images, 0)) as with_ships, sum(iif(with_ships, f2, 0)) as f2_with_ships
  from (
    select *, (thresholds_json ->> '$[0].tp') + (thresholds_json ->> '$[0].fn') > 0 as with_ships from kinds
  ) group by run_id, split
) p
where p.run_id = score_sums.run_id and p.split = score_sums.split;
insert into threshold_sums (run_id, split, level)
select r.id, s.split, l.value from runs r, splits s, json_each('[0,1,2,3,4,5,6,7,8,9]') l;
update threshold_sums set tp = t.tp, fp = t.fp, fn = t.fn, f2 = t.f2
from (
  select k.run_id, k.split, t.key as level, sum(k.images * (t.value ->> 'tp')) as tp, sum(k.images * (t.value ->> 'fp')) as fp,
    sum(k.images * (t.value ->> 'fn')) as fn, sum(k.images * cast(round((t.value ->> 'f2') * 1099511627776) as integer)) as f2
  from kinds k, json_each(k.thresholds_json) t group by k.run_id, k.split, t.key
) t
where t.run_id = threshold_sums.run_id and t.split = threshold_sums.split and t.level = threshold_sums.level;
drop table kinds;

create trigger sums_of_new_run after insert on runs begin
  insert into score_sums (run_id, split) select new.id, split from splits;
  insert into threshold_sums (run_id, split, level)
    select new.id, s.split, l.value from splits s, json_each('[0,1,2,3,4,5,6,7,8,9]') l;
end;
create trigger sums_of_gone_run after delete on runs begin
  delete from score_sums where run_id = old.id;
  delete from threshold_sums where run_id = old.id;
end;

create trigger image_is_counted after insert on images begin
  ${count('+', 'new')}
end;
create trigger image_is_not_counted after delete on images begin
  ${count('-', 'old')}
end;
create trigger image_is_counted_anew after update of status, split on images
when old.status <> new.status or old.split is not new.split begin
  ${count('-', 'old')}
  ${count('+', 'new')}
end;

create trigger image_leaves_sums before update of status, split, truth_revision on images
when old.status <> new.status or old.split is not new.split or old.truth_revision <> new.truth_revision begin
  ${add('-', 'image_id = old.id')}
end;
create trigger image_joins_sums after update of status, split, truth_revision on images
when old.status <> new.status or old.split is not new.split or old.truth_revision <> new.truth_revision begin
  ${add('+', 'image_id = new.id')}
end;
${followed('run_images', 'run_image')}
${followed('scores', 'score')}
`,
}

/** Counts an image of `images`, or no longer. @param row old or new */
function count(sign: '+' | '-', row: string): string {
  return `update image_counts
    set images = images ${sign} 1, finished = finished ${sign} (${row}.status in ('done', 'no ship'))
    where split = coalesce(${row}.split, '');`
}

/** Puts parts on the sums, or takes them off. @param which condition that holds for one part of each run at most */
function add(sign: '+' | '-', which: string): string {
  return `update score_sums
    set scorable = scorable ${sign} 1, scored = score_sums.scored ${sign} p.scored,
      fresh = score_sums.fresh ${sign} p.fresh, f2 = score_sums.f2 ${sign} p.f2,
      with_ships = score_sums.with_ships ${sign} p.with_ships, f2_with_ships = f2_with_ships ${sign} p.f2 * p.with_ships
    from (select * from score_parts where ${which}) p
    where score_sums.run_id = p.run_id and score_sums.split = p.split;
  update threshold_sums
    set tp = threshold_sums.tp ${sign} t.tp, fp = threshold_sums.fp ${sign} t.fp, fn = threshold_sums.fn ${sign} t.fn,
      f2 = threshold_sums.f2 ${sign} t.f2
    from (select * from threshold_parts where ${which}) t
    where threshold_sums.run_id = t.run_id and threshold_sums.split = t.split and threshold_sums.level = t.level;`
}

/** The triggers of a table whose rows belong to a run and an image. */
function followed(table: string, name: string): string {
  const part = (row: string): string => `run_id = ${row}.run_id and image_id = ${row}.image_id`
  // a row that is replaced is taken off before the insert: SQLite tells no trigger of its going
  return `
create trigger ${name}_leaves_sums_for_new before insert on ${table} begin
  ${add('-', part('new'))}
end;
create trigger ${name}_joins_sums after insert on ${table} begin
  ${add('+', part('new'))}
end;
create trigger ${name}_leaves_sums_for_change before update on ${table} begin
  ${add('-', part('old'))}
end;
create trigger ${name}_joins_sums_changed after update on ${table} begin
  ${add('+', part('new'))}
end;
create trigger ${name}_leaves_sums before delete on ${table} begin
  ${add('-', part('old'))}
end;
create trigger ${name}_rejoins_sums after delete on ${table} begin
  ${add('+', part('old'))}
end;`
}
