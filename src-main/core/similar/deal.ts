import type { Split, SplitBy } from '../../contract/wire.ts'

/** What decides to which side an image falls. */
export interface Dealt {
  id: number
  group: number
  sha256: string
  /** it has truth: only those are dealt evenly */
  finished: boolean
  ships: boolean
  /** where it is now; null: nowhere yet */
  split: Split | null
  /** who put it there */
  by: SplitBy
}

/** Shares of the images. */
const SHARES: Record<Split, number> = { train: 0.7, validation: 0.15, 'hold-out': 0.15 }

/** Fewer groups of finished images than these are all trained on: what a few of them validated would be chance, and lost to learning. */
export const FEWEST_GROUPS = 8

/** The split that a content belongs to where nothing else decides: by its hash. */
export function splitOf(sha256: string): Split {
  const share = parseInt(sha256.slice(0, 8), 16) / 0x1_0000_0000
  return share < 0.7 ? 'train' : share < 0.85 ? 'validation' : 'hold-out'
}

/**
 * Deals images into splits, each group to one side. What a person or a file has said stays, and its group follows. As long as nothing is frozen
 * finished images are dealt evenly, by size of group, with ships and without; once it is, those dealt before stay, whoever is like one of them
 * joins it, and the others fall by the hash of their group.
 * @param images all that are known, finished or not; gone through twice, and none of them kept
 * @returns only those that change
 */
export function dealSplits(images: Iterable<Dealt>, { frozen }: { frozen: boolean }): Map<number, Split> {
  const groups = new Map<number, Party>()
  for (const image of images) noteIn(groups, image)
  const open: Party[] = []
  const counts: Record<Split, number> = { train: 0, validation: 0, 'hold-out': 0 }
  let finishedGroups = 0
  for (const group of groups.values()) {
    if (group.finished > 0) finishedGroups++
    if (group.split !== null) counts[group.split] += group.finished
    else if (frozen || group.finished === 0) group.split = splitOf(group.least)
    else open.push(group)
  }
  for (const group of open.sort(inTurn)) {
    group.split = finishedGroups < FEWEST_GROUPS ? 'train' : shortest(counts)
    counts[group.split] += group.finished
  }
  const dealt = new Map<number, Split>()
  for (const image of images) {
    const split = groups.get(image.group)?.split ?? null
    if (split !== null && split !== image.split && !isFixed(image)) dealt.set(image.id, split)
  }
  return dealt
}

/** A group that is to be dealt. */
interface Party {
  /** where it has to be, then where it goes; null: to be dealt */
  split: Split | null
  /** finished images */
  finished: number
  ships: boolean
  /** the least of its contents */
  least: string
}

/** Where a group has to be: what is frozen or said counts, the hold-out last, so that nothing that was learnt from is scored on. */
const STRENGTH: readonly (Split | null)[] = ['train', 'validation', 'hold-out', null]

function noteIn(groups: Map<number, Party>, image: Dealt): void {
  const { group, sha256, finished, ships } = image
  const split = isFixed(image) ? image.split : null
  const known = groups.get(group)
  if (!known) {
    groups.set(group, { split, finished: Number(finished), ships, least: sha256 })
    return
  }
  if (STRENGTH.indexOf(split) < STRENGTH.indexOf(known.split)) known.split = split
  if (finished) known.finished++
  known.ships ||= ships
  if (sha256 < known.least) known.least = sha256
}

/** Groups with ships before those without, large ones first, since they leave the others to even out; then by hash. */
function inTurn(a: Party, b: Party): number {
  return Number(b.ships) - Number(a.ships) || b.finished - a.finished || (a.least < b.least ? -1 : 1)
}

/** The split that is furthest below its share. */
function shortest(counts: Record<Split, number>): Split {
  const all = counts.train + counts.validation + counts['hold-out'] + 1
  const lacks = (split: Split): number => SHARES[split] * all - counts[split]
  return (['train', 'validation', 'hold-out'] as const).reduce((a, b) => (lacks(b) > lacks(a) ? b : a))
}

/** Whether an image stays where it is. */
function isFixed({ by, split }: Dealt): boolean {
  return split !== null && by !== 'chance'
}
