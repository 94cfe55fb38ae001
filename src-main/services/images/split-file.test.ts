import { expect, test } from 'vitest'
import { readSplits } from './split-file.ts'

test('splits are read from any CSV that names image and split, masks passed over', () => {
  const { splits, broken } = readSplits(
    'ImageId,EncodedPixels,split\na.png,1 3 9 2,train\n"sub\\b.png",,val\na.png,12 3,train\nc.png,,somewhere\nd.png,,TEST\n',
  )
  expect([...splits]).toEqual([
    ['a.png', 'train'],
    ['sub/b.png', 'validation'],
    ['d.png', 'hold-out'],
  ])
  expect(broken).toEqual([5])
  expect(() => readSplits('ImageId,EncodedPixels\na.png,1 3\n')).toThrow('no column that names the split')
})
