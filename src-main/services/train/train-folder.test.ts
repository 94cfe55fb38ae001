import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { writeImages } from '../../testing/images.ts'
import { markedImages } from './train-folder.ts'

const folder = mkdtempSync(join(tmpdir(), 'drydock-marked-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('every image that is not used is named under its reason, in order', async () => {
  const images = join(folder, 'images')
  const size = { width: 20, height: 10, ships: [] }
  await writeImages(images, { 'a.png': size, 'b.png': size, 'c.png': size, 'deep/d.png': size })
  const rows = ['nowhere.png,', 'deep/d.png,1 5', 'a.png,', 'd.png,', 'b.png,199 5']
  writeFileSync(join(folder, 'truth.csv'), ['ImageId,EncodedPixels', ...rows, ''].join('\n'))
  const { found, leftOut } = await markedImages(images, join(folder, 'truth.csv'))
  expect([...found].map(([path, { truth }]) => [path, truth.length])).toEqual([
    ['a.png', 0],
    ['deep/d.png', 1],
  ])
  expect(leftOut).toEqual([
    { reason: 'a mask reaches beyond the image', count: 1, names: ['b.png'] },
    { reason: 'the label file does not name it', count: 1, names: ['c.png'] },
    {
      reason: 'named in the label file, but not in the folder',
      count: 2,
      names: ['nowhere.png', 'd.png'],
    },
  ])
})
