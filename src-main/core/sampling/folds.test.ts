import { describe, expect, it } from 'vitest'
import { foldsOf } from './folds.ts'

const image = (i: number, ships: number) => ({
  content: `hash ${i}`,
  group: i,
  truth: Array.from({ length: ships }, () => 0),
})
/** 22 images with ships, 40 without. */
const images = Array.from({ length: 62 }, (_, i) => image(i, i % 3 === 0 || i === 1 ? 1 + (i % 4) : 0))

describe('foldsOf', () => {
  it('deals every image once, both kinds evenly', () => {
    const folds = foldsOf(images, 5, 1)
    expect(folds.flat().sort((a, b) => images.indexOf(a) - images.indexOf(b))).toEqual(images)
    const withShips = folds.map((fold) => fold.filter(({ truth }) => truth.length > 0).length)
    expect(withShips.toSorted()).toEqual([4, 4, 4, 5, 5])
    expect(folds.map((fold) => fold.length).toSorted((a, b) => a - b)).toEqual([12, 12, 12, 13, 13])
  })

  it('follows from seed and contents, not from the order of files', () => {
    const namesOf = (folds: readonly (readonly { content: string }[])[]) =>
      folds.map((fold) => fold.map(({ content }) => content).sort())
    expect(namesOf(foldsOf(images.toReversed(), 5, 1))).toEqual(namesOf(foldsOf(images, 5, 1)))
    expect(namesOf(foldsOf(images, 5, 2))).not.toEqual(namesOf(foldsOf(images, 5, 1)))
  })

  it('keeps copies together, also where only one of them has truth', () => {
    const copies = [...images, image(0, 0), image(3, 1)]
    for (const fold of foldsOf(copies, 5, 3)) {
      for (const name of ['hash 0', 'hash 3']) {
        expect([0, 2]).toContain(fold.filter(({ content }) => content === name).length)
      }
    }
  })
})
