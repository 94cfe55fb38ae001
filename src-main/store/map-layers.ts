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

/** Repository of map layers and their pieces. A layer is shown once all of its pieces are there. */
export type MapLayerRepository = ReturnType<typeof mapLayerRepository>

/** Repository of map layers and their pieces. */
export function mapLayerRepository(db: Connection) {
  const all = db.prepare<[], { id: number; name: string; onEarth: number }>(
    'select id, name, on_earth as onEarth from map_layers where session_id is null order by id',
  )
  const addPiece = db.prepare(
    `insert into map_pieces (layer, kind, in_pixels, image, west, south, east, north, positions)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const begin = db.prepare<[number, string]>(
    `insert into map_layers (id, name, on_earth, added_at, session_id) values (?, '', 0, '', ?)`,
  )
  const finish = db.prepare<[string, number, string, number, string]>(
    'update map_layers set name = ?, on_earth = ?, added_at = ?, session_id = null where id = ? and session_id = ?',
  )
  const leave = db.prepare<[string, number]>('update map_layers set session_id = ? where id = ?')
  const remove = db.prepare<[number]>('delete from map_layers where id = ?')
  const removePieces = db.prepare<[number]>(
    `delete from map_pieces where rowid in
     (select rowid from map_pieces where layer = ? limit ${REMOVED_AT_ONCE})`,
  )
  const lost = db
    .prepare<[], number>(
      'select id from map_layers where session_id is not null and session_id not in (select id from sessions)',
    )
    .pluck()
  const columns = 'kind, in_pixels as inPixels, image, positions'
  const whole = 'layer in (select id from map_layers where session_id is null)'
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
    /** From now on pieces of it may come. @param session that brings them */
    begin: (id: number, session: string): void => void begin.run(id, session),
    /**
     * All pieces are there.
     * @returns false where the session counted as dead meanwhile, so that another one has taken the layer away
     */
    finish: ({ id, name, onEarth: earth }: MapLayer, session: string, at: string): boolean =>
      finish.run(name, earth ? 1 : 0, at, id, session).changes === 1,
    /** It is not shown any more, and its pieces go. @param session that removes them */
    leave: (id: number, session: string): void => void leave.run(session, id),
    /**
     * Removes some pieces of a layer that is not shown, then its row.
     * @returns whether anything of it is left
     */
    removeSome: (id: number): boolean => {
      if (removePieces.run(id).changes > 0) return true
      remove.run(id)
      return false
    },
    /** layers whose pieces were being brought or removed by sessions that are over */
    lost: (): number[] => lost.all(),
    /** pieces in image pixels, and those whose box on the earth meets this one, in degrees */
    near: (box: Box | null): StoredPiece[] =>
      [...inPixels.all(), ...(box ? onEarth.all(box) : [])].map(({ positions, ...row }) => ({
        ...row,
        inPixels: row.inPixels !== 0,
        positions: new Float64Array(new Uint8Array(positions).buffer),
      })),
  }
}
