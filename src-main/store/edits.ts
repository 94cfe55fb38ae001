import { PLAN_VERSION } from '../contract/words.ts'
import type { EditPlan } from '../contract/wire.ts'
import { readPlan } from './plan-versions.ts'
import type { Connection } from './database.ts'

/** What one gesture, or the undo or redo of one, did to one image. */
export interface StoredEdit {
  id: number
  gestureId: string
  groupId: string | null
  image: number
  /** the image's revision after it */
  revision: number
  kind: 'do' | 'undo' | 'redo'
  /** the edit that was taken back or done again; null for `do` */
  target: number | null
  /** the edit that undo would have taken back next when this one was made; null for the first */
  parent: number | null
  /** what was done; what takes it back is `invertPlan` of it */
  forward: EditPlan
  author: string
  at: string
}

interface Row {
  id: number
  gestureId: string
  groupId: string | null
  image: number
  revision: number
  kind: StoredEdit['kind']
  target: number | null
  parent: number | null
  forward: string
  author: string
  at: string
}

const COLUMNS = `id, gesture_id as gestureId, group_id as groupId, image_id as image, revision, kind,
  target_edit as target, parent_edit as parent, forward_json as forward, author, at`

/** Repository of the table `edits`, which only grows. */
export type EditRepository = ReturnType<typeof editRepository>

/** Repository of the table `edits`. */
export function editRepository(db: Connection) {
  const get = db.prepare<[number], Row>(`select ${COLUMNS} from edits where id = ?`)
  const byGesture = db.prepare<[string], Row>(`select ${COLUMNS} from edits where gesture_id = ?`)
  const gestureAt = db
    .prepare<[number, number], string>('select gesture_id from edits where image_id = ? and revision = ?')
    .pluck()
  const redoable = db.prepare<[number, number | null], number | null>(
    `select max(id) from edits where image_id = ? and kind = 'do' and parent_edit is ?`,
  )
  const imagesOfGroup = db.prepare<[string], number>(
    `select distinct image_id from edits where group_id = ? and kind = 'do' order by image_id`,
  )
  const since = db.prepare<[number, number], { id: number; image: number; revision: number }>(
    'select id, image_id as image, revision from edits where id > ? order by id limit ?',
  )
  const last = db.prepare<[], number | null>('select max(id) from edits')
  const add = db.prepare<
    [string, string | null, number, number, string, number | null, number | null, string, string, string]
  >(
    `insert into edits (gesture_id, group_id, image_id, revision, kind, target_edit, parent_edit, forward_json,
       author, at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  return {
    get: (id: number): StoredEdit | null => parsed(get.get(id)),
    byGesture: (gesture: string): StoredEdit | null => parsed(byGesture.get(gesture)),
    /** the gesture that brought the image to this revision; null where none did */
    gestureAt: (image: number, revision: number): string | null => gestureAt.get(image, revision) ?? null,
    /** the edit that redo would do again where `head` is what undo would take back; null: none */
    redoable: (image: number, head: number | null): number | null =>
      redoable.pluck().get(image, head) ?? null,
    imagesOfGroup: (group: string): number[] => imagesOfGroup.pluck().all(group),
    /** what came after edit `id`, by anyone */
    /** the first `limit` after an edit, in their order */
    since: (id: number, limit: number): { id: number; image: number; revision: number }[] =>
      since.all(id, limit),
    lastId: (): number => last.pluck().get() ?? 0,
    /** @returns the new edit's id */
    add: (e: Omit<StoredEdit, 'id'>): number =>
      Number(
        add.run(
          e.gestureId,
          e.groupId,
          e.image,
          e.revision,
          e.kind,
          e.target,
          e.parent,
          JSON.stringify({ version: PLAN_VERSION, ...e.forward }),
          e.author,
          e.at,
        ).lastInsertRowid,
      ),
  }
}

function parsed(row: Row | undefined): StoredEdit | null {
  if (!row) return null
  return { ...row, forward: readPlan(JSON.parse(row.forward)) }
}
