import { createHash, randomUUID } from 'node:crypto'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { DrydockError } from '../../contract/errors.ts'
import { measuredCurve } from '../../contract/wire.ts'
import type { MeasuredCurve } from '../../contract/wire.ts'
import { formatRle } from '../../core/mask/rle.ts'
import { randomFrom } from '../../core/random.ts'
import { learningCurve } from '../../core/tune/learning-curve.ts'
import type { ReachedOn } from '../../core/tune/learning-curve.ts'
import { writeWhole } from '../../whole-file.ts'
import type { JobContext, JobHandler } from '../machinery/job-handlers.ts'
import type { Project } from '../machinery/project.ts'
import { assertWritable } from '../machinery/project.ts'
import { readModelFile } from '../predict/model-files.ts'
import { usableModel } from '../predict/models.ts'
import { freezeSplits } from '../images/split.ts'
import { settleGroups } from '../images/similar.ts'
import { scoreOn } from './hold-out.ts'
import { trainDefaults } from './train-defaults.ts'
import { trainModel } from './train.ts'
import type { TrainSource } from './train-plan.ts'
import { unseenStart } from './unseen-start.ts'

/** Steps of each training, and fewest images to train on and to score on for a curve that says anything. */
const [STEPS, FEWEST, FEWEST_SCORED] = [200, 8, 4]

/** What a training reached on one image. */
const reached = z.object({ f2: z.number(), found: z.number().int(), ships: z.number().int() })

const payload = z.object({
  /** a version that has learnt from none of the images: by another a part of them would show what all are worth */
  from: z.string(),
  folder: z.uuid(),
})

/** Measures how F2 grows with the images that are trained on: short trainings on a quarter, half, and all of them, scored on the validation images. */
export const learningCurveJob: JobHandler<z.infer<typeof payload>> = {
  kind: 'learning-curve',
  version: 1,
  payload,
  run: measure,
  resumable: () => true,
}

/** @returns the job's id @throws DrydockError `nothing_to_do`, `not_found`, `read_only` */
export async function startLearningCurve(project: Project): Promise<string> {
  assertWritable(project)
  await settleGroups(project)
  const { train, validation } = await project.reads.run('train.sources', null)
  const shipped = train.filter(({ truth }) => truth.length > 0).length
  if (train.length < FEWEST || shipped < 4 || validation.length < FEWEST_SCORED) {
    throw new DrydockError(
      'nothing_to_do',
      `A learning curve needs ${FEWEST} images to train on, four of them with ships, and ${FEWEST_SCORED} validation images; there are ${train.length}, ${shipped} and ${validation.length}. Finish more images.`,
    )
  }
  const from = await unseenStart(
    project,
    [...train, ...validation].map(({ content }) => content),
  )
  if (from === null) {
    throw new DrydockError(
      'nothing_to_do',
      'Every version here has learnt from some of these images, so that none can show what they are worth. Add the version that came with Drydock, or finish other images.',
    )
  }
  await freezeSplits(project)
  const sizes = sizesOf(train.length)
  return project.jobs.start(
    learningCurveJob,
    { from, folder: randomUUID() },
    { title: 'Measuring the learning curve', unit: 'steps', total: sizes.length * STEPS, lane: 'train' },
  )
}

/** The curve that was measured last; null: none yet. */
export async function measuredLearningCurve(project: Project): Promise<MeasuredCurve | null> {
  const text = await readFile(curveFile(project), 'utf8').catch(() => null)
  return text === null ? null : (measuredCurve.safeParse(JSON.parse(text)).data ?? null)
}

const curveFile = (project: Project): string => join(project.folder, 'training', 'learning-curve.json')

function sizesOf(images: number): number[] {
  return [...new Set([images / 4, images / 2, images].map((size) => Math.max(2, Math.round(size))))]
}

