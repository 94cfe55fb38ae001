import type { FileState, ImageStatus, Split, TrainPreview } from '../../contract/wire.ts'

/** What decides whether an image of a project can be trained on. */
export interface Candidate {
  status: ImageStatus
  /** null until its content has been read */
  split: Split | null
  fileState: FileState
  /** why it is left out for good; null: it is not */
  leftOut: string | null
  truthCount: number
  /** images of one scene have the same */
  group: number
}

export interface Selection<T> {
  train: T[]
  validation: T[]
  preview: Pick<
    TrainPreview,
    'used' | 'validation' | 'holdOut' | 'instances' | 'leftOut' | 'refusal' | 'groups' | 'validates'
  >
}

/**
 * Sorts a project's images into those that a training learns from, those it is validated on, and those it leaves
 * out, each with the reason.
 * @param frozen nothing leaves the hold-out any more
 */
export function selectForTraining<T extends Candidate>(images: Iterable<T>, frozen: boolean): Selection<T> {
  const train: T[] = []
  const validation: T[] = []
  const held: T[] = []
  const reasons = new Map<string, number>()
  for (const image of images) {
    const reason = reasonToLeaveOut(image)
    if (reason !== null) reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
    else if (image.split === 'train') train.push(image)
    else if (image.split === 'validation') validation.push(image)
    else held.push(image)
  }
  const instances = train.reduce((sum, { truthCount }) => sum + truthCount, 0)
  if (held.length > 0) reasons.set('in the hold-out, which is never trained on', held.length)
  const elsewhere = { validation: validation.length, holdOut: held.length, frozen }
  return {
    train,
    validation,
    preview: {
      used: train.length,
      validation: validation.length,
      holdOut: held.length,
      instances,
      groups: new Set([...train, ...validation, ...held].map(({ group }) => group)).size,
      leftOut: [...reasons].map(([reason, count]) => ({ reason, count })),
      refusal: refusalOf(train.length, instances, elsewhere),
      validates: validatesOn(train, validation.length),
    },
  }
}

/** What a training is validated on, and what is done where there is no image for it. */
function validatesOn(train: readonly Candidate[], validation: number): TrainPreview['validates'] {
  if (validation > 0) return 'images'
  return canFold(train.map(({ group, truthCount }) => ({ group, ships: truthCount }))) ? 'folds' : 'nothing'
}

/** Whether images can take turns in being left out: two groups with ships at least, so that each fold has some to learn from. */
export function canFold(images: readonly { group: number; ships: number }[]): boolean {
  return new Set(images.filter(({ ships }) => ships > 0).map(({ group }) => group)).size > 1
}

function reasonToLeaveOut({ status, split, fileState, leftOut }: Candidate): string | null {
  if (leftOut !== null) return 'left out for good'
  if (status === 'to do') return 'to do: not marked yet'
  if (status === 'in progress') return 'in progress: not marked as done'
  if (fileState === 'missing') return 'its file is missing'
  if (fileState === 'changed') return 'its file has changed since it was marked'
  if (fileState === 'unreadable') return 'its file cannot be read'
  return split === null ? 'its file has not been read yet' : null
}

/** Where finished images are that are not trained on. */
interface Elsewhere {
  validation: number
  holdOut: number
  frozen: boolean
}

/** Why a training on these images cannot start, as a sentence; null where it can. */
export function refusalOf(
  images: number,
  instances: number,
  elsewhere: Elsewhere = { validation: 0, holdOut: 0, frozen: true },
): string | null {
  if (images === 0 && elsewhere.holdOut + elsewhere.validation > 0) return asideOf(elsewhere)
  if (images === 0) {
    return 'No finished image is in the train split. Mark the ships of some images and finish each with done (D) or no ship (N), then train.'
  }
  if (instances === 0) {
    const none =
      images === 1
        ? 'The one finished image to train on has no ship'
        : `None of the ${images} finished images to train on has a ship`
    return `${none}, so there is nothing to learn from. Finish at least one image with ships, then train.`
  }
  return null
}

function asideOf({ validation, holdOut, frozen }: Elsewhere): string {
  const are = (count: number, where: string): string =>
    count === 0
      ? ''
      : `${count === 1 ? '1 finished image is' : `${count} finished images are`} in the ${where}`
  const where = [are(holdOut, 'hold-out'), are(validation, 'validation split')]
    .filter((part) => part !== '')
    .join(', ')
  const moved = frozen && validation === 0 ? '' : ', or move one to train under "Groups"'
  return `Nothing is left to train on: your ${where}. Finish more images${moved}.`
}
