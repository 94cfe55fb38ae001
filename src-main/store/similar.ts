import { z } from 'zod'
import { imageFacts } from '../contract/wire.ts'
import type { Split, SplitBy } from '../contract/wire.ts'
import type { Look } from '../core/similar/look.ts'
import type { Group, Groupable, Why } from '../core/similar/groups.ts'
import type { Connection } from './database.ts'
import { IS_FINISHED } from './images.ts'

/** A finished image as splits need it. */
export interface FinishedImage {
  id: number
  path: string
  sha256: string
  /** px */
  width: number
  height: number
  ships: boolean
  split: Split | null
  by: SplitBy
  /** where it stands now; null: in no group yet */
  stands: { group: number; why: Why } | null
  /** this content was trained on in this project */
  trained: boolean
}

type FinishedRow = [
  id: number,
  path: string,
  sha256: string,
  width: number,
  height: number,
  ships: number,
  split: Split | null,
  by: SplitBy,
  group: number | null,
  why: Why | null,
  trained: number,
]

interface GroupableRow {
  id: number
  path: string
  sha256: string
  width: number
  height: number
  georeference: string | null
  shape: Buffer | null
  sketch: Buffer | null
  byHand: number | null
}

const georeferenceIn = z
  .string()
  .transform((text) => imageFacts.shape.georeference.parse(JSON.parse(text)))
  .nullable()

/** Repository of what tells which images are alike. */
export type SimilarRepository = ReturnType<typeof similarRepository>

/** Repository of the tables `image_looks`, `image_groups`, `crop_scenes` and `trained_contents`. */
export function similarRepository(db: Connection) {
  const finished = `${IS_FINISHED} and i.sha256 is not null and i.width is not null`
  const unlooked = db
    .prepare<[], number>(
      `select i.id from images i left join image_looks l on l.image_id = i.id
       where ${finished} and i.file_state = 'ok' and (l.image_id is null or l.sha256 <> i.sha256) order by i.id`,
    )
    .pluck()
  const putLook = db.prepare<[number, string, Buffer | null, Buffer]>(
    'insert or replace into image_looks (image_id, sha256, shape, sketch) values (?, ?, ?, ?)',
  )
  const finishedImages = db
    .prepare<[], FinishedRow>(
      `select i.id, i.path, i.sha256, i.width, i.height, exists (select 1 from truth t where t.image_id = i.id), i.split, i.split_by, g.group_id, g.why,
         exists (select 1 from trained_contents c where c.sha256 = i.sha256)
       from images i left join image_groups g on g.image_id = i.id where ${finished} order by i.id`,
    )
    .raw()
  const groupable = db.prepare<[], GroupableRow>(
    `select i.id, i.path, i.sha256, i.width, i.height, json_extract(i.facts_json, '$.georeference') as georeference,
       l.shape, l.sketch, iif(g.by_hand, g.group_id, null) as byHand
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
  const isTrained = db
    .prepare<[string], number>('select exists (select 1 from trained_contents where sha256 = ?)')
    .pluck()
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
    /** all finished images whose content is known, one after the other, as often as they are gone through */
    finished: (): Iterable<FinishedImage> => repeated(() => finishedImages.iterate(), finishedOf),
    /** what tells which of them are alike. @param sceneOf the scene that a path says, where pixels bear it out */
    groupable: (sceneOf: (path: string) => string | null): Iterable<Groupable> =>
      repeated(
        () => groupable.iterate(),
        (row) => groupableOf(row, sceneOf(row.path)),
      ),
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
    /** whether a content was ever trained on in this project */
    isTrained: (sha256: string): boolean => isTrained.get(sha256) === 1,
    noteTrained: (sha256: string, at: string): void => void trained.run(sha256, at),
  }
}

/** Rows that are read anew each time, so that none is kept. */
function repeated<R, T>(rows: () => Iterable<R>, of: (row: R) => T): Iterable<T> {
  return {
    *[Symbol.iterator]() {
      for (const row of rows()) yield of(row)
    },
  }
}

function finishedOf(row: FinishedRow): FinishedImage {
  const [id, path, sha256, width, height, ships, split, by, group, why, trained] = row
  const stands = group === null || why === null ? null : { group, why }
  const size = { width, height }
  return { id, path, sha256, ...size, ships: ships !== 0, split, by, stands, trained: trained !== 0 }
}

function groupableOf(row: GroupableRow, scene: string | null): Groupable {
  const { id, sha256, width, height, byHand, georeference, shape, sketch } = row
  return {
    ...{ id, sha256, width, height, byHand, scene },
    look: sketch && {
      shape: shape && Int8Array.from(new Int8Array(bytesOf(shape))),
      sketch: new Uint32Array(bytesOf(sketch)),
    },
    georeference: georeferenceIn.parse(georeference),
  }
}

function bytesOf(buffer: Buffer): ArrayBuffer {
  return Uint8Array.from(buffer).buffer
}
