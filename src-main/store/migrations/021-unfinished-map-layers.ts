import type { Migration } from './migration.ts'

/**
 * A map layer has its row before its pieces come, and as long as one is left when it goes: what a crash leaves is known by it. `session_id` is the
 * session that brings or removes the pieces, null where they are all there. Pieces that were left without a row belong to nobody.
 */
export const unfinishedMapLayers: Migration = {
  number: 21,
  name: 'unfinished-map-layers',
  sql: `
alter table map_layers add column session_id text;
insert into map_layers (id, name, on_earth, added_at, session_id)
select distinct layer, '', 0, '', '' from map_pieces where layer not in (select id from map_layers);
`,
}
