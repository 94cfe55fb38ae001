import { Option } from 'commander'
import type { Command } from 'commander'
import { DrydockError } from '../contract/errors.ts'
import type { RunComparison, SetScore, ThresholdScore } from '../contract/wire.ts'
import type { Size } from '../core/mask/rle.ts'
import type { Difference } from '../core/metric/difference.ts'
import type { Report } from '../core/metric/report.ts'
import type { Project } from '../services/machinery/project.ts'
import {
  comparisonForMachines,
  differenceForMachines,
  reportForMachines,
} from '../services/score/report-json.ts'
import type { FilesScore, Pair } from '../services/score/score-files.ts'
import { PROJECT_HELP, withProject } from './project.ts'
import { comparisonTable, differenceText, reportTable } from './report.ts'
import { counted, scoreText, someOf, table, thresholdTable } from './table.ts'
import { onTerminal } from './terminal.ts'
import type { Terminal } from './terminal.ts'
import { size } from './values.ts'

/** Images listed for people; the rest is in --json. */
const LISTED = 20

interface Options {
  truth?: string
  pred?: string
  against?: string
  project?: string
  size?: Size
  report?: boolean
  result?: string
}

/** A score of either kind. */
interface Scored {
  set: Pick<SetScore, 'f2' | 'f2WithShips' | 'pooledF2' | 'thresholds'>
  /** without predictions that lie in areas to ignore; null, or not said: no image has such areas */
  ignoring?: SetScore['ignoring']
  images: {
    image: string
    f2: number
    thresholds: readonly ThresholdScore[]
    ignoringF2?: number | null
  }[]
  /** images that there are, those without truth or prediction included */
  total: number
  /** images that are left out for good: in no figure */
  leftOut?: number
  /** null: not asked for */
  report: Report | null
  /** how much above the predictions of another file; null: not asked for */
  difference: Difference | null
  /** with another run of the project: all that the window's page Compare says */
  comparison?: RunComparison | null
}

export function addScore(program: Command): void {
  const command: Command = program
    .command('score')
    .description('Score predictions against truth: the Airbus F2 over ten IoU thresholds')
    .option('--truth <csv>', 'truth, Airbus CSV; a blank row is an image without ships')
    .option('--pred <csv>', 'predictions, Airbus CSV; images left out count as predicted empty')
    .option(
      '--against <other>',
      'other predictions of the same images, or with --project another run of it: also by how much these are above them, with an interval',
    )
    .option('--size <WxH>', 'refuse masks outside images of this size, like 768x768', size)
    .option(
      '--report',
      'also intervals, clean empty images, and recall by area and for touching ships; two files need --size for it',
    )
    .addOption(
      new Option('--project <project>', `instead of two files: ${PROJECT_HELP}`).conflicts([
        'truth',
        'pred',
        'size',
      ]),
    )
  command.addOption(
    new Option(
      '--result <folder>',
      'instead of two files: the folder of an exported result, checked and scored anew',
    ).conflicts(['truth', 'pred', 'project', 'against']),
  )
  onTerminal(command, async (terminal) => {
    const { result } = command.opts<Options>()
    if (result !== undefined) return tell(terminal, await scoreFolder(result))
    const { project, truth, pred, against, size, report = false } = command.opts<Options>()
    if (project !== undefined)
      return tell(terminal, await scoreProject(terminal, project, { report, against }))
    if (truth === undefined) command.error("error: required option '--truth <csv>' not specified")
    if (pred === undefined) command.error("error: required option '--pred <csv>' not specified")
    if (report && size === undefined) {
      command.error(
        'error: --report tells which ships touch, and for that needs the size of the images: say --size, like 768x768',
      )
    }
    return tell(terminal, await scoreCsv(terminal, truth, pred, { against, size, report }))
  })
}

async function scoreCsv(
  terminal: Terminal,
  truth: string,
  pred: string,
  { against, size, report }: { against: string | undefined; size: Size | undefined; report: boolean },
): Promise<Scored> {
  const { readPairs, scorePairs } = await import('../services/score/score-files.ts')
  const files = against === undefined ? [pred] : [pred, against]
  const [pairs, others] = await readPairs(truth, files, size)
  const { set, images, overlapping } = scorePairs(pairs!)
  if (overlapping.length > 0) {
    terminal.note(
      `Masks overlap in ${counted(overlapping.length, 'image')} (${someOf(overlapping)}): scored by the best one-to-one matching, but a submission may not have that.`,
    )
  }
  return {
    ...{ set, images, total: images.length },
    report: report && size !== undefined ? await reportOf(pairs!, size) : null,
    difference: others === undefined ? null : await differenceFrom(images, scorePairs(others).images),
  }
}

/** An exported result, from its files alone. */
async function scoreFolder(folder: string): Promise<Scored> {
  const { scoreResult } = await import('../services/review/score-result.ts')
  const { set, images } = await scoreResult(folder)
  return { set, images, total: images.length, report: null, difference: null }
}

