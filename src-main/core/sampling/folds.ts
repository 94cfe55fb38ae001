import { randomFrom, seedFrom } from '../random.ts'

/** What decides into which fold an image falls. */
export interface Foldable {
  /** hash of its content: copies fall together */
  content: string
  truth: readonly unknown[]
}

/**
 * Deals images into folds of nearly the same size, those with ships and those without each evenly, in an order that follows
 * from the seed and the contents alone.
 * @returns [folds] each image once, in the order given; folds may be empty where there are fewer contents than folds
 */
export function foldsOf<T extends Foldable>(images: readonly T[], folds: number, seed: number): T[][] {
  const withShips = new Map<string, boolean>()
  for (const { content, truth } of images) {
    withShips.set(content, (withShips.get(content) ?? false) || truth.length > 0)
  }
  const fold = new Map<string, number>()
  for (const ships of [true, false]) {
    const contents = [...withShips.keys()].filter((content) => withShips.get(content) === ships).sort()
    const order = shuffled(contents, seedFrom(seed, Number(ships)))
    // dealing goes on where the first kind ended, so that no fold gets the larger part of both
    for (const content of order) fold.set(content, fold.size % folds)
  }
  return Array.from({ length: folds }, (_, f) => images.filter(({ content }) => fold.get(content) === f))
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
