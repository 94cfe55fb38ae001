import { randomUUID } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { GalleryItem, Prediction, TruthInstance } from '../../contract/wire.ts'
import { areaOf, parseRle } from '../../core/mask/rle.ts'
import { scoreImage } from '../../core/metric/f2.ts'
import { unpackReviews } from '../../core/metric/review-page.ts'
import { meanOver, rankFixes, rankSuspects, totalErrors } from '../../core/metric/review.ts'
import { drydock } from '../../testing/command.ts'
import { idOf, openBench } from '../../testing/project.ts'
import type { Bench } from '../../testing/project.ts'
import type { Project } from '../machinery/project.ts'
import { addCategory } from '../annotate/categories.ts'
import { undoGroup } from '../annotate/groups.ts'
import { decideMany } from './bulk.ts'
import { compareRuns } from './compare.ts'
import { writeReport, writeResult } from './take-away.ts'
import { scoreResult } from './score-result.ts'
import { answerSuspect, galleryPage, reviewAll, reviewPage } from './review.ts'

const SIZE = { width: 30, height: 20, ships: [] }
/** By image: truth and predictions as masks, in columns of 20 px. */
const MARKED: Record<string, { truth: string[]; predictions: [rle: string, score: number][] }> = {
  // two ships in one prediction, one that nobody found
  'a.png': { truth: ['1 10', '11 10', '201 20'], predictions: [['1 20', 0.9]] },
  // a hit and one that nobody marked
  'b.png': {
    truth: ['1 20'],
    predictions: [
      ['1 20', 0.9],
      ['301 20', 0.8],
    ],
  },
  'c.png': {
    truth: ['1 20', '41 20'],
    predictions: [
      ['1 20', 0.9],
      ['41 20', 0.9],
    ],
  },
}

let bench: Bench & { project: Project }
let project: Project
let run: number

beforeAll(async () => {
  bench = await openBench(
    Object.fromEntries(Object.keys(MARKED).map((name, i) => [name, { ...SIZE, shade: 20 * i }])),
  )
  ;({ project } = bench)
  const { store } = project
  await store.write(() => {
    run = addRun('first')
    for (const [path, { truth }] of Object.entries(MARKED)) {
      const id = idOf(project, path)
      for (const rle of truth) store.truth.put(id, truthOf(rle))
      store.images.setStatus(id, truth.length > 0 ? 'done' : 'no ship')
    }
    store.meta.set('current_run', String(run))
  })
})
afterAll(() => bench.end())

