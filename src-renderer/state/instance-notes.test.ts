import { expect, it } from 'vitest'
import { notedOf } from './instance-notes.ts'

it('says what several instances have noted alike, and where they differ', () => {
  expect(notedOf([])).toEqual({ heading: null, attributes: [] })
  expect(
    notedOf([
      { heading: 10, attributes: { b: 'x', a: '' } },
      { heading: 10, attributes: { a: '' } },
    ]),
  ).toEqual({
    heading: 10,
    attributes: [
      ['a', { value: '' }],
      ['b', 'several'],
    ],
  })
  expect(notedOf([{ heading: 0 }, {}])).toEqual({ heading: 'several', attributes: [] })
})
