import type { LeftBehind } from '../contract/engine.ts'
import { DrydockError } from '../contract/errors.ts'

/** What a training that ends early says: where it stopped, what is kept of it, and what to do. */

/**
 * A disk that is full ends a training: what it learns from here on could not be kept. The checkpoint before is whole.
 * @param error why something could not be written; any other reason is given back as it is
 * @param checkpoint step of the one that lies on the disk
 */
export function whereItStopped(error: unknown, step: number, checkpoint: number | null): unknown {
  if (!(error instanceof DrydockError) || error.code !== 'disk_full') return error
  const kept =
    checkpoint === null
      ? 'There was no checkpoint yet; the version that it started from is unchanged. Free some space and train again.'
      : `The checkpoint of step ${checkpoint} is kept, with the best weights until then. Free some space and go on from there.`
  return new DrydockError(
    'disk_full',
    `The disk is full, so the training stopped at step ${step}: it could not be saved. ${kept}`,
    { ...error.data, step, checkpoint },
    error,
  )
}

/**
 * @param step the last one that went well
 * @param best that of the weights that validated best; null: none did
 * @param left null: nothing was learnt before
 */
export function trainingDiverged(step: number, best: number | null, left: LeftBehind | null): DrydockError {
  const kept =
    best === 0
      ? 'No step before was better than what it started from, so nothing of it is kept.'
      : best !== null
        ? `The weights of step ${best}, the best until then, are kept.`
        : step > 0
          ? 'The weights until then are kept.'
          : 'Nothing was learnt before; the version that it started from is unchanged.'
  return new DrydockError(
    'training_diverged',
    `The loss became infinite or undefined at step ${step + 1}, so the training stopped. ${kept} Train again with a lower learning rate.`,
    { step: step + 1, left },
  )
}
