import { userInfo } from 'node:os'
import { DrydockError } from '../../contract/errors.ts'
import type { EditPlan, EditResult } from '../../contract/wire.ts'
import { applyPlan, checkPlan, invertPlan } from '../../core/edit/edit.ts'
import type { EditState } from '../../core/edit/edit.ts'
import { areaOf, formatRle } from '../../core/mask/rle.ts'
import type { StoredEdit } from '../../store/edits.ts'
import type { StoredImage } from '../../store/images.ts'
import { ensureContent, noteContent } from '../images/content.ts'
import type { Project } from '../machinery/project.ts'
import { assertWritable, isFinished, storedImage } from '../machinery/project.ts'
import { existingRow, rowOfImage, tellImageRow } from '../images/rows.ts'
import { scoreOfImage } from '../score/image-score.ts'
import { rescoreEdited } from '../score/score.ts'
import { storedEditState } from './edit-state.ts'

/** One gesture on one image, as the window sends it. */
export interface Gesture {
  image: number
  /** the same when it is sent again; applied once */
  gestureId: string
  /** the image's revision that the gesture was made on */
  expectedRevision: number
}

/** What an edit is besides its plan. */
interface EditContext {
  gestureId: string
  groupId: string | null
  kind: StoredEdit['kind']
  /** the edit that is taken back or done again */
  target: StoredEdit | null
}

/**
 * Applies a gesture in one transaction: truth, decisions, status, history and the current run's score.
 * A gesture that is known already changes nothing and gives the old answer.
 * @throws DrydockError `conflict` (another revision; `data` holds the current one), `bad_input` (the plan does not
 *   fit the image), `read_only`, `disk_full`: nothing is written then
 */
export async function applyGesture(
  project: Project,
  gesture: Gesture & { plan: EditPlan },
): Promise<EditResult> {
  assertWritable(project)
  const { plan, gestureId } = gesture
  if (plan.instances.length > 0) await ensureSize(project, gesture.image)
  return commit(project, gesture, (image) =>
    addEdit(project, image, plan, { gestureId, groupId: null, kind: 'do', target: null }),
  )
}

/** Takes back the last edit of the image. @throws as {@link applyGesture}; `nothing_to_do` where there is none */
export function undo(project: Project, gesture: Gesture): Promise<EditResult> {
  assertWritable(project)
  return commit(project, gesture, (image) => undoHead(project, image, gesture.gestureId))
}

/** Does again what undo took back last. @throws as {@link applyGesture}; `nothing_to_do` where there is none */
export function redo(project: Project, gesture: Gesture): Promise<EditResult> {
  assertWritable(project)
  return commit(project, gesture, (image) => redoNext(project, image, gesture.gestureId))
}

/** The edit that undo would take back; null: none. */
export function undoable(project: Project, image: StoredImage): StoredEdit | null {
  return image.headEdit === null ? null : project.store.edits.get(image.headEdit)
}

/** The edit that redo would do again; null: none. */
export function redoable(project: Project, image: StoredImage): StoredEdit | null {
  const { edits } = project.store
  const id = edits.redoable(image.id, image.headEdit)
  return id === null ? null : edits.get(id)
}

/** Whether there is an edit to undo, and one to redo, without reading what they did. */
export function stepsOf(
  project: Pick<Project, 'store'>,
  image: StoredImage,
): { canUndo: boolean; canRedo: boolean } {
  const next = project.store.edits.redoable(image.id, image.headEdit)
  return { canUndo: image.headEdit !== null, canRedo: next !== null }
}

/** Takes back the image's last edit, inside a transaction. */
export function undoHead(project: Project, image: StoredImage, gestureId: string): StoredEdit {
  const target = undoable(project, image)
  if (!target) throw new DrydockError('nothing_to_do', 'There is nothing to undo on this image.')
  const plan = withoutLostDecisions(project, image, invertPlan(target.forward))
  return addEdit(project, image, plan, { gestureId, groupId: target.groupId, kind: 'undo', target })
}

/** Does the image's last undone edit again, inside a transaction. */
export function redoNext(project: Project, image: StoredImage, gestureId: string): StoredEdit {
  const target = redoable(project, image)
  if (!target) throw new DrydockError('nothing_to_do', 'There is nothing to redo on this image.')
  const plan = withoutLostDecisions(project, image, target.forward)
  return addEdit(project, image, plan, { gestureId, groupId: target.groupId, kind: 'redo', target })
}

/**
 * Writes one edit and everything that follows from it, inside a transaction.
 * @throws DrydockError `bad_input` where the plan does not fit the image as it is
 */
export function addEdit(
  project: Project,
  image: StoredImage,
  plan: EditPlan,
  context: EditContext,
): StoredEdit {
  const { store } = project
  const state = namedState(project, image, plan)
  const objection = checkPlan(state, plan, () => store.truth.count(image.id))
  if (objection !== null) throw new DrydockError('bad_input', `${objection} Nothing was changed.`)
  writeState(project, image, state, applyPlan(state, plan), plan)
  if (plan.status) writeStatus(project, image, plan.status, context.kind)

  const revision = image.revision + 1
  const edit: Omit<StoredEdit, 'id'> = {
    gestureId: context.gestureId,
    groupId: context.groupId,
    image: image.id,
    revision,
    kind: context.kind,
    target: context.target?.id ?? null,
    parent: image.headEdit,
    forward: plan,
    author: AUTHOR,
    at: new Date().toISOString(),
  }
  const id = store.edits.add(edit)
  const heads = { do: id, undo: context.target?.parent ?? null, redo: context.target?.id ?? null }
  const truthRevision = changesTruth(plan) ? revision : image.truthRevision
  store.images.setEdited(image.id, revision, truthRevision, heads[context.kind])
  rescoreEdited(project, image.id, {
    gestureId: context.gestureId,
    before: store.edits.gestureAt(image.id, image.revision),
    instances: plan.instances.map(({ instance }) => instance),
  })
  return { id, ...edit }
}

