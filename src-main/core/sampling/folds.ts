import { randomFrom, seedFrom } from '../random.ts'

/** What decides into which fold an image falls. */
export interface Foldable {
  /** hash of its content */
  content: string
  /** images of one scene have the same, and fall together */
  group: number
  truth: readonly unknown[]
}

/**
 * Deals images into folds of nearly the same size, those with ships and those without each evenly, in an order that follows
 * from the seed and the contents alone.
 * @returns [folds] each image once, in the order given; folds may be empty where there are fewer groups than folds
 */
export function foldsOf<T extends Foldable>(images: readonly T[], folds: number, seed: number): T[][] {
  const groups = new Map<number, { key: string; ships: boolean }>()
  for (const { content, group, truth } of images) {
    const known = groups.get(group) ?? { key: content, ships: false }
    groups.set(group, {
      key: content < known.key ? content : known.key,
      ships: known.ships || truth.length > 0,
    })
  }
  const fold = new Map<number, number>()
  for (const ships of [true, false]) {
    const own = [...groups].filter(([, group]) => group.ships === ships)
    own.sort(([, a], [, b]) => (a.key < b.key ? -1 : 1))
    const order = shuffled(own, seedFrom(seed, Number(ships)))
    // dealing goes on where the first kind ended, so that no fold gets the larger part of both
    for (const [group] of order) fold.set(group, fold.size % folds)
  }
  return Array.from({ length: folds }, (_, f) => images.filter(({ group }) => fold.get(group) === f))
}

/** Fisher and Yates' shuffle. */
function shuffled<T>(values: readonly T[], seed: number): T[] {
  const random = randomFrom(seed)
  const order = [...values]
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    ;[order[i], order[j]] = [order[j]!, order[i]!]
  }
  return order
}
