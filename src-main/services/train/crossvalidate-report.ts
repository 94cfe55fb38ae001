import { join } from 'node:path'
import type { Rle } from '../../core/mask/rle.ts'
import { differenceOf } from '../../core/metric/difference.ts'
import type { Difference } from '../../core/metric/difference.ts'
import { scoreImage } from '../../core/metric/f2.ts'
import type { ImageResult } from '../../core/metric/f2.ts'
import { reportOn } from '../../core/metric/report.ts'
import type { Report } from '../../core/metric/report.ts'
import type { ReachedOn } from '../../core/tune/learning-curve.ts'
import { writeWhole } from '../../whole-file.ts'
import { WAYS } from './crossvalidate-choice.ts'
import type { Way } from './crossvalidate-choice.ts'
import { foldFile } from './crossvalidate.ts'
import type { CrossValidation, FoldResult } from './crossvalidate.ts'
import { readWholeLabels } from '../machinery/label-files.ts'
import { differenceForMachines, reportForMachines } from '../score/report-json.ts'

export interface CrossValidated {
  reports: Record<Way, Report>
  /** by how much clusters of embeddings are above connected components, of the predicted and of the true foreground */
  separation: { predicted: Difference; trueForeground: Difference }
  /** F2 over all images of who predicts nothing: the share of empty images */
  nothing: number
  /** [images] what was reached on each, clustered */
  each: ReachedOn[]
  /** everything that was chosen, and in whose sight */
  chosen: ChosenWhere[]
  /** the whole result as JSON, as it lies in the folder */
  summary: unknown
}

/** One thing that a result depends on, and what it was chosen on. */
interface ChosenWhere {
  what: string
  value: string
  /** 'given' things were settled before: only as honest as whoever settled them */
  where: string
}

/** What was chosen, by name, and in whose sight: nothing that a fold is scored on. */
function chosenWhere({
  training,
  tries = [],
  outOfFold = false,
}: Pick<CrossValidation, 'training' | 'tries' | 'outOfFold'>): ChosenWhere[] {
  const inner = outOfFold
    ? 'all images of the other folds, each by a short training without it'
    : 'the third of the other folds that is not trained on'
  const others = 'all images of the other folds'
  const postProcessing =
    'foreground, separation, alpha, necks, sigma, least area, rectangles, calibration, second opinion, least score'
  if (!training) return [{ what: postProcessing, value: 'by fold', where: others }]
  const tried = new Set(tries.flatMap((settings) => Object.keys(settings)))
  const given = Object.entries(training).filter(([name, value]) => value !== null && !tried.has(name))
  return [
    { what: 'best step, the start among them', value: 'by fold', where: inner },
    {
      what: postProcessing,
      value: 'by fold',
      where: outOfFold
        ? inner
        : `${others}, by the version started from, which has seen none; of trained weights how sure pixels and ships must be is chosen on ${inner}, and all else stays unless others are better there by two standard errors`,
    },
    ...[...tried].map((what) => ({ what, value: 'by fold', where: inner })),
    ...given.map(([what, value]) => ({ what, value: String(value), where: 'given' })),
    {
      what: 'loss (2 cross-entropy, 1 Dice), augmentation, network',
      value: 'as in the code',
      where: 'given',
    },
  ]
}

/** Name of the summary in the folder of results. */
export const SUMMARY = 'crossvalidation.json'

/** Scores the predictions of all folds together, and writes the summary. */
export async function reportFolds(
  wanted: CrossValidation,
  results: readonly FoldResult[],
): Promise<CrossValidated> {
  const { images, from, out, folds, seed, flips, training, labelled = null } = wanted
  const reports = {} as Record<Way, Report>
  const scores = {} as Record<Way, ImageResult[]>
  for (const way of WAYS) {
    const masks = await masksOfFolds(out, folds, way)
    const predicted = images.map(({ name, truth, height }) => ({
      ...{ truth, height },
      prediction: masks.get(name) ?? [],
    }))
    reports[way] = reportOn(predicted)
    scores[way] = predicted.map(({ truth, prediction }) => scoreImage(truth, prediction))
  }
  const separation = {
    predicted: differenceOf(scores.clustered, scores.components),
    trueForeground: differenceOf(scores.separation, scores.truthComponents),
  }
  const empty = images.filter(({ truth }) => truth.length === 0).length
  const nothing = empty / images.length
  const summary = {
    format: 'drydock-crossvalidation-1',
    model: { id: from.id, name: from.card.name },
    ...{ images: images.length, folds, seed, flips, training },
    ...(labelled !== null && { labelled }),
    chosen: chosenWhere(wanted),
    predicting_nothing: { f2: nothing },
    reports: {
      clustered: reportForMachines(reports.clustered),
      clean: reportForMachines(reports.clean),
      ships: reportForMachines(reports.ships),
      components: reportForMachines(reports.components),
      separation: reportForMachines(reports.separation),
      truth_components: reportForMachines(reports.truthComponents),
    },
    clustered_above_components: {
      predicted: differenceForMachines(separation.predicted),
      true_foreground: differenceForMachines(separation.trueForeground),
    },
    /** to compare two results in pairs */
    f2_by_image: Object.fromEntries(images.map(({ name }, i) => [name, scores.clustered[i]!.f2])),
    by_fold: results.map(
      ({ cluster, calibration, operatingPoints, separation, chosenOn, training, held }, i) => ({
        fold: i + 1,
        chosen_on: chosenOn,
        ...{ cluster, calibration, separation },
        operating_points: operatingPoints,
        training: training && {
          ...{ steps: training.steps, seconds: training.seconds, best_step: training.bestStep },
          ...(training.chosen && { chosen: training.chosen }),
        },
        images: held,
      }),
    ),
  }
  await writeWhole(join(out, SUMMARY), `${JSON.stringify(summary, null, 2)}\n`)
  return {
    reports,
    separation,
    nothing,
    summary,
    each: scores.clustered.map(({ f2, thresholds }, i) => ({
      ...{ f2, found: thresholds[0]!.tp, ships: images[i]!.truth.length },
    })),
    chosen: chosenWhere(wanted),
  }
}

async function masksOfFolds(out: string, folds: number, way: Way): Promise<Map<string, Rle[]>> {
  const masks = new Map<string, Rle[]>()
  for (let fold = 1; fold <= folds; fold++) {
    const { images } = await readWholeLabels(foldFile(out, fold, way))
    for (const [image, instances] of images)
      masks.set(
        image,
        instances.map(({ rle }) => rle),
      )
  }
  return masks
}
