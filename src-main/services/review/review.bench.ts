import { randomUUID } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ReviewPage } from '../../contract/wire.ts'
import type { Rle } from '../../core/mask/rle.ts'
import { formatRle, fromPredicate, parseRle } from '../../core/mask/rle.ts'
import { rankFixes, totalErrors } from '../../core/metric/review.ts'
import { ScoreTable } from '../../core/metric/score-table.ts'
import { unpackReviews } from '../../core/metric/review-page.ts'
import { reviewImage } from '../../core/metric/worth.ts'
import { randomFrom, wholeBetween } from '../../core/random.ts'
import type { Random } from '../../core/random.ts'
import { createStore } from '../../store/store.ts'
import type { Store } from '../../store/store.ts'
import { BUILT_BACKEND, startBackend } from '../../testing/backend.ts'
import { reviewReads } from './reads.ts'

/** Budgets of Review: `npm run bench -- review`. Makes a project of 10,000 scored images, without files, in a temporary folder. */

const IMAGES = 10_000
const SIDE = 768

const median = (times: readonly number[]): number | undefined =>
  times.toSorted((a, b) => a - b)[times.length >> 1]

/** Wall time, and how much of it was computing: on a machine that does other work both differ. */
function tell(name: string, took: readonly number[], computed: readonly number[], budget: string): void {
  const [wall, own] = [took, computed].map((times) => median(times)?.toFixed(2).padStart(9))
  console.log(`${name.padEnd(56)} ${wall} ms, computing ${own ?? '-'} ms   (budget ${budget})`)
}

function timed<T>(name: string, budget: string, work: () => T, times = 3): T {
  const [took, computed]: [number[], number[]] = [[], []]
  let answer = work()
  for (let i = 0; i < times; i++) {
    const [start, before] = [performance.now(), process.cpuUsage()]
    answer = work()
    took.push(performance.now() - start)
    computed.push(process.cpuUsage(before).user / 1000)
  }
  tell(name, took, computed, budget)
  return answer
}

function ship(x: number, y: number, width: number, height: number): Rle {
  return fromPredicate({ width: SIDE, height: SIDE }, () => true, { x, y, width, height })
}

/** Truth in a grid, and predictions of it: shifted, merged, missed or false. */
function imageOf(random: Random, ships: number): { truth: Rle[]; prediction: Rle[] } {
  const truth: Rle[] = []
  const prediction: Rle[] = []
  for (let i = 0; i < ships; i++) {
    const [x, y] = [20 + (i % 12) * 60, 20 + Math.floor(i / 12) * 40]
    truth.push(ship(x, y, 30, 12))
    const kind = random()
    if (kind < 0.6)
      prediction.push(ship(x + wholeBetween(random, 0, 12), y + wholeBetween(random, 0, 3), 30, 12))
    else if (kind < 0.7 && i + 1 < ships && i % 12 < 11) prediction.push(ship(x, y, 90, 12))
    else if (kind < 0.8) prediction.push(ship(x, y, 14, 12), ship(x + 15, y, 15, 12))
  }
  if (random() < 0.3) prediction.push(ship(700, 700, 20, 20))
  return { truth, prediction }
}

