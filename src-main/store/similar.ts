import { z } from 'zod'
import { imageFacts } from '../contract/wire.ts'
import type { Split, SplitBy } from '../contract/wire.ts'
import type { Look } from '../core/similar/look.ts'
import type { Group, Groupable, Why } from '../core/similar/groups.ts'
import type { Connection } from './database.ts'

/** A finished image as groups and splits need it. */
export interface GroupedImage extends Groupable {
  path: string
  ships: boolean
  split: Split | null
  by: SplitBy
  /** where it stands now; null: in no group yet */
  stands: { group: number; why: Why } | null
  /** this content was trained on in this project */
  trained: boolean
}

interface Row {
  id: number
  path: string
  sha256: string
  width: number
  height: number
  georeference: string | null
  ships: number
  split: Split | null
  by: SplitBy
  shape: Buffer | null
  sketch: Buffer | null
  group: number | null
  why: Why | null
  byHand: number | null
  trained: number
}

const georeferenceIn = z
  .string()
  .transform((text) => imageFacts.shape.georeference.parse(JSON.parse(text)))
  .nullable()

/** Repository of what tells which images are alike. */
export type SimilarRepository = ReturnType<typeof similarRepository>

/** Repository of the tables `image_looks`, `image_groups`, `crop_scenes` and `trained_contents`. */
export function similarRepository(db: Connection) {
  const finished = `i.status in ('done', 'no ship') and i.sha256 is not null and i.width is not null`
  const unlooked = db
    .prepare<[], number>(
      `select i.id from images i left join image_looks l on l.image_id = i.id
       where ${finished} and i.file_state = 'ok' and (l.image_id is null or l.sha256 <> i.sha256) order by i.id`,
    )
    .pluck()
  const putLook = db.prepare<[number, string, Buffer | null, Buffer]>(
    'insert or replace into image_looks (image_id, sha256, shape, sketch) values (?, ?, ?, ?)',
  )
  const grouped = db.prepare<[], Row>(
    `select i.id, i.path, i.sha256, i.width, i.height, json_extract(i.facts_json, '$.georeference') as georeference, i.split, i.split_by as "by",
       exists (select 1 from truth t where t.image_id = i.id) as ships,
       l.shape, l.sketch, g.group_id as "group", g.why, iif(g.by_hand, g.group_id, null) as byHand,
       exists (select 1 from trained_contents c where c.sha256 = i.sha256) as trained
     from images i left join image_looks l on l.image_id = i.id and l.sha256 = i.sha256
     left join image_groups g on g.image_id = i.id where ${finished} order by i.id`,
  )
  const putGroup = db.prepare<[number, number, Why, number]>(
    'insert or replace into image_groups (image_id, group_id, why, by_hand) values (?, ?, ?, ?)',
  )
  const members = db
    .prepare<[number], number>(
      `select image_id from image_groups where group_id = (select group_id from image_groups where image_id = ?)`,
    )
    .pluck()
  const byHand = db.prepare<[number], number>('select by_hand from image_groups where image_id = ?').pluck()
  const scenes = db.prepare<[], { name: string; agrees: number }>('select name, agrees from crop_scenes')
  const putScene = db.prepare<[string, number]>(
    'insert or replace into crop_scenes (name, agrees) values (?, ?)',
  )
  const trained = db.prepare<[string, string]>(
    'insert or ignore into trained_contents (sha256, at) values (?, ?)',
  )
  return {
    /** finished images of whose pixels nothing is kept yet */
    unlooked: (): number[] => unlooked.all(),
    putLook: (id: number, sha256: string, { shape, sketch }: Look): void =>
      void putLook.run(
        id,
        sha256,
        shape && Buffer.from(shape.buffer, shape.byteOffset, shape.byteLength),
        Buffer.from(Uint32Array.from(sketch).buffer),
      ),
    /** all finished images whose content is known. @param sceneOf the scene that a path says, where pixels bear it out */
    finished: (sceneOf: (path: string) => string | null): GroupedImage[] =>
      Array.from(grouped.iterate(), (row) => groupedOf(row, sceneOf(row.path))),
    putGroup: (id: number, { group, why }: Group, byHand: boolean): void =>
      void putGroup.run(id, group, why, byHand ? 1 : 0),
    /** whether a person has said where the image belongs */
    isByHand: (id: number): boolean => byHand.get(id) === 1,
    /** an image and all that are of its group */
    membersWith: (id: number): number[] => {
      const found = members.all(id)
      return found.length > 0 ? found : [id]
    },
    /** scenes that were looked into: whether pixels bear the names out */
    scenes: (): Map<string, boolean> => new Map(scenes.all().map(({ name, agrees }) => [name, agrees !== 0])),
    putScene: (name: string, agrees: boolean): void => void putScene.run(name, agrees ? 1 : 0),
    noteTrained: (sha256: string, at: string): void => void trained.run(sha256, at),
  }
}

function groupedOf(row: Row, scene: string | null): GroupedImage {
  const { georeference, shape, sketch, ships, trained, group, why, ...rest } = row
  return {
    ...rest,
    scene,
    look: sketch && {
      shape: shape && Int8Array.from(new Int8Array(bytesOf(shape))),
      sketch: new Uint32Array(bytesOf(sketch)),
    },
    georeference: georeferenceIn.parse(georeference),
    ships: ships !== 0,
    trained: trained !== 0,
    stands: group === null || why === null ? null : { group, why },
  }
}

function bytesOf(buffer: Buffer): ArrayBuffer {
  return Uint8Array.from(buffer).buffer
}
