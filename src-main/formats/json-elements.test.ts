import { expect, test } from 'vitest'
import type { RandomFile } from './format.ts'
import { jsonElements, parseElement } from './json-elements.ts'

function fileOf(text: string): RandomFile {
  const bytes = Buffer.from(text)
  return {
    bytes: bytes.length,
    read: (at, length) => Promise.resolve(bytes.subarray(at, at + length)),
    close: () => Promise.resolve(),
  }
}

async function elementsOf(
  text: string,
  wanted: string[],
  atOnce?: number,
): Promise<[string, number, unknown][]> {
  const found: [string, number, unknown][] = []
  const bytes = Buffer.from(text)
  for await (const elements of jsonElements(fileOf(text), new Set(wanted), atOnce)) {
    for (const { key, index, at, bytes: own } of elements) {
      // where it stands is where it is read again from
      expect(bytes.subarray(at, at + own.length).equals(own)).toBe(true)
      found.push([key, index, parseElement(own)])
    }
  }
  return found
}

const ENTRY = { 'a\\"]': ['{"', 'h\u00e4fen \u{1f6a2}', [[-1.5e3, true, null], {}]], id: 7 }
/** Everything that may be cut by the end of a reading: keys, colons, escapes, characters of several bytes, brackets, numbers. */
const FILE = JSON.stringify({ 'sk\\ip"': [ENTRY, '}'], images: [ENTRY, [], 12], one: ENTRY, annotations: [] })

test('elements are the same wherever a reading of the file ends', async () => {
  const expected = [...[ENTRY, [], 12].map((one, i) => ['images', i, one]), ['one', -1, ENTRY]]
  // a byte order mark is three bytes, and looked for in the first reading
  for (let atOnce = 3; atOnce <= Buffer.byteLength(FILE) + 1; atOnce++) {
    const found = await elementsOf(`\ufeff ${FILE}\n`, ['images', 'one', 'annotations'], atOnce)
    expect(found, `${atOnce} at once`).toEqual(expected)
  }
})

test('an element over several readings is whole, and one array is as good as a member', async () => {
  const large = 'x'.repeat(2_600_000)
  expect(await elementsOf(JSON.stringify([{ large }, 1]), [''])).toEqual([
    ['', 0, { large }],
    ['', 1, 1],
  ])
})

test.each(['', '{', '[1', '{"images": [1, {"a": "b"', '{"images": [}', '[1] 2', '{"a" 1}'])(
  '%j is no whole file',
  async (text) => {
    await expect(elementsOf(text, ['', 'images'])).rejects.toMatchObject({ code: 'file_broken' })
  },
)
