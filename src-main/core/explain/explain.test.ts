import { expect, test } from 'vitest'
import type { ClusterSettings } from '../../contract/wire.ts'
import { DEFAULT_CLUSTER_SETTINGS } from '../cluster/cluster.ts'
import { Clusterer } from '../cluster/clusterer.ts'
import { fromPredicate } from '../mask/rle.ts'
import { inferenceOf, twoShips } from '../../testing/inference.ts'
import { explain } from './explain.ts'
import { wordsOf } from './words.ts'

const SIZE = { width: 60, height: 40 }

/** One ship of 24 x 6 px at (10, 10), whose pixels have what `give` says. */
function oneShip(give: (x: number, y: number) => { foreground: number; to: [number, number] }) {
  const foreground = new Float32Array(SIZE.width * SIZE.height)
  const offset = new Float32Array(2 * foreground.length)
  const isShip = (x: number, y: number) => x >= 10 && x < 34 && y >= 10 && y < 16
  for (let y = 0; y < SIZE.height; y++) {
    for (let x = 0; x < SIZE.width; x++) {
      if (!isShip(x, y)) continue
      const given = give(x, y)
      const i = y * SIZE.width + x
      foreground[i] = given.foreground
      offset.set([given.to[0] - x, given.to[1] - y], 2 * i)
    }
  }
  return {
    inference: inferenceOf({ ...SIZE, channels: 2, foreground, offset }),
    truth: [fromPredicate(SIZE, isShip)],
  }
}

function said({ inference, truth }: ReturnType<typeof oneShip>, settings: Partial<ClusterSettings> = {}) {
  const recipe = { settings: { ...DEFAULT_CLUSTER_SETTINGS, ...settings }, changes: [] }
  const explained = explain(new Clusterer(inference, null), recipe, truth)
  return {
    ...explained,
    words: explained.findings.map((finding) => wordsOf(finding, (i) => String(i + 1), explained.f2)),
  }
}

const middle = { foreground: 0.9, to: [21.5, 12.5] as [number, number] }

test('nothing is said of what goes well, and its loss is 0', () => {
  expect(said(oneShip(() => middle))).toMatchObject({ f2: 1, findings: [], losses: [0] })
})

test('two ships in one cluster: how far apart, how far is needed, and the alpha that parts them', () => {
  // means 3 px apart; without noise both variances are the least one, 0.3, so alpha x spread = 2 x alpha x sqrt(0.3)
  const { findings, words, f2 } = said(twoShips(), { alpha: 5 })
  expect(f2).toBeLessThan(0.5)
  expect(findings[0]).toMatchObject({
    kind: 'merged',
    ships: [0, 1],
    cure: { settings: { alpha: 2.4 }, f2: 1 },
  })
  expect(findings[0]).toHaveProperty('apart', expect.closeTo(3, 2))
  expect(findings[0]).toHaveProperty('needed', expect.closeTo(10 * Math.sqrt(0.3), 1))
  expect(words[0]).toEqual({
    head: '1 and 2 are merged.',
    text: `Their centres lie 3.0 px apart, less than alpha × spread = 5.5 px. With alpha 2.4 they separate: F2 ${f2.toFixed(2)} → 1.00.`,
    button: 'Split with alpha 2.4',
  })
})

test('two ships that lie far enough apart and are merged all the same: what lies between them is named, not their distance', () => {
  const finding = { kind: 'merged', ships: [0, 1], apart: 23.6, needed: 21.2, cure: null } as const
  expect(wordsOf(finding, (ship) => `${ship + 1}`, 0.19)).toEqual({
    head: '1 and 2 are merged.',
    text: 'Their centres lie 23.6 px apart, which is enough for alpha × spread = 21.2 px; embeddings between them join them.',
    button: null,
  })
})

test('one ship in two clusters: the alpha that joins them', () => {
  // bow and stern point at places 8 px apart
  const halves = oneShip((x) => ({ foreground: 0.9, to: [x < 22 ? 17.5 : 25.5, 12.5] }))
  const { findings, words } = said(halves, { alpha: 1 })
  expect(findings[0]).toMatchObject({ kind: 'divided', ship: 0, clusters: 2, cure: { f2: 1 } })
  expect(words[0]!.text).toContain('8.0 px apart')
  expect(words[0]!.button).toMatch(/^Join with alpha/)
})