async function measure(
  context: JobContext,
  { from, folder }: z.infer<typeof payload>,
): Promise<{ summary: string }> {
  const { project, signal } = context
  const { train, validation } = await project.reads.run('train.sources', null)
  const at = new Date().toISOString()
  await project.store.inBatches(train, ({ content }) => project.store.similar.noteTrained(content, at))
  const out = join(project.folder, 'training', folder)
  const order = inTurn(train)
  const parts: { images: number; each: ReachedOn[] }[] = []
  for (const [i, images] of sizesOf(train.length).entries()) {
    const learnt = order.slice(0, images)
    // labels may have changed since it was broken off: what was reached with others is not gone on from
    const of = labelsOf([learnt, validation])
    const own = join(out, of)
    const known = await reachedBefore(join(own, 'each.json'))
    const each = known ?? (await trainOn(context, learnt, { validation, from, out: own, before: i * STEPS }))
    signal.throwIfAborted()
    if (known === null) await writeWhole(join(own, 'each.json'), JSON.stringify(each))
    parts.push({ images, each })
  }
  const { points, gain, more, at: fitted } = learningCurve(parts)
  const sum = (each: readonly ReachedOn[], of: 'found' | 'ships'): number =>
    each.reduce((all, one) => all + one[of], 0)
  const last = points.at(-1)!.images
  const fit = Array.from(
    { length: 20 },
    (_, i) => points[0]!.images + ((last + more - points[0]!.images) * i) / 19,
  )
  const curve: MeasuredCurve = {
    ...{ at, scoredOn: validation.length, gain, more, ships: sum(parts[0]!.each, 'ships') },
    from: (await usableModel(project, from)).name,
    points: points.map((point, i) => ({ ...point, found: sum(parts[i]!.each, 'found') })),
    fit: fit.map((images) => ({ images, f2: fitted(images) })),
  }
  await writeWhole(curveFile(project), JSON.stringify(curve))
  await rm(out, { recursive: true, force: true })
  const text = (x: number): string => `${x < 0 ? '−' : '+'}${Math.abs(x).toFixed(3)}`
  return {
    summary: `${more} more images: about ${text(gain.value)} of F2 [${text(gain.low)}, ${text(gain.high)}], if it goes on like that.`,
  }
}

/** A name for images with their labels. */
function labelsOf(images: readonly TrainSource[][]): string {
  const all = images.map((some) => some.map(({ content, truth }) => [content, truth.map(formatRle)]))
  return createHash('sha256').update(JSON.stringify(all)).digest('hex').slice(0, 16)
}

/** What a part had come to before the job was broken off; null: nothing, or of another form. */
async function reachedBefore(file: string): Promise<ReachedOn[] | null> {
  const text = await readFile(file, 'utf8').catch(() => 'null')
  return z.array(reached).safeParse(JSON.parse(text)).data ?? null
}

/** A short training on some images, scored on the validation images. @returns [images] what was reached on each */
async function trainOn(
  { project, signal, progress }: JobContext,
  train: TrainSource[],
  { validation, from, out, before }: { validation: TrainSource[]; from: string; out: string; before: number },
): Promise<ReachedOn[]> {
  const { engine, workers } = project.shared
  const { folder } = await usableModel(project, from)
  await trainModel(
    {
      ...{ train, validation, from: folder, out, resume: true },
      settings: {
        ...trainDefaults(from, `${train.length} images`),
        minutes: null,
        steps: STEPS,
        patience: 3,
      },
      syntheticScenes: null,
      origin: { data: '', licence: '', credits: [], reproduce: '' },
    },
    {
      ...{ engine, signal },
      onPoint: ({ step }) => progress(before + step),
      choose: (on) => workers.run('chooseOutOfFold', on, signal),
    },
  )
  signal.throwIfAborted()
  const model = await readModelFile(out)
  const each: ReachedOn[] = []
  for (const image of validation) {
    const { f2, thresholds } = await scoreOn(project, { folder: out, model }, image, signal)
    each.push({ f2, found: thresholds[0]!.tp, ships: image.truth.length })
  }
  return each
}

/** In an order that says nothing of the images, those with ships and those without in turn: the first of them are a fair part of all. */
function inTurn(images: readonly TrainSource[]): TrainSource[] {
  const random = randomFrom(1)
  const byContent = images.toSorted((a, b) => (a.content < b.content ? -1 : 1))
  const keyed = byContent.map((image) => ({ image, key: random() })).toSorted((a, b) => a.key - b.key)
  const [shipped, empty] = [true, false].map((ships) =>
    keyed.filter(({ image }) => image.truth.length > 0 === ships),
  )
  const share = (own: typeof keyed): { image: TrainSource; at: number }[] =>
    own.map(({ image }, i) => ({ image, at: (i + 0.5) / own.length }))
  return [...share(shipped!), ...share(empty!)].toSorted((a, b) => a.at - b.at).map(({ image }) => image)
}
