import type { Migration } from './migration.ts'

/**
 * Images that are left out for good, with a reason, and the score that leaves out what lies in areas to ignore. An image that is left out is not
 * finished, whatever its status: it is in no count, score, training or review. The sums are made of other parts then, so their triggers are made anew.
 *
 * `scores.ignoring_f2` is there where the image has areas to ignore; else that score is the strict one. Scores of such images from before are stale.
 */
export const leftOut: Migration = {
  number: 20,
  name: 'left-out',
  sql: `
alter table images add column left_out text;
alter table scores add column ignoring_f2 real;
update scores set epoch = -1 where image_id in (select image_id from truth where ignore);

${[
  ...[
    'image_is_counted',
    'image_is_not_counted',
    'image_is_counted_anew',
    'image_leaves_sums',
    'image_joins_sums',
  ],
  ...['run_image', 'score'].flatMap((name) =>
    [
      'leaves_sums_for_new',
      'joins_sums',
      'leaves_sums_for_change',
      'joins_sums_changed',
      'leaves_sums',
      'rejoins_sums',
    ].map((what) => `${name}_${what}`),
  ),
]
  .map((name) => `drop trigger ${name};`)
  .join('\n')}

alter table image_counts add column left_out integer not null default 0;
alter table score_sums add column with_areas integer not null default 0;
alter table score_sums add column ignoring_f2 integer not null default 0;
alter table score_sums add column ignoring_f2_with_ships integer not null default 0;
update score_sums set ignoring_f2 = f2, ignoring_f2_with_ships = f2_with_ships;

drop view score_parts;
create view score_parts as
select r.run_id, r.image_id, coalesce(i.split, '') as split,
  s.image_id is not null as scored,
  coalesce(s.truth_revision >= i.truth_revision and s.epoch = (select epoch from counting), 0) as fresh,
  coalesce(cast(round(s.f2 * 1099511627776) as integer), 0) as f2,
  coalesce((s.thresholds_json ->> '$[0].tp') + (s.thresholds_json ->> '$[0].fn') > 0, 0) as with_ships,
  coalesce(s.thresholds_json, '[]') as thresholds_json,
  s.ignoring_f2 is not null as with_areas,
  coalesce(cast(round(coalesce(s.ignoring_f2, s.f2) * 1099511627776) as integer), 0) as ignoring_f2
from run_images r
join images i on i.id = r.image_id and i.status in ('done', 'no ship') and i.left_out is null
left join scores s on s.run_id = r.run_id and s.image_id = r.image_id;

create trigger image_is_counted after insert on images begin
  ${count('+', 'new')}
end;
create trigger image_is_not_counted after delete on images begin
  ${count('-', 'old')}
end;
create trigger image_is_counted_anew after update of status, split, left_out on images
when old.status <> new.status or old.split is not new.split or (old.left_out is null) <> (new.left_out is null) begin
  ${count('-', 'old')}
  ${count('+', 'new')}
end;

create trigger image_leaves_sums before update of status, split, truth_revision, left_out on images
when old.status <> new.status or old.split is not new.split or old.truth_revision <> new.truth_revision
  or (old.left_out is null) <> (new.left_out is null) begin
  ${add('-', 'image_id = old.id')}
end;
create trigger image_joins_sums after update of status, split, truth_revision, left_out on images
when old.status <> new.status or old.split is not new.split or old.truth_revision <> new.truth_revision
  or (old.left_out is null) <> (new.left_out is null) begin
  ${add('+', 'image_id = new.id')}
end;
${followed('run_images', 'run_image')}
${followed('scores', 'score')}
`,
}

/** Counts an image of `images`, or no longer. @param row old or new */
function count(sign: '+' | '-', row: string): string {
  return `update image_counts
    set images = images ${sign} (${row}.left_out is null), left_out = left_out ${sign} (${row}.left_out is not null),
      finished = finished ${sign} (${row}.left_out is null and ${row}.status in ('done', 'no ship'))
    where split = coalesce(${row}.split, '');`
}

/** Puts parts on the sums, or takes them off. @param which condition that holds for one part of each run at most */
function add(sign: '+' | '-', which: string): string {
  return `update score_sums
    set scorable = scorable ${sign} 1, scored = score_sums.scored ${sign} p.scored,
      fresh = score_sums.fresh ${sign} p.fresh, f2 = score_sums.f2 ${sign} p.f2,
      with_ships = score_sums.with_ships ${sign} p.with_ships, f2_with_ships = f2_with_ships ${sign} p.f2 * p.with_ships,
      with_areas = score_sums.with_areas ${sign} p.with_areas, ignoring_f2 = score_sums.ignoring_f2 ${sign} p.ignoring_f2,
      ignoring_f2_with_ships = ignoring_f2_with_ships ${sign} p.ignoring_f2 * p.with_ships
    from (select * from score_parts where ${which}) p
    where score_sums.run_id = p.run_id and score_sums.split = p.split;
  update threshold_sums
    set tp = threshold_sums.tp ${sign} t.tp, fp = threshold_sums.fp ${sign} t.fp, fn = threshold_sums.fn ${sign} t.fn,
      f2 = threshold_sums.f2 ${sign} t.f2
    from (select * from threshold_parts where ${which}) t
    where threshold_sums.run_id = t.run_id and threshold_sums.split = t.split and threshold_sums.level = t.level;`
}

/** The triggers of a table whose rows belong to a run and an image; a row that is replaced is taken off before the insert. */
function followed(table: string, name: string): string {
  const part = (row: string): string => `run_id = ${row}.run_id and image_id = ${row}.image_id`
  const trigger = (what: string, when: string, sign: '+' | '-', row: string): string =>
    `create trigger ${name}_${what} ${when} on ${table} begin
  ${add(sign, part(row))}
end;`
  return [
    trigger('leaves_sums_for_new', 'before insert', '-', 'new'),
    trigger('joins_sums', 'after insert', '+', 'new'),
    trigger('leaves_sums_for_change', 'before update', '-', 'old'),
    trigger('joins_sums_changed', 'after update', '+', 'new'),
    trigger('leaves_sums', 'before delete', '-', 'old'),
    trigger('rejoins_sums', 'after delete', '+', 'old'),
  ].join('\n')
}
