import { randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { EditPlan } from '../../contract/wire.ts'
import {
  editStateOf,
  planAccept,
  planBrush,
  planDelete,
  planErase,
  planFlag,
  planMerge,
  planPolygon,
  planReject,
  planSplit,
  planStatus,
} from '../../core/edit/edit.ts'
import type { DrawOptions, EditState, Planned } from '../../core/edit/edit.ts'
import { imagePoint } from '../../core/geometry/points.ts'
import { formatRle, fromPredicate, parseRle } from '../../core/mask/rle.ts'
import { OLD_IMAGES as IMAGES, OLD_SIZE as SIZE, writeOldProject } from '../../testing/old-project.ts'
import { idOf, makeBench, settled } from '../../testing/project.ts'
import { importLabels } from '../exchange/import.ts'
import { previewImport } from '../exchange/preview.ts'
import { setSplit } from '../images/split.ts'
import type { Project } from '../machinery/project.ts'
import { storedImage } from '../machinery/project.ts'
import { startPrediction } from '../predict/predict.ts'
import { setCurrentRun } from '../predict/runs.ts'
import { refreshScores, setScore } from '../score/score.ts'
import { applyGesture } from './annotate.ts'
import { redoWithGroup, undoGroup, undoWithGroup } from './groups.ts'

/**
 * What a scripted session leaves in the database after each step, as it was recorded with schema 3 and stored inverses, from
 * projects begun at each schema that stored them. However the store does it, truth, edits and scores come out the same.
 * `recorded-sessions.json` has the lines that each step takes away (-) and adds (+); a difference means that something has changed for a
 * person. Never record it anew for a change of how the store works.
 */

const box = (x: number, y: number, width: number, height: number): string =>
  formatRle(fromPredicate(SIZE, () => true, { x, y, width, height }))

/** Puts names in the place of UUIDs: the same one gets the same name all along. */
function namer(): (text: string) => string {
  const names = new Map<string, string>()
  return (text) =>
    text.replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, (id) => {
      if (!names.has(id)) names.set(id, `id ${names.size + 1}`)
      return names.get(id)!
    })
}

/** A set's score is exact to 2^-40 for each image, and no better. */
function rounded(_: string, value: unknown): unknown {
  return typeof value === 'number' ? Number(value.toPrecision(10)) : value
}

/** A plan as schema 3 stored it. */
function asRecorded({ kind, instances, decisions, status, flag }: EditPlan): object {
  const changes = instances.map(({ instance, before, after, added, removed }) => ({
    instance,
    lifecycle: before === null ? 'create' : after === null ? 'delete' : null,
    origin: (before ?? after)!.origin,
    editedBefore: (before ?? after)!.edited,
    editedAfter: (after ?? before)!.edited,
    colour: (before ?? after)!.colour,
    added,
    removed,
  }))
  return { kind, instances: changes, decisions, status, flag }
}

function scoreInShort({ f2, tp, fp, fn }: { f2: number; tp: number; fp: number; fn: number }): string {
  return `${tp} ${fp} ${fn} ${Number(f2.toPrecision(10))}`
}

/** Truth, heads, scores and the set's score as they are, and the edits since the last look. */
function look(project: Project, since: number): { last: number; text: string[] } {
  const { store } = project
  const lines: string[] = []
  const say = (what: string, value: object): void => {
    lines.push(`${what} ${JSON.stringify(value, rounded)}`)
  }
  for (const { id } of store.edits.since(since, 1000)) {
    const { image, revision, kind, target, parent, forward, gestureId, groupId } = store.edits.get(id)!
    say(`edit ${id}`, { gestureId, groupId, image, revision, kind, target, parent })
    say(`edit ${id} does`, asRecorded(forward))
  }
  for (const image of [...store.images.all()]) {
    const { path, status, split, flagged, comment, revision, truthRevision, headEdit } = image
    say(path, { status, split, flagged, comment, revision, truthRevision, headEdit })
    store.truth.of(image.id).forEach((one, i) => say(`${path} ${i}`, one))
  }
  for (const run of store.runs.all(null)) {
    for (const { image, f2, thresholds, truthRevision } of store.scores.of(run.id)) {
      say(`score ${run.id} ${image}`, { f2, truthRevision, at: thresholds.map(scoreInShort).join(', ') })
    }
  }
  for (const split of [null, 'train', 'validation', 'hold-out'] as const) {
    // what came later is in no recorded session
    const { thresholds, ignoring: _, leftOutImages: __, ...set } = setScore(project, split)
    say(`set ${split ?? 'all'}`, { ...set, at: thresholds.map(scoreInShort).join(', ') })
  }
  return { last: store.edits.lastId(), text: lines }
}

