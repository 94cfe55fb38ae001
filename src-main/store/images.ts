import type { FileState, ImageStatus, Split, SplitBy } from '../contract/wire.ts'
import { nameKey } from '../core/list/name-key.ts'
import { COUNTS } from './categories.ts'
import type { Connection } from './database.ts'

/** One row of the table `images`, in the form of the code. */
export interface StoredImage {
  id: number
  /** relative to the images folder, with '/' */
  path: string
  /** of the file, in bytes */
  size: number
  /** of the file, in ms since 1970 */
  mtime: number
  sha256: string | null
  /** the content that its marks were last looked at with: where it is another than `sha256`, the picture has changed */
  markedSha256: string | null
  width: number | null
  height: number | null
  /** which mapping makes its pixels; empty: samples as they are, or not read yet */
  mappingId: string
  status: ImageStatus
  split: Split | null
  splitBy: SplitBy
  flagged: boolean
  comment: string
  /** why it is left out for good; null: it is not */
  leftOut: string | null
  fileState: FileState
  fileNote: string | null
  /** rises with every edit */
  revision: number
  /** the revision at which the truth, or whether there is truth, changed last */
  truthRevision: number
  /** the edit that undo takes back next */
  headEdit: number | null
}

/** That a row of `images i` is finished: somebody has said that its truth is complete, and it is not left out. */
export const IS_FINISHED = `(i.status in ('done', 'no ship') and i.left_out is null)`

/** A file as a listing of the folder gives it. */
export interface ListedFile {
  path: string
  size: number
  mtime: number
}

/** What is known of an image's file. */
export interface KnownFile extends ListedFile {
  id: number
  fileState: FileState
  /** its content has been read once */
  read: boolean
}

/** A stored image with what the list shows beside it. `thresholds` etc. stay in `scores`. */
export interface ListedImage extends StoredImage {
  truthCount: number
  /** null: the run has not reached this image */
  predictionCount: number | null
  f2: number | null
  scoredRevision: number | null
  /** which mapping the run has seen it by; null: the run is of no model, or has not reached it */
  predictedMapping: string | null
  /** of the run; null: not reached, or of no model */
  doubt: number | null
}

type Row = Omit<StoredImage, 'flagged'> & { flagged: number }
type ListRow = Omit<ListedImage, 'flagged'> & { flagged: number }

const COLUMNS = `i.id, i.path, i.size, i.mtime, i.sha256, i.marked_sha256 as markedSha256, i.width, i.height, i.mapping_id as mappingId, i.status, i.split, i.split_by as splitBy, i.flagged, i.comment, i.left_out as leftOut,
  i.file_state as fileState, i.file_note as fileNote, i.revision, i.truth_revision as truthRevision,
  i.head_edit as headEdit`

const LISTED = `select ${COLUMNS},
    (select count(*) from truth t where t.image_id = i.id and ${COUNTS}) as truthCount,
    case when ri.id is null then null
      else (select count(*) from predictions p where p.run_id = ri.run_id and p.image_id = i.id) end as predictionCount,
    s.f2, iif(s.epoch = (select epoch from counting), s.truth_revision, -1) as scoredRevision,
    ri.doubt,
    case when ri.inference is null then null else substr(ri.sha256, 66) end as predictedMapping
  from images i
  left join run_images ri on ri.run_id = @run and ri.image_id = i.id
  left join scores s on s.run_id = @run and s.image_id = i.id`

/** Repository of the table `images`. */
export type ImageRepository = ReturnType<typeof imageRepository>

