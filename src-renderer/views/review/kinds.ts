import type { Fix, ItemKind, ReviewedImage } from '../../../src-main/contract/wire.ts'

/** What errors are listed by. */
export type ErrorKindShown = Exclude<ItemKind, 'hit'>

const KIND_OF: Record<Fix['act'], readonly ErrorKindShown[]> = {
  split: ['merged'],
  merge: ['split'],
  redraw: ['near miss', 'sloppy'],
  add: ['missed'],
  drop: ['false'],
}

/** Whether a fix mends errors of this kind. */
export function hasKind({ act }: Fix, kind: ErrorKindShown | null): boolean {
  return kind === null || KIND_OF[act].includes(kind)
}

/** How many errors of this kind an image has. */
export function countOf({ counts }: ReviewedImage, kind: ErrorKindShown): number {
  return kind === 'sloppy' ? counts.sloppy : counts.truth[kind] + counts.predictions[kind]
}

/** '14 hit, 4 missed, 4 false' */
export function inShort({ counts, recall }: ReviewedImage): string {
  const all = (of: Record<string, number>) => Object.values(of).reduce((sum, n) => sum + n, 0)
  const hits = recall.reduce((sum, { found }) => sum + found, 0)
  return `${hits} hit, ${all(counts.truth)} missed, ${all(counts.predictions)} false`
}