test('a ship too faint, too small, too unsure: the setting that takes it in', () => {
  const faint = said(oneShip(() => ({ ...middle, foreground: 0.3 })))
  expect(faint.findings).toMatchObject([
    { kind: 'faint', threshold: 0.5, cure: { settings: { foreground: 0.3 }, f2: 1 } },
  ])
  expect(faint.words[0]!.text).toContain('mean foreground is 0.30, the threshold 0.50')
  const small = said(
    oneShip(() => middle),
    { minArea: 200 },
  )
  expect(small.findings).toMatchObject([
    { kind: 'small', pixels: 144, cure: { settings: { minArea: 128 }, f2: 1 } },
  ])
  // 0.9 is kept as 229 of 255, which is a little less
  const unsure = said(
    oneShip(() => middle),
    { minScore: 0.95 },
  )
  expect(unsure.findings).toMatchObject([{ kind: 'unsure', cure: { settings: { minScore: 0.85 }, f2: 1 } }])
})

test('a smeared ship: its embeddings stay where its pixels are, and eq. 5 says how far that is', () => {
  const { findings, words, losses } = said(oneShip((x, y) => ({ foreground: 0.9, to: [x, y] })))
  expect(findings).toMatchObject([{ kind: 'smeared', ship: 0, cure: null }])
  // variances of 24 and 6 whole pixels: (24^2 - 1) / 12 and (6^2 - 1) / 12
  expect(findings[0]).toHaveProperty('spread', expect.closeTo(Math.sqrt((575 + 35) / 12), 2))
  expect(words[0]!.button).toBeNull()
  let sum = 0
  for (let x = 0; x < 24; x++) for (let y = 0; y < 6; y++) sum += Math.hypot(x - 11.5, y - 2.5)
  expect(losses[0]).toBeCloseTo(sum / 144, 2)
})

test('what no alpha parts is cut between its centres, with the F2 that the cut then has, and of what a hand has mended nothing is said', () => {
  // as components they are one whatever alpha is
  const { inference, truth } = twoShips()
  const clusterer = new Clusterer(inference, null)
  const settings = { ...DEFAULT_CLUSTER_SETTINGS, separate: false }
  const before = explain(clusterer, { settings, changes: [] }, truth)
  const { cure } = before.findings[0]!
  expect(wordsOf(before.findings[0]!, String, before.f2).button).toBe('Cut between them')
  expect(cure).toMatchObject({ by: 'hand', f2: 1, change: { kind: 'split' } })
  const changes = cure?.by === 'hand' ? [cure.change] : []
  expect(explain(clusterer, { settings, changes }, truth)).toMatchObject({ f2: 1, findings: [] })
})

test('of three ships in one cluster each is named with the nearest of those before it', () => {
  // three of 24 x 4 px below each other, the third pointing further away than the second
  const size = { width: 60, height: 40 }
  const shipAt = (x: number, y: number) =>
    x >= 10 && x < 34 && y >= 10 && y < 22 ? Math.floor((y - 10) / 4) : -1
  const foreground = new Float32Array(size.width * size.height)
  const offset = new Float32Array(2 * foreground.length)
  for (let i = 0; i < foreground.length; i++) {
    const [x, y] = [i % size.width, Math.floor(i / size.width)]
    const ship = shipAt(x, y)
    if (ship < 0) continue
    foreground[i] = 0.9
    offset.set([21.5 - x, [11.5, 15.5, 21.5][ship]! - y], 2 * i)
  }
  const inference = inferenceOf({ ...size, channels: 2, foreground, offset })
  const truth = [0, 1, 2].map((ship) => fromPredicate(size, (x, y) => shipAt(x, y) === ship))
  const settings = { ...DEFAULT_CLUSTER_SETTINGS, separate: false }
  const { findings } = explain(new Clusterer(inference, null), { settings, changes: [] }, truth)
  const pairs = findings.flatMap((one) => (one.kind === 'merged' ? [[one.ships, one.apart]] : []))
  expect(pairs).toHaveLength(2)
  expect(pairs).toContainEqual([[0, 1], expect.closeTo(4, 1)])
  expect(pairs).toContainEqual([[1, 2], expect.closeTo(6, 1)])
})
