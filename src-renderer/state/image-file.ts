import { planStatus, type EditState, type Planned } from '../../src-main/core/edit/edit.ts'
import type { ImageRow, ImageStatus } from '../../src-main/contract/wire.ts'

type File = Pick<ImageRow, 'fileState' | 'fileNote'>

/** Why an image cannot be shown, as a sentence; null where its pixels are there. */
export function whyNotShown({ fileState, fileNote }: File): string | null {
  return fileState === 'missing' || fileState === 'unreadable' ? fileNote : null
}

/** What to look at on an image whose file has changed since it was marked; null where it has not. */
export function changeNote({ fileState, fileNote }: File): string | null {
  return fileState === 'changed' ? fileNote : null
}

/**
 * Finishes an image; null where it is finished so already. Where the file has changed, the same status is set once more: that says
 * that somebody has looked at the marks.
 */
export function planFinish(state: EditState, to: ImageStatus, file: File | undefined): Planned | null {
  if (state.status !== to) return planStatus(state, to)
  if (file?.fileState !== 'changed') return null
  return { plan: { kind: 'status', instances: [], decisions: [], status: { from: to, to }, flag: null } }
}
