import { createHash } from 'node:crypto'
import type { EditResult } from '../../contract/wire.ts'
import { addEdit, redo, redoNext, redoable, undo, undoHead, undoable } from './annotate.ts'
import type { Gesture } from './annotate.ts'
import type { StoredImage } from '../../store/images.ts'
import { orderedUuid } from '../machinery/ordered-uuid.ts'
import type { Project } from '../machinery/project.ts'
import { assertWritable, storedImage } from '../machinery/project.ts'
import { tellImages } from '../images/rows.ts'
import type { EditPlan } from '../../contract/wire.ts'
import { putSplitsBack } from './split-groups.ts'

/** What a group did, taken back or done again as one. */
export interface GroupOutcome {
  /** images that changed */
  images: number
  /** images that were edited since, and stay as they are */
  kept: number
}

/** As `undo`, and where that edit belongs to a group (an import), all of the group is taken back with it. */
export async function undoWithGroup(project: Project, gesture: Gesture): Promise<EditResult> {
  const result = await undo(project, gesture)
  await alongWith(project, gesture.gestureId, takeBack)
  return result
}

/** As `redo`, and where that edit belongs to a group, all of the group is done again with it. */
export async function redoWithGroup(project: Project, gesture: Gesture): Promise<EditResult> {
  const result = await redo(project, gesture)
  await alongWith(project, gesture.gestureId, doAgain)
  return result
}

/** Takes back every edit of a group on every image where it is the last one. Sent twice, it is done once. */
export async function undoGroup(project: Project, group: string, gestureId: string): Promise<GroupOutcome> {
  assertWritable(project)
  return (await putSplitsBack(project, group)) ?? onGroup(project, group, gestureId, takeBack)
}

/** Adds one edit of a bulk act, inside a transaction. */
export function addGroupEdit(project: Project, image: StoredImage, plan: EditPlan, group: string): void {
  const gestureId = orderedUuid()
  addEdit(project, image, plan, { gestureId, groupId: group, kind: 'do', target: null })
}

/** Undoes or redoes on one image, inside a transaction; false where the group's edit is not next. */
type GroupStep = (project: Project, group: string, image: number, gestureId: string) => boolean

const takeBack: GroupStep = (project, group, id, gestureId) => {
  const image = storedImage(project, id)
  if (undoable(project, image)?.groupId !== group) return false
  undoHead(project, image, gestureId)
  return true
}

const doAgain: GroupStep = (project, group, id, gestureId) => {
  const image = storedImage(project, id)
  if (redoable(project, image)?.groupId !== group) return false
  redoNext(project, image, gestureId)
  return true
}

async function alongWith(project: Project, gestureId: string, step: GroupStep): Promise<void> {
  const group = project.store.edits.byGesture(gestureId)?.groupId
  if (group) await onGroup(project, group, gestureId, step)
}

async function onGroup(
  project: Project,
  group: string,
  gestureId: string,
  step: GroupStep,
): Promise<GroupOutcome> {
  const { store } = project
  const outcome: GroupOutcome = { images: 0, kept: 0 }
  const changed: number[] = []
  await store.inBatches(store.edits.imagesOfGroup(group), (image) => {
    const own = gestureOf(gestureId, image)
    if (store.edits.byGesture(own)) outcome.images++
    else if (step(project, group, image, own)) changed.push(image)
    else if (holdsGroup(project, image, group)) outcome.kept++
  })
  await tellImages(project, changed, 'truth')
  if (changed.length > 0) project.events.emit({ type: 'score' })
  return { images: outcome.images + changed.length, kept: outcome.kept }
}

/** True where the group's edit is part of the image's state, under later edits. */
export function holdsGroup(project: Project, image: number, group: string): boolean {
  let at = storedImage(project, image).headEdit
  while (at !== null) {
    const edit = project.store.edits.get(at)
    if (edit?.groupId === group) return true
    at = edit?.parent ?? null
  }
  return false
}

/** One gesture on many images has an id of its own on each: a UUID made from both. */
function gestureOf(gestureId: string, image: number): string {
  const hex = createHash('sha256').update(`${gestureId} ${image}`).digest('hex')
  const variant = ((parseInt(hex[16] ?? '0', 16) & 3) | 8).toString(16)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