async function fill(store: Store, images: string): Promise<[number, number]> {
  const at = new Date().toISOString()
  const runs: number[] = []
  const random = randomFrom(1)
  const labels = {
    kind: 'labels' as const,
    model: null,
    settings: null,
    flips: false,
    createdAt: at,
    parent: null,
  }
  await store.write(() => {
    store.meta.set('name', 'large')
    store.meta.set('images_root', images)
    store.meta.set('created_at', at)
    runs.push(store.runs.add({ name: 'first', ...labels }), store.runs.add({ name: 'second', ...labels }))
  })
  const numbers = Array.from({ length: IMAGES }, (_, i) => i)
  await store.inBatches(numbers, (i) => {
    const id = store.images.add({ path: `${i}.png`, size: 1, mtime: 1 })
    store.images.setContent(id, i.toString(16).padStart(64, '0'), SIDE, SIDE)
    // most images of such sets have no ship, others a few
    const ships = random() < 0.5 ? 0 : wholeBetween(random, 1, 8)
    const { truth } = imageOf(random, ships)
    for (const rle of truth) {
      const text = formatRle(rle)
      store.truth.put(id, {
        id: randomUUID(),
        rle: text,
        area: 360,
        origin: 'drawn',
        edited: false,
        colour: 0,
      })
    }
    store.images.setStatus(id, ships > 0 ? 'done' : 'no ship')
    for (const run of runs) {
      const found = imageOf(random, ships).prediction.map((rle) => ({
        ...{ id: randomUUID(), rle: formatRle(rle), area: 360, score: random(), cluster: -1 },
        ...{ decision: null, colour: 0 },
      }))
      store.runs.reach({ run, image: id, sha256: null, inference: null, doubt: null }, at)
      store.predictions.replace(run, id, found)
    }
  })
  return [runs[0]!, runs[1]!]
}

/** The pages of a run, as a window asks a real backend process for them. */
async function asWindowsDo(folder: string): Promise<void> {
  const backend = await startBackend(join(folder, '..', 'user-data'), () => undefined, BUILT_BACKEND)
  try {
    const { id: project } = await backend.client.project.open({ grant: backend.grant(folder) })
    const times: number[] = []
    for (let i = 0; i < 4; i++) {
      const start = performance.now()
      for (let after: number | null = 0; after !== null;) {
        const page: ReviewPage = await backend.client.review.page({ project, after })
        after = page.next
      }
      times.push(performance.now() - start)
    }
    tell('review of a run over 10,000 images, opened by a window', times.slice(1), [], '1,000')
  } finally {
    backend.send({ kind: 'stop' })
    await backend.ended
  }
}

const parent = mkdtempSync(join(tmpdir(), 'drydock-review-bench-'))
const folder = join(parent, 'large.drydock')
for (const made of [folder, join(parent, 'large')]) mkdirSync(made)
const store = createStore(join(folder, 'project.sqlite'))
try {
  const [first, second] = await fill(store, join(parent, 'large'))
  await store.write(() => store.meta.set('current_run', String(first)))
  const pages = async (): Promise<number> => {
    const images = []
    for (let after: number | null = 0; after !== null;) {
      const page = await reviewReads['review.page'](store, { run: first, after, folder, ignoring: false })
      images.push(...unpackReviews(page.images))
      after = page.next
    }
    totalErrors(images.map(({ counts }) => counts))
    return rankFixes(images).length
  }
  const [took, computed]: [number[], number[]] = [[], []]
  for (let i = 0; i < 3; i++) {
    const [start, before] = [performance.now(), process.cpuUsage()]
    await pages()
    took.push(performance.now() - start)
    computed.push(process.cpuUsage(before).user / 1000)
  }
  tell('review of a run over 10,000 images, by one thread', took, computed, 'none of its own')
  await asWindowsDo(folder)
  const random = randomFrom(2)
  const thousand = Array.from({ length: 1000 }, () => ({ ...imageOf(random, 12), height: SIDE }))
  timed('worth of all fixes over 1,000 images of 12 ships', '2,000', () => thousand.map(reviewImage))
  timed('two runs over 10,000 images, 2,000 bootstrap samples', '2,000', () =>
    reviewReads['review.compare'](store, { first, second }),
  )
  const sixty = imageOf(random, 60)
  const table = ScoreTable.of(sixty.prediction).with(sixty.truth.map((rle, i) => [`${i}`, rle]))
  const moved = parseRle(formatRle(sixty.truth[7]!))
  timed('live F2 after an edit, 60 x 60', '0.5', () => table.with([['7', moved]]).score(), 200)
} finally {
  store.close()
  rmSync(parent, { recursive: true, force: true })
}
