import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DrydockError } from '../contract/errors.ts'
import { canonicalise, formatRle } from '../core/mask/rle.ts'
import { readAirbus, writeAirbus } from './airbus.ts'

const HEADER = 'ImageId,EncodedPixels\n'
const bytes = (text: string): Uint8Array => Buffer.from(text, 'utf8')
const read = (rows: string, size?: { width: number; height: number }) =>
  readAirbus(bytes(HEADER + rows), size)

/** What was read, in a form that is easy to compare. */
function plain(labels: ReturnType<typeof read>): Record<string, string[]> {
  return Object.fromEntries(
    [...labels.images].map(([image, all]) => [image, all.map(({ rle }) => formatRle(rle))]),
  )
}

describe('reading an Airbus CSV', () => {
  it('groups rows by image, wherever they stand, and knows their lines', () => {
    const labels = read('a.jpg,1 2 5 2\nb.jpg,\na.jpg,9 1\n')
    expect(plain(labels)).toEqual({ 'a.jpg': ['1 2 5 2', '9 1'], 'b.jpg': [] })
    expect(labels.images.get('a.jpg')?.map(({ line }) => line)).toEqual([2, 4])
    expect(labels).toMatchObject({ rows: 3, broken: [] })
  })

  it.each([
    [
      'CRLF, byte order mark, no newline at the end',
      '\ufeffImageId,EncodedPixels\r\na.jpg,1 2\r\nb.jpg,\r\nc.jpg,3 1',
    ],
    ['quotes', '"ImageId","EncodedPixels"\n"a.jpg","1 2"\n"b.jpg",""\n"c.jpg",3 1\n'],
    ['empty lines and spaces', 'ImageId, EncodedPixels\n\na.jpg, 1  2 \n \nb.jpg, \nc.jpg,3 1\n\n'],
    ['another case', 'imageid,encodedpixels\na.jpg,1 2\nb.jpg,\nc.jpg,3 1\n'],
  ])('takes %s', (_, text) => {
    const labels = readAirbus(bytes(text))
    expect(labels.broken).toEqual([])
    expect(plain(labels)).toEqual({ 'a.jpg': ['1 2'], 'b.jpg': [], 'c.jpg': ['3 1'] })
  })

  it('keeps names that need quotes or are no ASCII', () => {
    const labels = read('"a, ""b"".jpg",1 2\nhäfen/kai 1.tif,3 1\n')
    expect([...labels.images.keys()]).toEqual(['a, "b".jpg', 'häfen/kai 1.tif'])
  })

  it('keeps spaces around a name, which may be its own', () => {
    expect([...read(' a.jpg,1 2\n"b.jpg ",\n  "c.jpg",5 1\n').images.keys()]).toEqual([
      ' a.jpg',
      'b.jpg ',
      'c.jpg',
    ])
  })

  it('merges runs that touch', () => {
    expect(plain(read('a.jpg,1 2 3 4 9 1\n'))).toEqual({ 'a.jpg': ['1 6 9 1'] })
  })

  it.each([
    ['a.jpg,1 2 3', 'has 3 numbers, which are no start and length pairs'],
    ['a.jpg,1 -2', 'has "-2" where a whole number should be'],
    ['a.jpg,1.5 2', 'has "1.5" where a whole number should be'],
    ['a.jpg,"1 x"', 'has "x" where a whole number should be'],
    ['a.jpg,nan', 'has "nan" where a whole number should be'],
    ['a.jpg,0 2', 'has a run that starts at 0, but starts count from 1'],
    ['a.jpg,4 0', 'has a run of length 0 at 4'],
    ['a.jpg,9 2 1 2', 'is not sorted: the run at 1 comes after the one at 9'],
    ['a.jpg,1 5 4 2', 'has runs that overlap at 4'],
    ['a.jpg,1 99999999999', 'has the number 99999999999, which is too large'],
    ['a.jpg,95 7', 'reaches pixel 101, but an image of 20 x 5 has 100'],
    ['a.jpg', 'has no comma between ImageId and EncodedPixels'],
    [',1 2', 'names no image'],
    ['a.jpg,1 2,0.9', 'has more than two fields'],
    ['a.jpg,"1 2",0.9', 'has more than two fields'],
    ['a.jpg,"1 2"3', 'goes on after the closing quote: "3"'],
    ['"a.jpg,1 2', 'opens a quote that is never closed'],
    ['good.jpg,', 'says no ship, but line 2 marks one in good.jpg'],
    ['none.jpg,1 2', 'marks a ship, but line 3 says none.jpg has none'],
  ])('names the broken row %s and reads on', (row, reason) => {
    const labels = read(`good.jpg,1 2\nnone.jpg,\n${row}\nafter.jpg,5 1\n`, { width: 20, height: 5 })
    expect(labels.broken.map(({ line, reason }) => ({ line, reason }))).toEqual([{ line: 4, reason }])
    expect(plain(labels)).toEqual({ 'good.jpg': ['1 2'], 'none.jpg': [], 'after.jpg': ['5 1'] })
    expect(labels.rows).toBe(4)
  })

  it.each([
    ['', 'its first line is empty'],
    ['image,mask\na,1 2\n', 'its first line reads "image,mask"'],
    ['\u0089PNG\u0000\u0001\n', 'its first line reads "?PNG??"'],
  ])('refuses what is no such file: %j', (text, sentence) => {
    expect(() => readAirbus(bytes(text))).toThrow(DrydockError)
    expect(() => readAirbus(bytes(text))).toThrow(sentence)
  })

  it('reads masks of many runs, each with memory of its own', () => {
    const runs = Array.from({ length: 10_000 }, (_, i) => [3 * i + 1, 2]).flat()
    const labels = read(`a.jpg,${runs.join(' ')}\na.jpg,${runs.join(' ')}\n`)
    const masks = labels.images.get('a.jpg')!.map(({ rle }) => rle)
    expect([...masks[1]!]).toEqual(runs)
    expect(masks[0]!.buffer.byteLength).toBe(runs.length * 4)
  })
})

describe('writing', () => {
  const name = fc.string({ minLength: 1, unit: 'grapheme' }).filter((s) => s.trim() !== '')
  const mask = fc
    .array(fc.tuple(fc.integer({ min: 1, max: 1e6 }), fc.integer({ min: 1, max: 50 })), {
      minLength: 1,
      maxLength: 5,
    })
    .map((runs) => canonicalise(runs.flat()))

  it('gives what reading gives back', () => {
    fc.assert(
      fc.property(fc.dictionary(name, fc.array(mask, { maxLength: 3 })), (images) => {
        const text = [...writeAirbus(Object.entries(images))].join('')
        const expected = Object.entries(images).map(([image, masks]) => [image, masks.map(formatRle)])
        expect(Object.entries(plain(readAirbus(bytes(text))))).toEqual(expected)
      }),
    )
  })

  it('marks an image without ships by a blank row', () => {
    const text = [...writeAirbus([['a.jpg', []] as const, ['b.jpg', [Uint32Array.of(1, 2)]] as const])].join(
      '',
    )
    expect(text).toBe('ImageId,EncodedPixels\na.jpg,\nb.jpg,1 2\n')
  })
})
