import { join } from 'node:path'
import { InvalidArgumentError, Option } from 'commander'
import type { Command } from 'commander'
import { trainSettings } from '../contract/wire.ts'
import type { CurvePoint, TrainSettings } from '../contract/wire.ts'
import type { Report } from '../core/metric/report.ts'
import type { ReachedOn } from '../core/tune/learning-curve.ts'
import type { MarkedImages } from '../services/train/train-folder.ts'
import type { CrossValidation, TriedSettings } from '../services/train/crossvalidate.ts'
import type { TrainSource } from '../services/train/train-plan.ts'
import type { CrossValidated } from '../services/train/crossvalidate-report.ts'
import { addBackendOption, withEngine } from './engine.ts'
import type { BackendOption } from './engine.ts'
import { roughDuration } from './project.ts'
import { differenceText, estimate, reportTable, share as shareText } from './report.ts'
import { counted, scoreText, table } from './table.ts'
import { onTerminal } from './terminal.ts'
import type { Terminal } from './terminal.ts'
import { addStepOptions, withOptions } from './train-settings.ts'
import type { TrainFlags } from './train-settings.ts'
import { positive, share, whole } from './values.ts'

interface Options extends BackendOption, Omit<TrainFlags, 'name'> {
  images: string
  truth: string
  out: string
  alsoImages?: string
  alsoTruth?: string
  from?: string
  folds: number
  flips?: boolean
  seed: number
  baseOnly?: boolean
  outOfFold?: boolean
  try?: TriedSettings[]
  curve?: number[]
}

export function addCrossvalidate(program: Command): void {
  const command: Command = program
    .command('crossvalidate')
    .description('Score a model, or the training from it, on marked images that it has not seen')
    .requiredOption('--images <folder>', 'images, subfolders included')
    .requiredOption('--truth <csv>', 'their truth, Airbus CSV; images that it does not name are left out')
    .requiredOption('--out <folder>', 'folder of the results; finished folds in it are not made again')
    .option('--also-images <folder>', 'images that every fold trains on besides, and that are not scored')
    .option('--also-truth <csv>', 'their truth, or what stands for it')
    .option('--from <model>', "a model's folder, or the id of a version; default: the base model")
    .option('--folds <n>', 'parts that the images are cut into', whole(2, 100), 5)
    .addOption(
      new Option('--minutes <n>', 'train so many minutes a fold; default: 3')
        .argParser(positive(10_000))
        .conflicts('steps'),
    )
    .option('--steps <n>', 'train so many steps a fold', whole(1, 10_000_000))
  addStepOptions(command)
  command
    .option('--synthetic-share <0..1>', 'share of crops that are synthetic, every scene a new one', share)
    .option('--validate-every <steps>', 'steps between inner validations', whole(1, 1_000_000))
    .option('--flips', 'average predictions over flips: slower, a little better')
    .option(
      '--seed <n>',
      'folds, and all that is random in training, follow from it',
      whole(0, 0xffffffff),
      1,
    )
    .addOption(
      new Option(
        '--out-of-fold',
        'each fold chooses by short folds of its own and trains on all that it learns from: four times the steps; else a third of that is left out to choose on',
      ).conflicts(['try', 'baseOnly']),
    )
    .option(
      '--try <settings...>',
      'settings that each fold tries and chooses among on images that it neither trains nor scores on: learning-rate=0.0005 learning-rate=0.002,loss-unit=ship',
      tryOption,
    )
    .addOption(
      new Option(
        '--curve <sizes>',
        'how F2 grows with labelled images: once for each of these numbers, 10,20,40,62',
      )
        .argParser(sizesOption)
        .conflicts('baseOnly'),
    )
    .addOption(
      new Option('--base-only', 'train nothing: choose post-processing on the other folds alone').conflicts([
        'minutes',
        'steps',
        'alsoImages',
      ]),
    )
  addBackendOption(command)
  onTerminal(command, (terminal) => {
    const options = command.opts<Options>()
    if (options.curve) return curveOf(terminal, options, options.curve)
    if ((options.alsoImages === undefined) !== (options.alsoTruth === undefined)) {
      command.error('error: name --also-images and --also-truth together')
    }
    return crossvalidateImages(terminal, options)
  })
}