async function reportOf(pairs: readonly Pair[], { height }: Size): Promise<Report> {
  const { reportOn } = await import('../core/metric/report.ts')
  return reportOn(pairs.map((pair) => ({ ...pair, height })))
}

async function differenceFrom(
  images: FilesScore['images'],
  others: FilesScore['images'],
): Promise<Difference> {
  const { differenceOf } = await import('../core/metric/difference.ts')
  return differenceOf(images, others)
}

/** The current run of a project against the truth of its finished images. */
async function scoreProject(
  terminal: Terminal,
  path: string,
  { report, against }: { report: boolean; against: string | undefined },
): Promise<Scored> {
  return withProject(path, {}, terminal, async (project) => {
    const { refreshScores, setScore } = await import('../services/score/score.ts')
    const { listRows } = await import('../services/images/rows.ts')
    const { scoreOfImage } = await import('../services/score/image-score.ts')
    const { storedImage } = await import('../services/machinery/project.ts')
    const set = project.readOnly ? setScore(project, null) : await refreshScores(project)
    if (set.f2 === null) {
      throw new DrydockError(
        'nothing_to_do',
        'No finished image is predicted yet, so there is nothing to score. Finish images (done or no ship) and predict them first.',
      )
    }
    const images = listRows(project).flatMap(({ id, path }) => {
      const score = scoreOfImage(project, storedImage(project, id))
      if (!score) return []
      const { f2, thresholds, ignoringF2 } = score
      return [{ image: path, f2, thresholds, ignoringF2 }]
    })
    const { reportRun } = await import('../services/score/score-report.ts')
    const comparison = against === undefined ? null : await comparedWith(project, against)
    return {
      set,
      images,
      ...{ total: set.totalImages, leftOut: set.leftOutImages, ignoring: set.ignoring },
      report: report ? reportRun(project) : null,
      ...{ difference: comparison?.difference ?? null, comparison },
    }
  })
}

/** The current run beside another one, which is the first: the figures of the window's page Compare. */
async function comparedWith(project: Project, against: string): Promise<RunComparison | null> {
  const { compareRuns } = await import('../services/review/compare.ts')
  const { findRun } = await import('../services/review/find-run.ts')
  return compareRuns(project, findRun(project, against).id, findRun(project, undefined).id)
}

function tell(terminal: Terminal, scored: Scored): void {
  if (terminal.json) terminal.answer(forMachines(scored))
  else for (const line of forPeople(scored)) terminal.say(line)
}

function forMachines({ set, ignoring, leftOut, images, report, difference, comparison }: Scored): unknown {
  return {
    f2: set.f2,
    pooled_f2: set.pooledF2,
    thresholds: set.thresholds,
    ...(ignoring && {
      ignoring: { f2: ignoring.f2, f2_with_ships: ignoring.f2WithShips, images: ignoring.images },
    }),
    ...(leftOut && { left_out: leftOut }),
    images: images.map(({ image, f2, thresholds, ignoringF2 }) => ({
      ...{ image, f2, thresholds },
      ...(typeof ignoringF2 === 'number' && { f2_ignoring: ignoringF2 }),
    })),
    ...(report && { report: reportForMachines(report) }),
    ...(difference && { difference: differenceForMachines(difference) }),
    ...(comparison && { comparison: comparisonForMachines(comparison) }),
  }
}

function forPeople(scored: Scored): string[] {
  const { set, ignoring, leftOut = 0, images, total, report, difference } = scored
  const worst = [...images].sort((a, b) => a.f2 - b.f2).slice(0, LISTED)
  const over =
    total === images.length ? counted(total, 'image') : `${images.length} of ${counted(total, 'image')}`
  return [
    `F2 ${scoreText(set.f2)} over ${over}, ${scoreText(set.f2WithShips)} over those with ships; pooled ${scoreText(set.pooledF2)}`,
    ...(ignoring
      ? [
          `F2 ${scoreText(ignoring.f2)} without what lies in areas to ignore, ${scoreText(ignoring.f2WithShips)} over images with ships (${counted(ignoring.images, 'image')} with such areas)`,
        ]
      : []),
    ...(leftOut > 0 ? [`${counted(leftOut, 'image')} left out for good`] : []),
    ...(difference
      ? [`Above the other predictions by ${differenceText(difference)}; intervals of 95 %`]
      : []),
    ...(scored.comparison ? ['', ...comparisonTable(scored.comparison), ''] : []),
    '',
    ...thresholdTable(set.thresholds),
    '',
    ...(report ? [...reportTable(report), ''] : []),
    images.length > LISTED ? `The ${LISTED} lowest of ${images.length} images:` : 'Images, lowest first:',
    ...table([
      ['image', 'F2', 'TP', 'FP', 'FN'],
      ...worst.map(({ image, f2, thresholds: [at] }) => [
        image,
        scoreText(f2),
        ...[at!.tp, at!.fp, at!.fn].map(String),
      ]),
    ]),
    '(TP, FP and FN at IoU 0.5)',
  ]
}
