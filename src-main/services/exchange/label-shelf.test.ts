import { mkdtempSync, rmSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import type { ReadImage } from './read-image.ts'
import { ShelfFile, labelsOnShelf } from './label-shelf.ts'

const folder = mkdtempSync(join(tmpdir(), 'drydock-shelf-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function labels(id: number, ...runs: string[]): ReadImage {
  const masks = runs.map((rle) => ({ rle, area: 5, colour: 1, category: 'häfen "1"', score: null }))
  return { id, path: `sub/ü ${id}.png`, size: { width: 9, height: 8 }, masks, ignored: ['1 2'] }
}

test('labels come back as they were put in, the last of each image, in the order of images', () => {
  const file = join(folder, 'shelf')
  const shelf = new ShelfFile(file)
  shelf.set(7, labels(7, '1 5'))
  // larger than what is collected before it is written
  const large = labels(3, '9 5 '.repeat(400_000))
  shelf.set(3, large)
  shelf.set(5, labels(5))
  const again = labels(7, '1 5', '11 5')
  shelf.set(7, again)
  expect(shelf.get(7)).toEqual(again)
  expect(shelf.get(4)).toBeUndefined()
  const places = shelf.places()
  shelf.close()
  expect([...labelsOnShelf(file, places)]).toEqual([large, labels(5), again])

  truncateSync(file, 100)
  expect(() => [...labelsOnShelf(file, places)]).toThrow('was changed since')
  rmSync(file)
  expect(() => [...labelsOnShelf(file, places)]).toThrow('is not there any more')
})