describe('a review', () => {
  it('has the errors of each scored image by kind: their sums are FN and FP', async () => {
    const images = await reviewAll(project, null)
    expect(images.map(({ path }) => path)).toEqual(['a.png', 'b.png', 'c.png'])
    for (const { path, f2, counts } of images) {
      const masks = MARKED[path]!
      const score = scoreImage(
        masks.truth.map(parseRle),
        masks.predictions.map(([rle]) => parseRle(rle)),
      )
      expect(f2).toBe(score.f2)
      expect(sum(counts.truth)).toBe(score.thresholds[0]!.fn)
      expect(sum(counts.predictions)).toBe(score.thresholds[0]!.fp)
    }
    expect(totalErrors(images.map(({ counts }) => counts))).toMatchObject({
      truth: { merged: 2, missed: 1 },
      predictions: { merged: 1, false: 1 },
    })
  })

  it('comes in pages, and is the same whether there are few or many', async () => {
    const first = await reviewPage(project, { run, after: 0, limit: 2, ignoring: false })
    const second = await reviewPage(project, { run, after: first.next!, limit: 2, ignoring: false })
    expect(second.next).toBeNull()
    const both = [first, second].flatMap(({ images }) => unpackReviews(images))
    expect(both).toEqual(await reviewAll(project, run))
  })

  it('leaves out what lies in areas to ignore where that is asked, in errors, fixes and gallery alike', async () => {
    const { store } = project
    const b = idOf(project, 'b.png')
    // the false alarm of b.png is the whole of column 15, this is the lower 11 of its 20 rows
    const area = { ...truthOf('310 11'), ignore: true as const }
    await store.write(() => void store.truth.put(b, area))
    const [strict, other] = [await reviewAll(project, run), await reviewAll(project, run, true)]
    const of = (images: typeof strict) => images.find(({ path }) => path === 'b.png')!
    expect(of(strict).counts.predictions.false).toBe(1)
    expect(of(other)).toMatchObject({ f2: 1, fixes: [] })
    expect(of(other).counts.predictions.false).toBe(0)
    expect(other.filter(({ path }) => path !== 'b.png')).toEqual(
      strict.filter(({ path }) => path !== 'b.png'),
    )
    const { items } = await galleryPage(project, { run, after: 0, of: 'errors', ignoring: true })
    expect((JSON.parse(items) as GalleryItem[]).some(({ path }) => path === 'b.png')).toBe(false)
    await store.write(() => store.truth.remove(b, area.id))
  })

  it('has instances for a gallery: what is wrong, by the kinds that are counted, or all', async () => {
    const items = async (of: 'errors' | 'instances') =>
      JSON.parse((await galleryPage(project, { run, after: 0, of, ignoring: false })).items) as GalleryItem[]
    const [errors, all] = [await items('errors'), await items('instances')]
    expect(errors.map(({ path, side, kind }) => [path, side, kind])).toEqual([
      ['a.png', 'truth', 'merged'],
      ['a.png', 'truth', 'merged'],
      ['a.png', 'truth', 'missed'],
      ['a.png', 'prediction', 'merged'],
      ['b.png', 'prediction', 'false'],
    ])
    expect(all).toHaveLength(11)
    expect(all.filter(({ kind }) => kind !== 'hit')).toEqual(errors)
    // 301 20: the whole of column 15
    expect(errors.at(-1)).toMatchObject({ area: 20, score: 0.8, box: { x: 15, y: 0, width: 1, height: 20 } })
  })

  it('has outlines of what reaches into a crop, in its own pixels', async () => {
    const image = idOf(project, 'b.png')
    const crops = [
      { image, x: 14, y: 10, width: 4, height: 10 },
      { image, x: 20, y: 0, width: 4, height: 4 },
    ]
    const [found, none] = await project.reads.run('review.outlines', { run, crops })
    // column 15 of 20 rows, from one above the crop's corner
    expect(found!.truth).toBe('')
    expect(new Set(found!.predictions.match(/-?\d+ -?\d+/g))).toEqual(
      new Set(['1 -10', '2 -10', '2 10', '1 10']),
    )
    expect(none).toEqual({ truth: '', predictions: '' })
  })

  it('is the same on the command line', async () => {
    const images = await reviewAll(project, run)
    const { status, stdout } = drydock(
      bench.folder,
      'review',
      '--project',
      bench.images,
      '--run',
      'first',
      '--json',
    )
    expect(status).toBe(0)
    const said = JSON.parse(stdout) as { f2: number; fixes: unknown[]; suspects: unknown[] }
    expect(said.f2).toBe(meanOver(images))
    expect(said.fixes).toMatchObject(
      rankFixes(images).map(({ path, after, setAfter }) => ({
        ...{ image: path, f2_after: after, set_f2_after: setAfter },
      })),
    )
    expect(said.suspects).toMatchObject(
      rankSuspects(images).map(({ path, suspicion, confidence }) => ({ image: path, suspicion, confidence })),
    )
    expect(said.suspects).toHaveLength(2)
  })
})

describe('what is taken away', () => {
  it('is the figure with all that it follows from: the same F2 to the last digit without the project, unless a file was changed', async () => {
    const out = join(bench.folder, 'result')
    const { scores, files } = await writeResult(project, run, out)
    const images = await reviewAll(project, run)
    expect(scores.f2).toBe(meanOver(images))
    expect(Object.keys(files).sort()).toEqual(['images.csv', 'predictions.csv', 'truth.csv'])
    expect((await scoreResult(out)).set.f2).toBe(scores.f2)
    const file = join(out, 'truth.csv')
    writeFileSync(file, readFileSync(file, 'utf8').replace('1 10', '1 11'))
    await expect(scoreResult(out)).rejects.toMatchObject({ code: 'file_broken', data: { file } })
  })

  it('is a report in one file: no scripts, nothing from elsewhere, pictures inside', async () => {
    const out = join(bench.folder, 'report.html')
    await writeReport(project, { run, against: null }, out)
    const html = readFileSync(out, 'utf8')
    expect(html).not.toMatch(/<script|https?:|src="(?!data:)/)
    expect(html.match(/data:image\/jpeg;base64,/g)).toHaveLength(3)
    expect(html).toContain('merged')
    expect(html).not.toContain('older than their truth')
    const { thresholds, f2 } = scoreImage([], [])
    const older = { image: idOf(project, 'a.png'), f2, thresholds: [...thresholds], ignoringF2: null }
    await project.store.write(() => project.store.scores.put(run, { ...older, truthRevision: -1 }, ''))
    await writeReport(project, { run, against: null }, out)
    const later = readFileSync(out, 'utf8')
    expect(later).toContain('Stored scores older than their truth: 1.')
    expect(later.match(/<table>.*?<\/table>/s)?.[0]).toBe(html.match(/<table>.*?<\/table>/s)?.[0])
  })

  it('is the same figures as one table: scores, errors, images, fixes and the comparison', async () => {
    const other = addRun('other')
    const out = join(bench.folder, 'report.csv')
    await writeReport(project, { run, against: other }, out)
    const [head = '', ...lines] = readFileSync(out, 'utf8').trimEnd().split('\n')
    const columns = head.split(',')
    // no name here holds a comma but those of scores and differences
    const rows = lines.map((line) => {
      const cells = line.replaceAll(/"([^"]*)"/g, (_, text: string) => text.replaceAll(',', ';')).split(',')
      return Object.fromEntries(columns.map((column, i) => [column, cells[i]]))
    })
    for (const line of rows) expect(Object.keys(line)).toHaveLength(columns.length)
    const of = (part: string) => rows.filter((row) => row['part'] === part)
    const images = await reviewAll(project, run)
    const mean = of('score')[0]!
    expect(mean['name']).toBe('F2; mean over images')
    expect(Number(mean['value'])).toBe(meanOver(images))
    expect(Number(mean['low'])).toBeLessThanOrEqual(Number(mean['high']))
    expect(of('image').map(({ name, value }) => [name, Number(value)])).toEqual(
      images.toSorted((a, b) => a.f2 - b.f2 || a.image - b.image).map(({ path, f2 }) => [path, f2]),
    )
    const [errors] = of('errors')
    const missed = images.reduce((sum, { counts }) => sum + counts.truth.missed, 0)
    expect(Number(errors!['missed (truth)'])).toBe(missed)
    expect(of('fix').map(({ name }) => name)).toEqual(rankFixes(images).map(({ path }) => path))
    expect(of('against other').map(({ name }) => name)).toContain('agreement')
    expect(of('against other').find(({ name }) => name === 'F2; difference')).toMatchObject({ value: '0' })
  })
})

