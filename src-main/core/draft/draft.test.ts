import { describe, expect, test } from 'vitest'
import type { HandChange } from '../../contract/wire.ts'
import { DEFAULT_CLUSTER_SETTINGS } from '../cluster/cluster.ts'
import { Clusterer } from '../cluster/clusterer.ts'
import { inferenceFromBytes, inferenceToBytes } from '../cluster/inference-bytes.ts'
import { formatRle, fromPredicate } from '../mask/rle.ts'
import { twoShips } from '../../testing/inference.ts'
import { changeByHand, makeDraft, pixelIn } from './draft.ts'
import { MOVED, placeOf, VALUES } from './values.ts'

const size = { width: 12, height: 8 }
const box = (x: number, y: number, width: number, height: number) =>
  fromPredicate(size, (px, py) => px >= x && px < x + width && py >= y && py < y + height)
const [left, right] = [box(1, 1, 3, 4), box(6, 2, 3, 4)]
const instances = [
  { rle: left, score: 0.9, cluster: 0 },
  { rle: right, score: 0.6, cluster: 1 },
]
const at = { left: 1 * 12 + 2, right: 3 * 12 + 7, nowhere: 0 }
const after = (...changes: HandChange[]) =>
  changeByHand(instances, changes, size).map(({ rle, score, cluster }) => [formatRle(rle), score, cluster])
const stays = [formatRle(right), 0.6, 1]

describe('a change by hand', () => {
  const whole = formatRle(box(1, 1, 8, 5))
  const [a, b] = [formatRle(box(1, 1, 3, 2)), formatRle(box(1, 3, 3, 2))]

  test.each<[string, HandChange, unknown[]]>([
    ['drops', { kind: 'drop', at: [at.left], masks: [] }, [stays]],
    [
      'joins, as sure as the surer',
      { kind: 'join', at: [at.left, at.right], masks: [whole] },
      [[whole, 0.9, -1]],
    ],
    ['splits', { kind: 'split', at: [at.left], masks: [a, b] }, [stays, [a, 0.9, -1], [b, 0.9, -1]]],
    ['redraws', { kind: 'redraw', at: [at.left], masks: [a] }, [stays, [a, 0.9, -1]]],
    [
      'takes nothing away where nothing is',
      { kind: 'drop', at: [at.nowhere], masks: [] },
      [[formatRle(left), 0.9, 0], stays],
    ],
  ])('%s', (_, change, expected) => {
    expect(after(change)).toEqual(expected)
  })

  test('adds what is certain, and others stay to the pixel where it overlaps them', () => {
    const added = after({ kind: 'add', at: [], masks: [formatRle(box(2, 2, 3, 3))] })
    expect(added).toEqual([[formatRle(left), 0.9, 0], stays, [formatRle(box(2, 2, 3, 3)), 1, -1]])
  })

  test('works on what those before it have made', () => {
    expect(
      after(
        { kind: 'join', at: [at.left, at.right], masks: [whole] },
        { kind: 'drop', at: [at.left], masks: [] },
      ),
    ).toEqual([])
  })

  test('names an instance by a pixel that it holds', () => {
    expect(pixelIn(left, size)).toBe(1 * 12 + 1)
  })
})

test('a draft of two ships that touch: alpha joins them, and a hand takes them apart again', () => {
  const { inference, truth } = twoShips()
  const draft = (alpha: number, changes: HandChange[] = []) =>
    makeDraft(new Clusterer(inference, null), { ...DEFAULT_CLUSTER_SETTINGS, alpha }, changes).instances.map(
      ({ rle }) => formatRle(rle),
    )
  const [one, other] = truth.map(formatRle)
  expect(draft(0)).toEqual([one, other])
  const joined = draft(10)
  expect(joined).toHaveLength(1)
  const split: HandChange = { kind: 'split', at: [pixelIn(truth[0]!, inference)], masks: [one!, other!] }
  expect(draft(10, [split])).toEqual([one, other])
})

test('an inference is the same after its bytes, and cut ones are none', () => {
  const { inference } = twoShips()
  const bytes = Uint8Array.from(inferenceToBytes(inference).flatMap((part) => [...part]))
  // at an odd place of other memory, as bytes come from a file
  const moved = new Uint8Array(bytes.length + 1)
  moved.set(bytes, 1)
  expect(inferenceFromBytes(moved.subarray(1))).toEqual(inference)
  expect(inferenceFromBytes(bytes.subarray(0, -1))).toBeNull()
  expect(inferenceFromBytes(bytes.map((byte, i) => (i === 0 ? 0 : byte)))).toBeNull()
})

test('values of a setting ascend, and each is found at its place', () => {
  for (const setting of MOVED) {
    const values = VALUES[setting]
    values.forEach((value, i) => expect(placeOf(setting, value)).toBe(i))
  }
  expect(VALUES.foreground[placeOf('foreground', 0.62)]).toBe(0.6)
  expect(placeOf('sigma', 0.1)).toBe(1)
})
