import { expect, it } from 'vitest'
import type { PackedDetail } from '../contract/wire.ts'
import {
  isList,
  isMap,
  isNumber,
  isOneOf,
  isRecordOf,
  isText,
  isTuple,
  orNull,
  readChecked,
} from './checks.ts'
import { packDetail, unpackDetail } from './packed-detail.ts'

interface Thing {
  name: string
  size: number | null
  kind?: 'a' | 'b'
}
const isThing = isRecordOf<Thing>({ name: isText, size: orNull(isNumber) }, { kind: isOneOf('a', 'b') })

it('tells what has the form from what has not', () => {
  expect(isThing({ name: 'x', size: null })).toBe(true)
  expect(isThing({ name: 'x', size: 2, kind: 'b', more: 1 })).toBe(true)
  for (const other of [null, 3, [], {}, { name: 'x' }, { name: 1, size: 2 }, { name: 'x', size: NaN }, { name: 'x', size: 2, kind: 'c' }]) expect(isThing(other)).toBe(false) // prettier-ignore
  expect(isList(isThing)([{ name: 'x', size: 1 }, { name: 'y' }])).toBe(false)
  expect(isTuple<[string, number]>(isText, isNumber)(['x', 1])).toBe(true)
  expect(isTuple<[string, number]>(isText, isNumber)(['x', 1, 2])).toBe(false)
  expect(isMap(isText)({ a: 'b' })).toBe(true)
  expect(isMap(isText)({ a: 1 })).toBe(false)
  expect(() => readChecked('{"name":1}', isThing, 'a thing')).toThrow(/a thing/)
})

it("an image's instances come out of their text as they went in, and not at all where one is another thing", () => {
  const truth = [
    {
      ...{
        id: 'a',
        rle: '1 2',
        area: 2,
        origin: 'drawn' as const,
        edited: false,
        colour: 3,
        category: 'tug',
      },
      ...{ heading: 12.5, attributes: { name: 'Anna' } },
      shape: { kind: 'polygon' as const, corners: [[1, 2], [3, 4], [5, 6]] as [number, number][] }, // prettier-ignore
    },
    {
      id: 'b',
      rle: '',
      area: 0,
      origin: 'imported' as const,
      edited: true,
      colour: 0,
      ignore: true as const,
    },
  ]
  const prediction = { id: 'p', rle: '3 1', area: 1, score: 0.5, cluster: -1, decision: null, colour: 1 }
  const others = {} as Omit<PackedDetail, 'instances'>
  const through = (instances: object) => unpackDetail({ ...others, instances: JSON.stringify(instances) })
  for (const predictions of [null, [prediction]]) {
    const { instances } = packDetail({ ...others, truth, predictions })
    expect(unpackDetail({ ...others, instances })).toEqual({ truth, predictions })
  }
  for (const broken of [
    {},
    { truth: null, predictions: null },
    { truth: [{ ...truth[0], origin: 'found' }], predictions: null },
    { truth: [{ ...truth[0], shape: { kind: 'polygon', corners: [[1]] } }], predictions: null },
    { truth: [], predictions: [{ ...prediction, score: '1' }] },
    { truth: [], predictions: [{ ...prediction, id: undefined }] },
  ]) {
    expect(() => through(broken)).toThrow(/instances/)
  }
})
