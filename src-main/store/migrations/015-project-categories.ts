import type { Migration } from './migration.ts'

/**
 * The categories of a project, areas to ignore, headings and attributes. Instances carry a category's key, which stays for life, so that
 * renaming one changes no instance and no history; none is `ship`. Whoever writes an instance of a category that is not here makes it.
 *
 * Which categories count decides what every score is made of. A score knows the `epoch` that it was made in; another choice begins the next
 * one, and all scores are stale at once, however many there are.
 */
export const projectCategories: Migration = {
  number: 15,
  name: 'project-categories',
  sql: `
alter table truth add column ignore integer not null default 0;
alter table truth add column heading real;
alter table truth add column attributes_json text;
alter table scores add column epoch integer not null default 0;
create index truth_of_category on truth (category) where category is not null;
create index predictions_of_category on predictions (category) where category is not null;

create table counting (
  one integer primary key check (one = 1),
  epoch integer not null
) strict;
insert into counting values (1, 0);

create table categories (
  key text primary key,
  name text not null,
  colour integer not null,
  counts integer not null default 1,
  place integer not null,
  merged_into text references categories (key),
  instances integer not null default 0
) strict, without rowid;
insert into categories (key, name, colour, place) values ('ship', 'ship', 0, 0);
insert into categories (key, name, colour, place)
select category, category, place % 12, place
from (
  select category, row_number() over (order by category) as place
  from (select category from truth union select category from predictions) where category is not null and category <> 'ship'
);
update categories set instances = t.instances
from (select coalesce(category, 'ship') as key, count(*) as instances from truth group by 1) t where t.key = categories.key;

${known('truth', 'insert')}
${known('truth', 'update of category')}
${known('predictions', 'insert')}

create trigger category_has_more after insert on truth when not new.ignore begin
  update categories set instances = instances + 1 where key = coalesce(new.category, 'ship');
end;
create trigger category_has_less after delete on truth when not old.ignore begin
  update categories set instances = instances - 1 where key = coalesce(old.category, 'ship');
end;
create trigger category_of_other after update of category, ignore on truth
when old.category is not new.category or old.ignore <> new.ignore begin
  update categories set instances = instances - (not old.ignore) where key = coalesce(old.category, 'ship');
  update categories set instances = instances + (not new.ignore) where key = coalesce(new.category, 'ship');
end;

create trigger counting_begins_anew after update of counts on categories
when old.counts <> new.counts
  and (new.instances > 0 or exists (select 1 from predictions where category = new.key)) begin
  update counting set epoch = epoch + 1;
  update score_sums set fresh = 0;
end;

drop view score_parts;
create view score_parts as
select r.run_id, r.image_id, coalesce(i.split, '') as split,
  s.image_id is not null as scored,
  coalesce(s.truth_revision >= i.truth_revision and s.epoch = (select epoch from counting), 0) as fresh,
  coalesce(cast(round(s.f2 * 1099511627776) as integer), 0) as f2,
  coalesce((s.thresholds_json ->> '$[0].tp') + (s.thresholds_json ->> '$[0].fn') > 0, 0) as with_ships,
  coalesce(s.thresholds_json, '[]') as thresholds_json
from run_images r
join images i on i.id = r.image_id and i.status in ('done', 'no ship')
left join scores s on s.run_id = r.run_id and s.image_id = r.image_id;
`,
}

/** The category of a row that is written is there. */
function known(table: string, when: string): string {
  return `create trigger category_is_there_${table}_${when.split(' ')[0]} before ${when} on ${table}
when new.category is not null and not exists (select 1 from categories where key = new.category) begin
  insert into categories (key, name, colour, place)
  select new.category, new.category, (max(place) + 1) % 12, max(place) + 1 from categories;
end;`
}
