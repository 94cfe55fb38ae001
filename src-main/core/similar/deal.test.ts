import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Split } from '../../contract/wire.ts'
import { dealSplits, FEWEST_GROUPS, splitOf } from './deal.ts'
import type { Dealt } from './deal.ts'

const hashOf = (i: number): string =>
  ((Math.imul(i + 1, 0x9e3779b1) >>> 0).toString(16) + '0000000').padStart(16, '0')

const image = (id: number, more: Partial<Dealt> = {}): Dealt => ({
  ...{ id, group: id, sha256: hashOf(id), finished: true, ships: id % 2 === 0 },
  ...{ split: splitOf(hashOf(id)), by: 'chance' },
  ...more,
})

function after(images: readonly Dealt[], frozen = false): Map<number, Split | null> {
  const dealt = dealSplits(images, { frozen })
  return new Map(images.map(({ id, split }) => [id, dealt.get(id) ?? split]))
}

describe('dealSplits', () => {
  it('trains on the only finished image, wherever its content would have put it', () => {
    for (let id = 1; id < 40; id++) expect(after([image(id)]).get(id)).toBe('train')
  })

  it('puts the twenty crops of one scene on one side, and trains on it', () => {
    const crops = Array.from({ length: 20 }, (_, i) => image(i + 1, { group: 1 }))
    expect(new Set(after(crops).values())).toEqual(new Set(['train']))
  })

  it('deals 41 images of different scenes about 70, 15, 15, each side with ships', () => {
    const images = Array.from({ length: 41 }, (_, i) => image(i + 1))
    const dealt = [...after(images)]
    const of = (split: Split) => dealt.filter(([, own]) => own === split).map(([id]) => id)
    expect([of('train').length, of('validation').length, of('hold-out').length]).toEqual([29, 6, 6])
    for (const split of ['train', 'validation', 'hold-out'] as const) {
      expect(of(split).some((id) => id % 2 === 0)).toBe(true)
    }
  })

  it('never tears a group apart that nobody has, and follows from contents alone', () => {
    const some = fc.array(
      fc.record({ group: fc.integer({ min: 1, max: 12 }), finished: fc.boolean(), ships: fc.boolean() }),
      { minLength: 1, maxLength: 40 },
    )
    fc.assert(
      fc.property(some, fc.boolean(), (parts, frozen) => {
        const images = parts.map((part, i) => image(i + 1, part))
        const dealt = after(images, frozen)
        for (const group of Map.groupBy(images, (one) => one.group).values()) {
          expect(new Set(group.map(({ id }) => dealt.get(id))).size).toBe(1)
        }
        expect(after(images.toReversed(), frozen)).toEqual(new Map([...dealt].toReversed()))
        // dealing what was dealt changes nothing
        const again = images.map((one) => ({ ...one, split: dealt.get(one.id)! }))
        expect(dealSplits(again, { frozen }).size).toBe(0)
      }),
    )
  })

  it('frozen, leaves what was dealt and lets whoever is like it join', () => {
    const frozen = Array.from({ length: 12 }, (_, i) =>
      image(i + 1, { split: i < 8 ? 'train' : 'hold-out', by: 'frozen' }),
    )
    const newcomers = [
      image(20, { group: 1, split: 'hold-out' }),
      image(21, { group: 12, split: 'train' }),
      image(22, { split: null }),
    ]
    const dealt = after([...frozen, ...newcomers], true)
    for (const { id, split } of frozen) expect(dealt.get(id)).toBe(split)
    expect([dealt.get(20), dealt.get(21), dealt.get(22)]).toEqual(['train', 'hold-out', splitOf(hashOf(22))])
  })

  it('where a newcomer brings a trained image and a held one together, never scores on it', () => {
    const images = [
      image(1, { group: 1, split: 'train', by: 'frozen' }),
      image(2, { group: 1, split: 'hold-out', by: 'frozen' }),
      image(3, { group: 1, split: null }),
    ]
    expect([...after(images, true).values()]).toEqual(['train', 'hold-out', 'train'])
  })

  it('follows what a person or a file has said, with the group', () => {
    const images = Array.from({ length: FEWEST_GROUPS + 4 }, (_, i) => image(i + 1))
    const said = images.map((one) =>
      one.id === 3 ? { ...one, split: 'hold-out' as const, by: 'file' as const } : one,
    )
    const joined = after([...said, image(30, { group: 3, split: 'train' })])
    expect([joined.get(3), joined.get(30)]).toEqual(['hold-out', 'hold-out'])
  })
})
