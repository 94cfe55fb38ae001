import type { FileState, ImageStatus, Split, TrainPreview } from '../../contract/wire.ts'

/** What decides whether an image of a project can be trained on. */
export interface Candidate {
  status: ImageStatus
  /** null until its content has been read */
  split: Split | null
  fileState: FileState
  truthCount: number
}

export interface Selection<T> {
  train: T[]
  validation: T[]
  preview: TrainPreview
}

/**
 * Sorts a project's images into those that a training learns from, those it is validated on, and those it leaves
 * out, each with the reason.
 */
export function selectForTraining<T extends Candidate>(images: Iterable<T>): Selection<T> {
  const train: T[] = []
  const validation: T[] = []
  const reasons = new Map<string, number>()
  let holdOut = 0
  for (const image of images) {
    const reason = reasonToLeaveOut(image)
    if (reason !== null) reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
    else if (image.split === 'train') train.push(image)
    else if (image.split === 'validation') validation.push(image)
    else holdOut++
  }
  const instances = train.reduce((sum, { truthCount }) => sum + truthCount, 0)
  if (holdOut > 0) reasons.set('in the hold-out, which is never trained on', holdOut)
  return {
    train,
    validation,
    preview: {
      used: train.length,
      validation: validation.length,
      holdOut,
      instances,
      leftOut: [...reasons].map(([reason, count]) => ({ reason, count })),
      refusal: refusalOf(train.length, instances),
    },
  }
}

function reasonToLeaveOut({ status, split, fileState }: Candidate): string | null {
  if (status === 'to do') return 'to do: nobody has marked it yet'
  if (status === 'in progress') return 'in progress: not marked as done'
  if (fileState === 'missing') return 'its file is missing'
  if (fileState === 'changed') return 'its file has changed since it was marked'
  if (fileState === 'unreadable') return 'its file cannot be read'
  return split === null ? 'its file has not been read yet' : null
}

/** Why a training on these images cannot start, as a sentence; null where it can. */
export function refusalOf(images: number, instances: number): string | null {
  if (images === 0) {
    return 'No finished image is in the train split. Mark the ships of some images and finish each with done (D) or no ship (N), then train.'
  }
  if (instances === 0) {
    return `None of the ${images} finished images has a ship, so there is nothing to learn from. Finish at least one image with ships, then train.`
  }
  return null
}
