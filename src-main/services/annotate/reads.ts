import { randomUUID } from 'node:crypto'
import type { ImagesAct, EditPlan } from '../../contract/wire.ts'
import { areRectangles } from '../../core/cluster/rectangles.ts'
import { planAccept, planFlag, planLeaveOut, planStatus } from '../../core/edit/edit.ts'
import type { EditState, Planned } from '../../core/edit/edit.ts'
import { parseRle } from '../../core/mask/rle.ts'
import type { StoredImage } from '../../store/images.ts'
import type { Store } from '../../store/store.ts'
import { currentRun } from '../machinery/project.ts'
import type { Emit } from '../machinery/readers.ts'
import { storedEditState } from './edit-state.ts'
import { storedDetail } from './image-detail.ts'
import type { StoredDetail } from './image-detail.ts'

/** What an act comes to on one image. */
export interface PlannedEdit {
  image: number
  /** that it was made on */
  revision: number
  /** or why there is nothing to do */
  plan: EditPlan | { refusal: string }
}

/** What is done by edits: a split is not. */
export type EditingAct = Exclude<ImagesAct, { kind: 'split' }>

/** Plans of one part. */
const PART = 50

/** What the reader threads do for one image, and for acts on several. */
export const annotateReads = {
  /** what is stored of an image that has very many instances */
  'annotate.image': (store: Store, { image }: { image: number }): StoredDetail => storedDetail(store, image),

  /** what an act comes to on each of these images, in parts: masks are looked at here, and not on the thread that saves gestures */
  'annotate.plans': async (
    store: Store,
    { images, act }: { images: readonly number[]; act: EditingAct },
    emit: Emit<PlannedEdit[]>,
  ): Promise<void> => {
    for (let from = 0; from < images.length; from += PART) {
      const part = images.slice(from, from + PART)
      await emit(store.read(() => part.flatMap((id) => plannedFor(store, id, act) ?? [])))
    }
  },

  /** whether finished images, those of the latest, are labelled by rectangles; null: too few to tell */
  'annotate.areRectangles': (store: Store): boolean | null => {
    const images = store.read(() =>
      store.images.latestDone(TELLING).map(({ id, ...size }) => ({ size, truth: store.truth.masks(id) })),
    )
    return areRectangles(images.map(({ size, truth }) => ({ size, masks: truth.map(parseRle) })))
  },
}

/** So many images say how a project is labelled. */
const TELLING = 60

function plannedFor(store: Store, id: number, act: EditingAct): PlannedEdit | null {
  const image = store.images.get(id)
  if (!image) return null
  const planned = planOf(stateFor(store, image, act), act)
  const plan = 'plan' in planned ? planned.plan : { refusal: planned.refusal }
  return { image: id, revision: image.revision, plan }
}

function planOf(state: EditState, act: EditingAct): Planned {
  switch (act.kind) {
    case 'status':
      return planStatus(state, act.status)
    case 'flag':
      return planFlag(state, { flagged: act.flagged, comment: act.comment })
    case 'leave out':
      return planLeaveOut(state, act.reason)
    case 'accept': {
      const ids = state.predictions.map(({ id }) => id)
      return planAccept(state, ids, { policy: 'yield', newId: randomUUID })
    }
  }
}

/** The image with as much of it as the act looks at. */
function stateFor(store: Store, image: StoredImage, act: EditingAct): EditState {
  const run = currentRun({ store })
  const masks = act.kind === 'accept' || (act.kind === 'status' && act.status === 'no ship')
  const predictions =
    act.kind === 'accept' && run !== null
      ? store.predictions
          .of(run, image.id)
          .filter(({ decision, score }) => decision === null && score >= act.least)
      : []
  return storedEditState(store, image, { truth: masks ? store.truth.of(image.id) : [], predictions })
}

type AnnotateReads = typeof annotateReads

declare module '../machinery/readers.ts' {
  interface Reads extends AnnotateReads {}
}
