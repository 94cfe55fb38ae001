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
 * @param images all that are known, finished or not
 * @returns only those that change
 */
export function dealSplits(images: readonly Dealt[], { frozen }: { frozen: boolean }): Map<number, Split> {
  const groups = [...Map.groupBy(images, ({ group }) => group).values()]
  const dealt = new Map<number, Split>()
  const put = (group: readonly Dealt[], split: Split): void => {
    for (const image of group) if (!isFixed(image) && image.split !== split) dealt.set(image.id, split)
  }
  const open: Dealt[][] = []
  const counts: Record<Split, number> = { train: 0, validation: 0, 'hold-out': 0 }
  const finishedGroups = groups.filter((group) => group.some(({ finished }) => finished)).length
  for (const group of groups) {
    const fixed = fixedOf(group)
    if (fixed !== null) {
      put(group, fixed)
      counts[fixed] += finishedIn(group)
    } else if (frozen || finishedIn(group) === 0) put(group, splitOf(keyOf(group)))
    else open.push(group)
  }
  for (const group of inTurn(open)) {
    const split = finishedGroups < FEWEST_GROUPS ? 'train' : shortest(counts)
    put(group, split)
    counts[split] += finishedIn(group)
  }
  return dealt
}

/** Large groups first, since they leave the others to even out; those with ships before those without; then by hash. */
function inTurn(groups: readonly Dealt[][]): Dealt[][] {
  const ships = (group: readonly Dealt[]): number => Number(group.some((image) => image.ships))
  return [...groups].sort(
    (a, b) => ships(b) - ships(a) || finishedIn(b) - finishedIn(a) || (keyOf(a) < keyOf(b) ? -1 : 1),
  )
}

/** The split that is furthest below its share. */
function shortest(counts: Record<Split, number>): Split {
  const all = counts.train + counts.validation + counts['hold-out'] + 1
  const lacks = (split: Split): number => SHARES[split] * all - counts[split]
  return (['train', 'validation', 'hold-out'] as const).reduce((a, b) => (lacks(b) > lacks(a) ? b : a))
}

function finishedIn(group: readonly Dealt[]): number {
  return group.filter(({ finished }) => finished).length
}

function keyOf(group: readonly Dealt[]): string {
  return group.reduce((least, { sha256 }) => (sha256 < least ? sha256 : least), group[0]!.sha256)
}

/** Whether an image stays where it is. */
function isFixed({ by, split }: Dealt): boolean {
  return split !== null && by !== 'chance'
}

/** Where a group has to be: what is frozen or said counts, the hold-out last, so that nothing that was learnt from is scored on. */
function fixedOf(group: readonly Dealt[]): Split | null {
  const fixed = group.filter(isFixed).map(({ split }) => split)
  return (['train', 'validation', 'hold-out'] as const).find((split) => fixed.includes(split)) ?? null
}
