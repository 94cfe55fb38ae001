import type { MapLayer } from '../contract/wire.ts'
import type { Connection } from './database.ts'

/** A line or some points of a layer. */
export interface StoredPiece {
  kind: 'line' | 'points'
  inPixels: boolean
  /** what its file calls the image that it is about; null: any */
  image: string | null
  /** x, y, x, y, ... in degrees or image pixels */
  positions: Float64Array
}

interface Box {
  west: number
  south: number
  east: number
  north: number
}

interface Row {
  kind: StoredPiece['kind']
  inPixels: number
  image: string | null
  positions: Buffer
}

/** Pieces that one statement removes, so that gestures come in between. */
const REMOVED_AT_ONCE = 200

/** Repository of map layers and their pieces. A layer is there once all of its pieces are. */
export type MapLayerRepository = ReturnType<typeof mapLayerRepository>

/** Repository of map layers and their pieces. */
export function mapLayerRepository(db: Connection) {
  const all = db.prepare<[], { id: number; name: string; onEarth: number }>(
    'select id, name, on_earth as onEarth from map_layers order by id',
  )
  const addPiece = db.prepare(
    `insert into map_pieces (layer, kind, in_pixels, image, west, south, east, north, positions)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const add = db.prepare<[number, string, number, string]>(
    'insert into map_layers (id, name, on_earth, added_at) values (?, ?, ?, ?)',
  )
  const remove = db.prepare<[number]>('delete from map_layers where id = ?')
  const removePieces = db.prepare<[number]>(
    `delete from map_pieces where rowid in
     (select rowid from map_pieces where layer = ? limit ${REMOVED_AT_ONCE})`,
  )
  const columns = 'kind, in_pixels as inPixels, image, positions'
  const whole = 'layer in (select id from map_layers)'
  const inPixels = db.prepare<[], Row>(`select ${columns} from map_pieces where in_pixels = 1 and ${whole}`)
  const onEarth = db.prepare<Box, Row>(
    `select ${columns} from map_pieces where in_pixels = 0 and west <= @east and east >= @west
     and south <= @north and north >= @south and ${whole}`,
  )

  return {
    all: (): MapLayer[] => all.all().map((row) => ({ ...row, onEarth: row.onEarth !== 0 })),
    addPiece: (layer: number, piece: StoredPiece, { west, south, east, north }: Box): void => {
      const { buffer, byteOffset, byteLength } = piece.positions
      const bytes = Buffer.from(buffer, byteOffset, byteLength)
      addPiece.run(layer, piece.kind, piece.inPixels ? 1 : 0, piece.image, west, south, east, north, bytes)
    },
    add: ({ id, name, onEarth: earth }: MapLayer, at: string): void =>
      void add.run(id, name, earth ? 1 : 0, at),
    remove: (id: number): void => void remove.run(id),
    /** Removes some pieces of a layer. @returns whether there may be more */
    removePieces: (layer: number): boolean => removePieces.run(layer).changes === REMOVED_AT_ONCE,
    /** pieces in image pixels, and those whose box on the earth meets this one, in degrees */
    near: (box: Box | null): StoredPiece[] =>
      [...inPixels.all(), ...(box ? onEarth.all(box) : [])].map(({ positions, ...row }) => ({
        ...row,
        inPixels: row.inPixels !== 0,
        positions: new Float64Array(new Uint8Array(positions).buffer),
      })),
  }
}