async function crossvalidateImages(terminal: Terminal, options: Options): Promise<void> {
  const { wanted, crossValidated } = await crossvalidated(terminal, options)
  const { SUMMARY } = await import('../services/train/crossvalidate-report.ts')
  const { from, out, folds } = wanted
  terminal.answer(crossValidated.summary)
  terminal.say(
    `${from.card.name} on ${counted(wanted.images.length, 'image')}, ${folds} folds, ${wanted.training ? 'trained' : 'not trained'} in each`,
  )
  for (const line of resultTable(crossValidated)) terminal.say(line)
  const { predicted, trueForeground } = crossValidated.separation
  terminal.say('')
  terminal.say(`Clustered above components: ${differenceText(predicted)}`)
  terminal.say(`  of the true foreground: ${differenceText(trueForeground)}`)
  terminal.say('')
  for (const line of reportTable(crossValidated.reports.clustered)) terminal.say(line)
  terminal.say('\nWhat was chosen where:')
  for (const line of table(
    crossValidated.chosen.map(({ what, value, where }) => [what, value, where]),
    true,
  ))
    terminal.say(line)
  terminal.say(`\nSummary, and the masks of each fold: ${SUMMARY} in ${out}`)
}

/** One cross-validation from options to reports. @param labelled as if so many images were labelled; null: all */
async function crossvalidated(
  terminal: Terminal,
  options: Options,
  labelled: number | null = null,
): Promise<{ wanted: CrossValidation; crossValidated: CrossValidated }> {
  const { findModel } = await import('../services/projects/find-model.ts')
  const { markedImages } = await import('../services/train/train-folder.ts')
  const { trainDefaults } = await import('../services/train/train-defaults.ts')
  const { groupFolder } = await import('../services/train/folder-groups.ts')
  const { crossValidate } = await import('../services/train/crossvalidate.ts')
  const { reportFolds } = await import('../services/train/crossvalidate-report.ts')
  const from = await findModel(options.from ?? null)
  const read = async (images: string, truth: string): Promise<MarkedImages['found']> => {
    const { found, leftOut } = await markedImages(images, truth, terminal.signal)
    for (const { reason, count: n } of leftOut) terminal.note(`Left out: ${counted(n, 'image')}, ${reason}`)
    return found
  }
  const found = await read(options.images, options.truth)
  const { out, folds, seed, flips = false, alsoImages, alsoTruth } = options
  const also = alsoImages === undefined || alsoTruth === undefined ? null : await read(alsoImages, alsoTruth)
  // both together, so that further images of a scored scene are known
  const grouped =
    also && (await groupFolder(new Map([...prefixed('', found), ...prefixed(ALSO, also)]), terminal.signal))
  const groupOf = (name: string): number | undefined => grouped?.get(name)?.group
  const wanted: CrossValidation = {
    images: Array.from(found, ([name, source]) => ({
      ...source,
      group: groupOf(name) ?? source.group,
      name,
    })),
    also: Array.from(also ?? [], ([name, source]) => ({
      ...source,
      group: groupOf(ALSO + name) ?? source.group,
    })),
    ...{ labelled, tries: options.try ?? [], outOfFold: options.outOfFold ?? false },
    ...{ from, out, folds, seed, flips },
    training: options.baseOnly ? null : trainingOf(trainDefaults(from.id, ''), options),
  }
  const results = await withEngine(options, (engine) =>
    crossValidate(wanted, {
      engine,
      signal: terminal.signal,
      onProgress: ({ fold, doing }) => terminal.progress(`Fold ${fold} of ${folds}: ${doing}`),
      onPoint: (fold, point) => tellFoldPoint(terminal, fold, point),
    }),
  )
  return { wanted, crossValidated: await reportFolds(wanted, results) }
}

/** Before the names of further images, so that they are not those of the scored ones. */
const ALSO = '<also>/'

function prefixed(prefix: string, found: MarkedImages['found']): [string, TrainSource][] {
  return Array.from(found, ([name, source]) => [prefix + name, source])
}