/** Repository of the table `images`. */
export function imageRepository(db: Connection) {
  const get = db.prepare<[number], Row>(`select ${COLUMNS} from images i where i.id = ?`)
  const all = db.prepare<[], Row>(`select ${COLUMNS} from images i order by i.path`)
  const listed = db.prepare<[{ run: number | null }], ListRow>(`${LISTED} order by i.path`)
  const files = db
    .prepare<[], [number, string, number, number, FileState, number]>(
      'select id, path, size, mtime, file_state, sha256 is not null from images',
    )
    .raw()
  const latestDone = db.prepare<[number], { id: number; width: number; height: number }>(
    `select id, width, height from images i where ${IS_FINISHED} and status = 'done' and width is not null order by id desc limit ?`,
  )
  const newest = db.prepare<[], number | null>('select max(id) from images').pluck()
  const sizes = db
    .prepare<[], [number, string, number | null, number | null]>(
      'select id, path, width, height from images order by path',
    )
    .raw()
  const candidates = db
    .prepare<[], [number, ImageStatus, Split | null, FileState, string | null, number]>(
      `select id, status, split, file_state, left_out, (select count(*) from truth t where t.image_id = i.id and ${COUNTS}) from images i order by i.path`,
    )
    .raw()
  const fileAt = db
    .prepare<[string], [number, string, number, number, FileState, number]>(
      'select id, path, size, mtime, file_state, sha256 is not null from images where path = ?',
    )
    .raw()
  const byPath = db.prepare<[string], number>('select id from images where path = ?').pluck()
  const listedOne = db.prepare<[{ run: number | null; id: number }], ListRow>(`${LISTED} where i.id = @id`)
  const add = db.prepare<[string, string, number, number]>(
    'insert into images (path, name_key, size, mtime) values (?, ?, ?, ?)',
  )
  const setFile = db.prepare<[number, number, FileState, string | null, number]>(
    'update images set size = ?, mtime = ?, file_state = ?, file_note = ? where id = ?',
  )
  const setContent = db.prepare<[string | null, number | null, number | null, number]>(
    'update images set sha256 = ?, width = ?, height = ? where id = ?',
  )
  const setSplit = db.prepare<[Split, SplitBy, number]>(
    'update images set split = ?, split_by = ? where id = ?',
  )
  // what is marked on a changed picture, unchecked, belongs neither to it nor to the one before
  const setEdited = db.prepare<[number, number, number | null, number]>(
    `update images set revision = ?, truth_revision = ?, head_edit = ?,
       marked_sha256 = iif(file_state = 'changed', '', marked_sha256) where id = ?`,
  )
  const withContent = db.prepare<[string], { id: number; height: number }>(
    'select id, height from images where sha256 = ? and height is not null',
  )
  const setMarkedContent = db.prepare<[string, number]>('update images set marked_sha256 = ? where id = ?')
  // a picture that is not there cannot have been looked at
  const setStatus = db.prepare<[ImageStatus, number]>(
    `update images set status = ?,
       marked_sha256 = iif(file_state in ('missing', 'unreadable'), marked_sha256, sha256) where id = ?`,
  )
  const putStatusBack = db.prepare<[ImageStatus, number]>('update images set status = ? where id = ?')
  const setFlag = db.prepare<[number, string, number]>(
    'update images set flagged = ?, comment = ? where id = ?',
  )
  const setLeftOut = db.prepare<[string | null, number]>('update images set left_out = ? where id = ?')

  return {
    /** finished images with ships, `most` of them, those that came last first */
    latestDone: (most: number): { id: number; width: number; height: number }[] => latestDone.all(most),
    get: (id: number): StoredImage | null => {
      const row = get.get(id)
      return row ? stored(row) : null
    },
    /** all images by path, one after the other */
    *all(): Generator<StoredImage> {
      for (const row of all.iterate()) yield stored(row)
    },
    /** places and sizes of all images by path, one after the other; null: not read yet */
    *sizes(): Generator<Pick<StoredImage, 'id' | 'path' | 'width' | 'height'>> {
      for (const [id, path, width, height] of sizes.iterate()) yield { id, path, width, height }
    },
    /** rows with counts and scores against `run`, by path */
    listed: (run: number | null): ListedImage[] => listed.all({ run }).map(shown),
    listedOne: (id: number, run: number | null): ListedImage | null => {
      const row = listedOne.get({ id, run })
      return row ? shown(row) : null
    },
    /** highest id; 0: there is no image */
    newest: (): number => newest.get() ?? 0,
    /** all files as they are known, one after the other */
    *files(): Generator<KnownFile> {
      for (const row of files.iterate()) yield known(row)
    },
    /** what decides which images can be trained on, one after the other, by path */
    *candidates(): Generator<
      Pick<ListedImage, 'id' | 'status' | 'split' | 'fileState' | 'leftOut' | 'truthCount'>
    > {
      for (const [id, status, split, fileState, leftOut, truthCount] of candidates.iterate())
        yield { id, status, split, fileState, leftOut, truthCount }
    },
    fileAt: (path: string): KnownFile | null => {
      const row = fileAt.get(path)
      return row ? known(row) : null
    },
    /** those whose sizes are known too */
    withContent: (sha256: string): { id: number; height: number }[] => withContent.all(sha256),
    byPath: (path: string): number | null => byPath.get(path) ?? null,
    /** @returns the new image's id */
    add: ({ path, size, mtime }: ListedFile): number =>
      Number(add.run(path, nameKey(path), size, mtime).lastInsertRowid),
    setFile: (id: number, file: Omit<ListedFile, 'path'>, state: FileState, note: string | null): void =>
      void setFile.run(file.size, file.mtime, state, note, id),
    setContent: (id: number, sha256: string | null, width: number | null, height: number | null): void =>
      void setContent.run(sha256, width, height, id),
    setSplit: (id: number, split: Split, by: SplitBy): void => void setSplit.run(split, by, id),
    setEdited: (id: number, revision: number, truthRevision: number, headEdit: number | null): void =>
      void setEdited.run(revision, truthRevision, headEdit, id),
    setMarkedContent: (id: number, sha256: string): void => void setMarkedContent.run(sha256, id),
    /** a person sets it, who has looked at the picture as it is now */
    setStatus: (id: number, status: ImageStatus): void => void setStatus.run(status, id),
    /** the status of before is set again, which says nothing of the picture */
    putStatusBack: (id: number, status: ImageStatus): void => void putStatusBack.run(status, id),
    setFlag: (id: number, flagged: boolean, comment: string): void =>
      void setFlag.run(flagged ? 1 : 0, comment, id),
    setLeftOut: (id: number, reason: string | null): void => void setLeftOut.run(reason, id),
  }
}

function known([id, path, size, mtime, fileState, read]: [
  number,
  string,
  number,
  number,
  FileState,
  number,
]): KnownFile {
  return { id, path, size, mtime, fileState, read: read !== 0 }
}

function stored(row: Row): StoredImage {
  return { ...row, flagged: row.flagged !== 0 }
}

function shown(row: ListRow): ListedImage {
  return { ...row, flagged: row.flagged !== 0 }
}
