import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { ModelCard, TrainOutcome } from '../../contract/engine.ts'
import type { CurvePoint, PairedScore } from '../../contract/wire.ts'
import { curvePoint } from '../../contract/wire.ts'
import { verdictOfPaired } from '../../core/metric/difference.ts'
import { writeWhole } from '../../whole-file.ts'
import { readModelFile, trainedOnIn } from '../predict/model-files.ts'
import type { ModelFolder } from '../predict/model-files.ts'
import type { TrainOptions } from './train-options.ts'
import type { TrainSource } from './train-plan.ts'

/** What a training leaves behind beside the weights: the log of its curve, and the card. */

/** One JSON line for each point of the curve, in the model's folder. */
export const LOG = 'training-log.jsonl'

/** Content of each image that the training in a folder has seen, one a line. */
const IMAGES = 'training-images.txt'

/** What the card says of how a training went. */
type Reached = Pick<TrainOutcome, 'steps' | 'seconds' | 'validation' | 'postProcessing'> &
  Partial<Pick<TrainOutcome, 'paired' | 'bestStep' | 'reliability'>>

/**
 * Writes card.json of the version in `out`.
 * @param parent the version that it started from
 * @param known how many of the images that it was compared with its parent on that one had learnt from
 */
export async function writeCard(
  { settings, origin, out, train, syntheticScenes }: TrainOptions,
  parent: ModelFolder | null,
  outcome: Reached,
  { on, known }: { on: PairedScore['on']; known: number },
): Promise<ModelCard> {
  const points = await readCurve(out)
  const { operatingPoints: positions } = await readModelFile(out)
  const card: ModelCard = {
    name: settings.name,
    createdAt: new Date().toISOString(),
    parent: parent?.id ?? null,
    licence: origin.licence,
    credits: [...new Set([...(parent?.card.credits ?? []), ...origin.credits])],
    data: origin.data,
    reproduce: origin.reproduce,
    settings: { ...settings, syntheticScenes },
    trainedOn: [...new Set([...(parent?.card.trainedOn ?? []), ...(await notedImages(out))])].sort(),
    steps: outcome.steps,
    seconds: Math.round(outcome.seconds),
    ...(outcome.bestStep !== undefined && { bestStep: outcome.bestStep }),
    validation: outcome.validation,
    ...(outcome.paired && { paired: { ...outcome.paired, against: parent?.id ?? null, on } }),
    ...(outcome.reliability && { reliability: outcome.reliability }),
    ...(positions && { positions }),
    postProcessing: outcome.postProcessing,
    curve: points.map(({ step, loss, f2 }) => ({ step, loss, f2 })),
    limits: [limitsOf(train, outcome), flatteredBy(known)].join(''),
  }
  await writeWhole(join(out, 'card.json'), `${JSON.stringify(card, null, 2)}\n`)
  return card
}

const UNPROVEN: Record<ReturnType<typeof verdictOfPaired>, string> = {
  better: '',
  worse: ' It is worse than the version it started from by more than chance.',
  unclear: ' It is not better than the version it started from by more than chance.',
  'too few': ' It was compared with the version it started from on too few images to say which is better.',
}

function limitsOf(train: readonly TrainSource[], { bestStep, paired, validation }: Reached): string {
  const ships = train.reduce((sum, { truth }) => sum + truth.length, 0)
  if (bestStep === 0) {
    return 'No step validated better than the version it started from, so its weights are those: only how instances are made may differ.'
  }
  const unproven = UNPROVEN[paired ? verdictOfPaired(paired) : 'better']
  const flattering = validation
    ? ' Its validation figures also chose the step at which it ended, so they are a little too high.'
    : ''
  return `Learnt from ${ships} marked ships in ${train.length} images, beside synthetic ones: score it on images of your own before you rely on it. A small network; boats of a few pixels and ships that touch are the hardest.${flattering}${unproven}`
}

function flatteredBy(known: number): string {
  if (known === 0) return ''
  const images = known === 1 ? 'one of these images' : `${known} of these images`
  return ` The version it started from had learnt from ${images} before, so what was left out in turn was not new to it, and figures out of fold flatter: start from a version that does not know them.`
}

/**
 * Notes the images that a training sees before it sees them: one that goes on later, on other images, says so of both.
 * @param resume adds them to those noted before
 */
export async function noteImages(out: string, train: readonly TrainSource[], resume: boolean): Promise<void> {
  const before = resume ? await notedImages(out) : []
  const all = [...new Set([...before, ...train.map(({ content }) => content)])].sort()
  await writeWhole(join(out, IMAGES), `${all.join('\n')}\n`)
}

/** Of a training that has come to its end the card says it. */
export async function forgetImages(out: string): Promise<void> {
  await rm(join(out, IMAGES), { force: true })
}

async function notedImages(out: string): Promise<string[]> {
  const text = await readFile(join(out, IMAGES), 'utf8').catch(() => null)
  // a training that earlier releases cancelled said it on its card
  return text === null ? trainedOnIn(out) : text.split('\n').filter((line) => line !== '')
}

/**
 * The curve of the training in a folder, as logged so far. Where a resumed training went over the same steps again,
 * the later points count; a line that a crash cut off is passed over.
 */
export async function readCurve(folder: string): Promise<CurvePoint[]> {
  const text = await readFile(join(folder, LOG), 'utf8').catch(() => '')
  const points: CurvePoint[] = []
  for (const line of text.split('\n')) {
    const point = parsePoint(line)
    if (!point) continue
    const again = points.findIndex(
      ({ step, kind }) => step > point.step || (step === point.step && kind === point.kind),
    )
    if (again >= 0) points.length = again
    points.push(point)
  }
  return points
}

function parsePoint(line: string): CurvePoint | null {
  try {
    return curvePoint.parse(JSON.parse(line))
  } catch {
    return null
  }
}
