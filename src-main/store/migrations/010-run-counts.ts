import type { Migration } from './migration.ts'

/**
 * How many images a run has reached is kept with the run, by triggers, whoever writes. As in migration 4, a row of `run_images` that is replaced is
 * taken off before the insert: SQLite tells no trigger of its going.
 */
export const runCounts: Migration = {
  number: 10,
  name: 'run-counts',
  sql: `
alter table runs add column images integer not null default 0;
update runs set images = (select count(*) from run_images where run_id = runs.id);

create trigger run_image_is_replaced before insert on run_images
when exists (select 1 from run_images where run_id = new.run_id and image_id = new.image_id) begin
  update runs set images = images - 1 where id = new.run_id;
end;
create trigger run_image_is_counted after insert on run_images begin
  update runs set images = images + 1 where id = new.run_id;
end;
create trigger run_image_is_not_counted after delete on run_images begin
  update runs set images = images - 1 where id = old.run_id;
end;
create trigger run_image_changes_run after update of run_id on run_images begin
  update runs set images = images - 1 where id = old.run_id;
  update runs set images = images + 1 where id = new.run_id;
end;
`,
}