/** Cross-validations with more and more labelled images, each scored on all of them. */
async function curveOf(terminal: Terminal, options: Options, sizes: readonly number[]): Promise<void> {
  const { learningCurve } = await import('../core/tune/learning-curve.ts')
  const { curvePicture } = await import('../services/train/curve-picture.ts')
  const { writeWhole } = await import('../whole-file.ts')
  const parts: { images: number; each: ReachedOn[]; report: Report }[] = []
  for (const images of sizes) {
    const out = join(options.out, `${images}-images`)
    const { crossValidated } = await crossvalidated(terminal, { ...options, out }, images)
    parts.push({ images, each: crossValidated.each, report: crossValidated.reports.clustered })
    terminal.note(
      `${counted(images, 'labelled image')}: F2 ${scoreText(crossValidated.reports.clustered.f2?.value ?? null)}`,
    )
  }
  const curve = learningCurve(parts)
  const { gain, more, points } = curve
  terminal.answer({
    points: points.map(({ images, f2, recall }, i) => ({
      ...{ images, f2, f2_with_ships: parts[i]!.report.f2WithShips },
      ...{ found: parts[i]!.report.recall.all, recall },
    })),
    more: { images: more, gain },
  })
  const rows = points.map(({ images, f2, recall: share }, i) => {
    const { f2WithShips, recall } = parts[i]!.report
    return [
      String(images),
      ...estimate(f2),
      ...estimate(f2WithShips),
      `${recall.all.found} of ${recall.all.ships}`,
      ...estimate(share),
    ]
  })
  for (const line of table([
    [
      'labelled images',
      'F2',
      '95 % interval',
      'with ships',
      '95 % interval',
      'ships found',
      'share',
      '95 % interval',
    ],
    ...rows,
  ])) {
    terminal.say(line)
  }
  const text = (x: number): string => `${x < 0 ? '−' : '+'}${Math.abs(x).toFixed(3)}`
  terminal.say(
    `${more} more images: about ${text(gain.value)} [${text(gain.low)}, ${text(gain.high)}], if it goes on like that.`,
  )
  const picture = join(options.out, 'learning-curve.svg')
  await writeWhole(picture, curvePicture(curve))
  terminal.say(`As a picture: ${picture}`)
}

function sizesOption(text: string): number[] {
  const sizes = text.split(',').map(whole(2, 1_000_000))
  if (new Set(sizes).size < 2)
    throw new InvalidArgumentError('Name two different numbers of images at least: 10,20,40.')
  return [...new Set(sizes)].sort((a, b) => a - b)
}

const TRIED: Record<string, keyof TriedSettings> = {
  ...{
    'learning-rate': 'learningRate',
    'embedding-weight': 'embeddingWeight',
    'loss-unit': 'lossUnit',
    'size-exponent': 'sizeExponent',
    'false-alarm-share': 'falseAlarmShare',
    'synthetic-share': 'syntheticShare',
  },
  ...{ batch: 'batch', crop: 'crop', magnify: 'magnify', steps: 'steps' },
}

function tryOption(text: string, before: TriedSettings[] = []): TriedSettings[] {
  let settings: TriedSettings = {}
  for (const part of text.split(',')) {
    const [name = '', value = ''] = part.split('=')
    const setting = TRIED[name]
    // a setting's own limits: 0 is one of some, and a crop is a multiple
    const read =
      setting && trainSettings.shape[setting].safeParse(setting === 'lossUnit' ? value : number(value))
    if (!read?.success) {
      throw new InvalidArgumentError(
        `${part} is none of ${Object.keys(TRIED).join(', ')} with a value that it can have: learning-rate=0.0005, loss-unit=ship.`,
      )
    }
    settings = { ...settings, [setting!]: read.data }
  }
  return [...before, settings]
}

const number = (text: string): number => (text.trim() === '' ? NaN : Number(text))

function trainingOf(defaults: TrainSettings, options: Options): CrossValidation['training'] {
  const { from: _from, name: _name, size: _size, ...settings } = withOptions(defaults, options)
  return settings
}

function tellFoldPoint(
  terminal: Terminal,
  fold: number,
  { kind, step, loss, f2, f2WithShips, seconds }: CurvePoint,
): void {
  const at = `Fold ${fold}, step ${step}, ${roughDuration(seconds)}`
  if (kind === 'train') terminal.progress(`${at}: loss ${loss === null ? '-' : loss.toFixed(4)}`)
  else terminal.note(`${at}: inner validation F2 ${scoreText(f2)}, ${scoreText(f2WithShips)} with ships`)
}

/** The ways of making instances side by side. */
function resultTable({ reports, nothing }: CrossValidated): string[] {
  const row = (name: string, { f2, f2WithShips, emptyClean, emptyImages, recall }: Report): string[] => [
    name,
    ...estimate(f2),
    ...estimate(f2WithShips),
    shareText(emptyClean, emptyImages),
    `${recall.all.found} of ${recall.all.ships}`,
  ]
  return table([
    ['', 'F2', '95 % interval', 'with ships', '95 % interval', 'empty images clean', 'ships found'],
    ['nothing predicted', scoreText(nothing), '', scoreText(0), '', '', ''],
    row('clustered', reports.clustered),
    row('  cleaner empty images', reports.clean),
    row('  more ships found', reports.ships),
    row('connected components', reports.components),
    row('true foreground, clustered', reports.separation),
    row('true foreground, components', reports.truthComponents),
  ])
}