describe('many at once', () => {
  it('are decided on as one group, which one undo takes back', async () => {
    const rows = () => project.store.db.prepare('select id, decision from predictions order by number').all()
    const before = {
      rows: rows(),
      truth: Object.keys(MARKED).map((path) => project.store.truth.of(idOf(project, path))),
    }
    const chosen = ['a.png', 'b.png'].map((path) => {
      const image = idOf(project, path)
      return { image, ids: project.store.predictions.of(run, image).map(({ id }) => id) }
    })
    const group = randomUUID()
    expect(await decideMany(project, { run, chosen, act: { act: 'reject' }, group })).toEqual({ images: 2 })
    expect(rows()).not.toEqual(before.rows)
    await undoGroup(project, group, randomUUID())
    expect(rows()).toEqual(before.rows)
    const truth = chosen.map(({ image }) => ({
      image,
      ids: project.store.truth.of(image).map(({ id }) => id),
    }))
    const other = randomUUID()
    await decideMany(project, { run, chosen: truth, act: { act: 'delete' }, group: other })
    expect(truth.map(({ image }) => project.store.truth.count(image))).toEqual([0, 0])
    await undoGroup(project, other, randomUUID())
    expect(Object.keys(MARKED).map((path) => project.store.truth.of(idOf(project, path)).length)).toEqual(
      before.truth.map(({ length }) => length),
    )
  })
})

describe('two runs', () => {
  it('are compared by the same figures on the command line', async () => {
    const other = addRun('worse')
    const id = idOf(project, 'c.png')
    await project.store.write(() =>
      project.store.predictions.replace(other, id, [predictionOf(['1 20', 0.9])]),
    )
    const found = await compareRuns(project, other, run)
    expect(found).toMatchObject({ wins: 1, losses: 0, unchanged: 2 })
    expect(found!.images.at(-1)).toMatchObject({ path: 'c.png', second: 1 })
    const { stdout } = drydock(
      bench.folder,
      'score',
      '--project',
      bench.images,
      '--against',
      'worse',
      '--json',
    )
    const { runs, difference, falseAlarms, images, ...same } = found!
    expect(JSON.parse(stdout)).toMatchObject({
      difference: { f2: difference.f2, f2_with_ships: difference.f2WithShips },
      comparison: {
        ...same,
        false_alarms: falseAlarms,
        images: images.map(({ path, first, second, agreement }) => ({
          image: path,
          first,
          second,
          agreement,
        })),
      },
    })
    expect(runs).toEqual({ first: other, second: run })
  })
})