function planned(result: Planned): EditPlan {
  if ('plan' in result) return result.plan
  throw new Error(result.refusal)
}

type Step = [string, () => Promise<unknown>]

/** The session. Everything that edits can do, in an order in which most of it matters later. */
function script(project: Project, folder: string): Step[] {
  const { store } = project
  const [a, b, c] = Object.keys(IMAGES).map((path) => idOf(project, path)) as [number, number, number]
  let made = 0
  const newId = (): string => `10000000-0000-4000-8000-${String(++made).padStart(12, '0')}`
  const options: DrawOptions = { policy: 'yield', newId }
  const gesture = (image: number) => ({
    image,
    gestureId: randomUUID(),
    expectedRevision: storedImage(project, image).revision,
  })
  const stateOf = (image: number): EditState => {
    const { status, flagged, comment } = storedImage(project, image)
    const run = Number(store.meta.get('current_run'))
    return editStateOf(
      {
        ...SIZE,
        status,
        flag: { flagged, comment },
        truth: store.truth.of(image),
        predictions: store.predictions.of(run, image),
      },
      parseRle,
    )
  }
  const on = (image: number, plan: (state: EditState) => Planned) => (): Promise<unknown> =>
    applyGesture(project, { ...gesture(image), plan: planned(plan(stateOf(image))) })
  const undo = (image: number) => () => undoWithGroup(project, gesture(image))
  const redo = (image: number) => () => redoWithGroup(project, gesture(image))
  const first = (state: EditState): string => state.truth[0]!.id
  const everyId = ({ truth }: EditState): string[] => truth.map(({ id }) => id)
  const found = ({ predictions }: EditState): string[] => predictions.map(({ id }) => id)
  const mask = (x: number, y: number, width: number, height: number) => parseRle(box(x, y, width, height))
  const corners = (...xy: [number, number][]) => xy.map(([x, y]) => imagePoint(x, y))
  const imported =
    (name: string, rows: [string, string][], wanted: 'truth' | 'predictions', existing: 'add' | 'replace') =>
    async (): Promise<string> => {
      const file = join(folder, name)
      writeFileSync(file, `ImageId,EncodedPixels\n${rows.map((row) => row.join(',')).join('\n')}\n`)
      const { token } = await previewImport(project, file)
      await importLabels(project, { token, what: wanted, existing, runName: 'imported' })
      return token
    }
  let group = ''
  return [
    ['opened', async () => undefined],
    ['redo of what was undone before', redo(a)],
    ['undo', undo(a)],
    ['undo of the status', undo(a)],
    ['polygon', on(a, (s) => planPolygon(s, corners([20, 5], [30, 5], [30, 15]), options))],
    [
      'conflict',
      async () => {
        const plan = planned(planStatus(stateOf(a), 'done'))
        const late = applyGesture(project, { ...gesture(a), expectedRevision: 3, plan })
        await expect(late).rejects.toMatchObject({ code: 'conflict' })
      },
    ],
    [
      'sent twice',
      async () => {
        const twice = { ...gesture(a), plan: planned(planStatus(stateOf(a), 'done')) }
        await applyGesture(project, twice)
        await applyGesture(project, twice)
      },
    ],
    [
      'brush that takes',
      on(a, (s) => planBrush(s, mask(12, 4, 12, 6), { ...options, policy: 'take', extend: null })),
    ],
    ['brush that extends', on(a, (s) => planBrush(s, mask(40, 30, 5, 5), { ...options, extend: first(s) }))],
    ['eraser', on(a, (s) => planErase(s, mask(41, 0, 2, 40), null))],
    ['knife', on(a, (s) => planSplit(s, corners([0, 7], [59, 7]), null, newId))],
    ['merge', on(a, (s) => planMerge(s, everyId(s).slice(0, 2)))],
    ['undo', undo(a)],
    ['undo', undo(a)],
    ['redo', redo(a)],
    ['delete', on(a, (s) => planDelete(s, [first(s)]))],
    ['accept', on(b, (s) => planAccept(s, found(s), options))],
    ['done', on(b, (s) => planStatus(s, 'done'))],
    ['flag', on(b, (s) => planFlag(s, { flagged: true, comment: 'blurred' }))],
    ['undo', undo(b)],
    ['undo', undo(b)],
    ['undo of accept', undo(b)],
    ['reject', on(b, (s) => planReject(s, found(s)))],
    [
      'prediction of all images',
      async () => {
        const { job } = await startPrediction(project, { images: 'all' })
        await project.jobs.finished(job)
      },
    ],
    ['no ship', on(c, (s) => planStatus(s, 'no ship'))],
    ['accept', on(b, (s) => planAccept(s, found(s), options))],
    ['done', on(b, (s) => planStatus(s, 'done'))],
    ['computed again', () => refreshScores(project)],
    [
      'import that adds',
      async () => {
        group = await imported(
          'more.csv',
          [
            ['a.png', box(50, 1, 4, 4)],
            ['b.png', box(50, 1, 4, 4)],
            ['b.png', box(50, 10, 4, 4)],
            ['c.png', box(1, 1, 6, 6)],
          ],
          'truth',
          'add',
        )()
      },
    ],
    ['undo of the import', undo(b)],
    ['redo of the import', redo(c)],
    ['an edit over the import', on(c, (s) => planErase(s, mask(1, 1, 2, 6), null))],
    ['undo of the group', () => undoGroup(project, group, randomUUID())],
    [
      'import that replaces',
      imported(
        'other.csv',
        [
          ['b.png', box(6, 5, 10, 6)],
          ['c.png', ''],
        ],
        'truth',
        'replace',
      ),
    ],
    ['undo of it', undo(c)],
    [
      'import of predictions',
      imported(
        'found.csv',
        [
          ['a.png', box(20, 5, 9, 9)],
          ['c.png', box(2, 1, 6, 6)],
        ],
        'predictions',
        'add',
      ),
    ],
    ['taken up again', on(a, (s) => planStatus(s, 'in progress'))],
    ['done', on(a, (s) => planStatus(s, 'done'))],
    ['the first run again', () => setCurrentRun(project, 1)],
    ['computed again', () => refreshScores(project)],
    ['eraser', on(a, (s) => planErase(s, mask(0, 0, 60, 6), null))],
    ['another split', () => setSplit(project, a, 'validation')],
  ]
}

test.each([1, 2, 3, 4, 5])(
  'a project begun at schema %i: truth, edits and scores after each step are as recorded',
  async (version) => {
    const bench = await makeBench(IMAGES)
    try {
      writeOldProject(`${bench.images}.drydock`, bench.images, version)
      const project = await bench.host.openProject(bench.images)
      await settled(project)
      const named = namer()
      const recorded: string[] = []
      let last = 0
      let before: string[] = []
      for (const [name, step] of script(project, bench.folder)) {
        await step()
        await settled(project)
        const seen = look(project, last)
        const text = seen.text.map(named)
        recorded.push(`# ${name}`)
        recorded.push(...before.filter((line) => !text.includes(line)).map((line) => `- ${line}`))
        recorded.push(...text.filter((line) => !before.includes(line)).map((line) => `+ ${line}`))
        last = seen.last
        before = text
      }
      await expect(`${JSON.stringify(recorded, null, 2)}\n`).toMatchFileSnapshot('recorded-sessions.json')
    } finally {
      await bench.end()
    }
  },
)
