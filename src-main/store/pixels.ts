import { z } from 'zod'
import { imageFacts, mapping } from '../contract/wire.ts'
import type { ImageFacts, Mapping } from '../contract/wire.ts'
import type { Connection } from './database.ts'

/** What is known of the samples of an image. */
export interface StoredPixels {
  /** null: not read yet */
  facts: ImageFacts | null
  /** null: not chosen yet */
  mapping: Mapping | null
  /** side of a pixel on the ground that a person has given, in metres */
  pixelMetres: number | null
}

interface Row {
  facts: string | null
  mapping: string | null
  pixelMetres: number | null
}

const storedFacts = z.string().transform((text) => imageFacts.parse(JSON.parse(text)))
const storedMapping = z.string().transform((text) => mapping.parse(JSON.parse(text)))

/** Repository of what the table `images` knows of samples. */
export type PixelRepository = ReturnType<typeof pixelRepository>

/** Repository of what the table `images` knows of samples. */
export function pixelRepository(db: Connection) {
  const get = db.prepare<[number], Row>(
    'select facts_json as facts, mapping_json as mapping, pixel_metres as pixelMetres from images where id = ?',
  )
  const setFacts = db.prepare<[string, number]>('update images set facts_json = ? where id = ?')
  const setMapping = db.prepare<[string | null, string, number]>(
    'update images set mapping_json = ?, mapping_id = ? where id = ?',
  )
  const outdate = db.prepare<[number]>('update scores set truth_revision = -1 where image_id = ?')
  const setPixelMetres = db.prepare<[number | null, number]>(
    'update images set pixel_metres = ? where id = ?',
  )
  const ofKind = db
    .prepare<[string], number>(`select id from images where facts_json ->> '$.kind' = ? order by id`)
    .pluck()
  const byHand = db
    .prepare<[string], number>(
      `select count(*) from images where facts_json ->> '$.kind' = ? and mapping_json ->> '$.byHand' = 1`,
    )
    .pluck()

  return {
    get: (id: number): StoredPixels | null => {
      const row = get.get(id)
      if (!row) return null
      return {
        facts: storedFacts.nullable().parse(row.facts),
        mapping: storedMapping.nullable().parse(row.mapping),
        pixelMetres: row.pixelMetres,
      }
    },
    setFacts: (id: number, facts: ImageFacts): void => void setFacts.run(JSON.stringify(facts), id),
    /** @param name empty where bytes stay what they are */
    setMapping: (id: number, wanted: Mapping | null, name: string): void =>
      void setMapping.run(wanted && JSON.stringify(wanted), name, id),
    /** scores of the image were of predictions on other pixels */
    outdateScores: (id: number): void => void outdate.run(id),
    setPixelMetres: (id: number, metres: number | null): void => void setPixelMetres.run(metres, id),
    /** images whose files are of one kind; see `ImageFacts` */
    ofKind: (kind: string): number[] => ofKind.all(kind),
    /** how many of these have a mapping that a person has chosen */
    byHand: (kind: string): number => byHand.get(kind) ?? 0,
  }
}
