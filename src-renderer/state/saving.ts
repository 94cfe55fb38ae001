import type { Client } from '../client/index.ts'
import type { EditResult } from '../../src-main/contract/wire.ts'
import { plural } from '../ui/format.ts'
import type { Gesture, QueueHost } from './gesture-queue.ts'

/** Sends one gesture to the procedure that it is for. */
export function sendGesture(
  client: Client,
  project: string,
  { image, gestureId, step }: Gesture,
  expectedRevision: number,
): Promise<EditResult> {
  const { annotate } = client.backend
  const common = { project, image, gestureId, expectedRevision }
  if (step.kind === 'apply') return annotate.apply({ ...common, plan: step.plan })
  return step.kind === 'undo' ? annotate.undo(common) : annotate.redo(common)
}

/** The queue's time, by the window's clock. */
export const windowClock: Pick<QueueHost, 'now' | 'later'> = {
  now: () => performance.now() / 1000,
  later: (seconds, act) => {
    const timer = setTimeout(act, seconds * 1000)
    return () => clearTimeout(timer)
  },
}

/** What to say after a conflict. @param waiting gestures that had been made, of which `kept` still fit */
export function conflictNote(path: string, waiting: number, kept: number): string {
  if (waiting === kept) return `${path} was changed elsewhere. Your last gestures were applied on top.`
  const lost = plural(waiting - kept, 'gesture')
  return `${path} was changed elsewhere and is shown as it is now. ${lost} of yours did not fit any more.`
}