describe('suspects', () => {
  const suspects = async () =>
    rankSuspects(await reviewAll(project, null)).map(({ path, suspicion }) => [path, suspicion])

  it('are what is found and not marked, and what is marked and never found', async () => {
    expect(await suspects()).toEqual([
      ['b.png', 'not marked'],
      ['a.png', 'never found'],
    ])
  })

  it('do not come back once a person has answered, also where another run finds the same', async () => {
    const [suspect] = rankSuspects(await reviewAll(project, null))
    const verdicts = await answerSuspect(project, suspect!.image, suspect!.id, 'model wrong')
    expect(verdicts).toEqual({ 'label wrong': 0, 'model wrong': 1, 'cannot tell': 0 })
    expect(await suspects()).toEqual([['a.png', 'never found']])
    await project.store.write(() => project.store.meta.set('current_run', String(addRun('second'))))
    expect(await suspects()).toEqual([['a.png', 'never found']])
    await answerSuspect(project, suspect!.image, suspect!.id, null)
    expect(await suspects()).toHaveLength(2)
  })

  it('are not what a person has rejected in any run', async () => {
    const id = idOf(project, 'b.png')
    const unmarked = project.store.predictions.of(run, id)[1]!
    await project.store.write(() => project.store.predictions.decide(id, unmarked.id, 'rejected'))
    expect(await suspects()).toEqual([['a.png', 'never found']])
  })

  it('are told by predictions out of fold where there are any, of weights that had not seen the image', async () => {
    const { store } = project
    const image = idOf(project, 'c.png')
    const at = new Date().toISOString()
    // trained on c.png, the run repeats what was marked there; out of fold only one of both ships was found, and another one
    await store.write(() => {
      const held = store.runs.add({
        ...{ name: 'held out', kind: 'labels', model: null, settings: null, flips: false, createdAt: at },
        outOfFoldOf: 'a version',
      })
      store.runs.reach({ run: held, image, sha256: null, inference: null, doubt: null }, at)
      store.predictions.replace(held, image, [predictionOf(['1 20', 0.9]), predictionOf(['401 20', 0.95])])
    })
    const found = rankSuspects(await reviewAll(project, run)).filter((one) => one.outOfFold)
    expect(found.map(({ path, suspicion, confidence }) => [path, suspicion, confidence])).toEqual([
      ['c.png', 'not marked', 0.95],
      ['c.png', 'never found', expect.any(Number)],
    ])
    expect(found[0]!.box).toMatchObject({ x: 20, width: 1 })
    await answerSuspect(project, image, found[0]!.id, 'label wrong')
    expect(rankSuspects(await reviewAll(project, run)).filter((one) => one.outOfFold)).toHaveLength(1)
  })
})

describe('a category', () => {
  it('can be all that review and report are about: the images with truth of it', async () => {
    const { key } = await addCategory(project, { name: 'tug', counts: true })
    const image = idOf(project, 'c.png')
    const [{ id }] = project.store.truth.of(image) as [TruthInstance]
    const act = { act: 'category', category: key } as const
    await decideMany(project, { run, chosen: [{ image, ids: [id] }], act, group: randomUUID() })
    const out = join(bench.folder, 'tugs.html')
    const said = ['review', '--project', bench.images, '--run', 'first', '--category', 'Tug', '--json']
    const { status, stdout } = drydock(bench.folder, ...said, '--report', out)
    expect(status).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ category: 'tug', images: 1, f2: 1, fixes: [] })
    expect(readFileSync(out, 'utf8')).toContain('Only the 1 image with truth of the category tug')
    await writeReport(project, { run, against: null, category: key }, join(bench.folder, 'tugs.csv'))
    const lines = readFileSync(join(bench.folder, 'tugs.csv'), 'utf8').trimEnd().split('\n')
    const images = lines.map((line) => line.split(',')).filter(([part]) => part === 'image')
    expect(images.map(([, name]) => name)).toEqual(['c.png'])
    const none = drydock(bench.folder, ...said.with(-2, 'crane'))
    expect(none.status).toBe(1)
    expect(none.stderr).toContain('no category "crane"; it has ship, tug')
  })
})

function addRun(name: string): number {
  const { store } = project
  const at = new Date().toISOString()
  const id = store.runs.add({
    ...{ name, kind: 'labels', model: null, settings: null, flips: false },
    createdAt: at,
  })
  for (const [path, { predictions }] of Object.entries(MARKED)) {
    const image = idOf(project, path)
    store.runs.reach({ run: id, image, sha256: null, inference: null, doubt: null }, at)
    store.predictions.replace(id, image, predictions.map(predictionOf))
  }
  return id
}

function truthOf(rle: string): TruthInstance {
  return { ...maskOf(rle), origin: 'drawn', edited: false }
}

function predictionOf([rle, score]: [string, number]): Prediction {
  return { ...maskOf(rle), score, cluster: -1, decision: null }
}

function maskOf(rle: string): { id: string; rle: string; area: number; colour: number } {
  return { id: randomUUID(), rle, area: areaOf(parseRle(rle)), colour: 0 }
}

function sum(counts: Record<string, number>): number {
  return Object.values(counts).reduce((all, n) => all + n, 0)
}