/** Masks are checked against the image's size. Where it is known, a file that is gone by now costs no stroke. */
async function ensureSize(project: Project, id: number): Promise<void> {
  const { width, height } = storedImage(project, id)
  if (width === null || height === null) await ensureContent(project, id)
}

/** One gesture: known already, on another revision, or done; then everyone is told. */
async function commit(
  project: Project,
  { image: id, gestureId, expectedRevision }: Gesture,
  work: (image: StoredImage) => StoredEdit,
): Promise<EditResult> {
  const { store } = project
  const result = await store.write(() => {
    const known = store.edits.byGesture(gestureId)
    if (known) return resultOf(project, known)
    const image = storedImage(project, id)
    if (image.revision !== expectedRevision) throw conflict(project, image, expectedRevision)
    return resultOf(project, work(image))
  })
  tellImageRow(project, result.row, 'truth')
  project.events.emit({ type: 'score' })
  return result
}

function resultOf(project: Project, edit: StoredEdit): EditResult {
  const image = storedImage(project, edit.image)
  return {
    gestureId: edit.gestureId,
    image: edit.image,
    revision: edit.revision,
    plan: edit.forward,
    row: existingRow(project, edit.image),
    score: scoreOfImage(project, image),
    ...stepsOf(project, image),
  }
}

function conflict(project: Project, image: StoredImage, expected: number): DrydockError {
  return new DrydockError(
    'conflict',
    'This image was changed elsewhere in the meantime. Your last stroke was not saved; look at the image as it is now and make it again.',
    {
      revision: image.revision,
      expected,
      row: rowOfImage(project, image.id),
      truth: project.store.truth.of(image.id),
    },
  )
}

/** The image as `core/edit` sees it, with the instances and predictions that the plan names: others cost nothing. */
function namedState(project: Project, image: StoredImage, plan: EditPlan): EditState {
  const { truth, predictions } = project.store
  return storedEditState(project.store, image, {
    truth: plan.instances.flatMap(({ instance }) => truth.get(image.id, instance) ?? []),
    predictions: plan.decisions.flatMap(({ prediction }) => predictions.get(image.id, prediction) ?? []),
  })
}

function writeState(
  project: Project,
  image: StoredImage,
  before: EditState,
  after: EditState,
  plan: EditPlan,
): void {
  const { truth, predictions, images } = project.store
  const kept = new Map(before.truth.map((instance) => [instance.id, instance]))
  for (const instance of after.truth) {
    if (kept.get(instance.id) !== instance) {
      const row = { ...instance, rle: formatRle(instance.rle), area: areaOf(instance.rle) }
      if (!truth.put(image.id, row)) {
        throw new DrydockError(
          'bad_input',
          'The edit names an instance of another image. Nothing was changed.',
        )
      }
    }
    kept.delete(instance.id)
  }
  for (const id of kept.keys()) truth.remove(image.id, id)
  for (const { prediction, to } of plan.decisions) predictions.decide(image.id, prediction, to)
  if (plan.flag) images.setFlag(image.id, plan.flag.to.flagged, plan.flag.to.comment)
  if (plan.leftOut) images.setLeftOut(image.id, plan.leftOut.to)
}

/** Who sets a status has looked at the picture as it is; who takes that back has not. */
function writeStatus(
  project: Project,
  image: StoredImage,
  { from, to }: NonNullable<EditPlan['status']>,
  kind: StoredEdit['kind'],
): void {
  const { images } = project.store
  if (kind !== 'undo') {
    images.setStatus(image.id, to)
    if (image.fileState === 'changed') images.setFile(image.id, image, 'ok', null)
    return
  }
  images.putStatusBack(image.id, to)
  // the same status once more says only that the changed picture was looked at
  if (from === to) forgetLook(project, image)
}

/** The marks were last looked at with another picture than the one that is there now. */
function forgetLook(
  project: Project,
  { id, size, mtime, sha256, width, height, fileState }: StoredImage,
): void {
  project.store.images.setMarkedContent(id, '')
  if (fileState !== 'ok' || sha256 === null || width === null || height === null) return
  noteContent(project, {
    image: id,
    file: { size, mtime },
    content: { sha256, width, height },
    failure: null,
  })
}

/** True where the score may change: instances, or whether the image has truth at all. */
function changesTruth({ instances, status, leftOut }: EditPlan): boolean {
  const finished = (of: EditPlan['status'] & object, which: 'from' | 'to'): boolean =>
    isFinished({ status: of[which], leftOut: null })
  return (
    instances.length > 0 ||
    leftOut !== undefined ||
    (status !== null && finished(status, 'from') !== finished(status, 'to'))
  )
}

/** A new prediction may have replaced what was decided on; the rest of the edit can be taken back all the same. */
function withoutLostDecisions(project: Project, image: StoredImage, plan: EditPlan): EditPlan {
  const { predictions } = project.store
  const there = plan.decisions.filter(
    ({ prediction, from }) => predictions.get(image.id, prediction)?.decision === from,
  )
  return there.length === plan.decisions.length ? plan : { ...plan, decisions: there }
}

/** Who works here, as the system calls them: asked once, as it takes a tenth of the time of an imported edit. */
const AUTHOR = askAuthor()

function askAuthor(): string {
  try {
    return userInfo().username
  } catch {
    return 'unknown'
  }
}
