import type { Migration } from './migration.ts'

/** Lines and points that are shown on images, in pieces with the box that each lies in, in degrees or image pixels. */
export const mapLayers: Migration = {
  number: 16,
  name: 'map-layers',
  sql: `
create table map_layers (
  id integer primary key,
  name text not null,
  on_earth integer not null,
  added_at text not null
) strict;

create table map_pieces (
  layer integer not null,
  kind text not null check (kind in ('line', 'points')),
  in_pixels integer not null,
  image text,
  west real not null,
  south real not null,
  east real not null,
  north real not null,
  positions blob not null
) strict;
create index map_pieces_by_layer on map_pieces (layer);
create index map_pieces_by_place on map_pieces (in_pixels, west);
`,
}
