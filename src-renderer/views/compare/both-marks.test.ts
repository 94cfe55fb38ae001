import { expect, it } from 'vitest'
import { parseRle } from '../../../src-main/core/mask/rle.ts'
import { bothMarks } from './both-marks.ts'

it('tells what both have from what one alone has, at IoU over 0.5', () => {
  const shape = (id: string, rle: string) => ({ id, rle: parseRle(rle) })
  const marks = bothMarks([shape('truth', '1 9')], {
    first: [shape('a', '1 10'), shape('b', '41 10'), shape('c', '61 10')],
    // 8 of 12; 10 of 20 is not over 0.5
    second: [shape('d', '3 10'), shape('e', '41 20')],
  })
  expect(Object.fromEntries(marks)).toEqual({
    truth: { style: 'reference', tag: null },
    a: { style: 'reference', tag: null },
    b: { style: 'missed', tag: 'first' },
    c: { style: 'missed', tag: 'first' },
    d: { style: 'hit', tag: '.67' },
    e: { style: 'false', tag: 'second' },
  })
})
