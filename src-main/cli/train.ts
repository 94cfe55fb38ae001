import { existsSync } from 'node:fs'
import { basename, join } from 'node:path'
import { Option } from 'commander'
import type { Command } from 'commander'
import { DrydockError } from '../contract/errors.ts'
import { COORDINATES, NETWORK_SIZES } from '../contract/words.ts'
import type { CurvePoint } from '../contract/wire.ts'
import { addBackendOption, withEngine } from './engine.ts'
import type { BackendOption } from './engine.ts'
import { roughDuration, followJob, PROJECT_HELP, takeModel, withProject } from './project.ts'
import { counted, scoreText, someOf } from './table.ts'
import { FAILURE, onTerminal } from './terminal.ts'
import type { Terminal } from './terminal.ts'
import { addStepOptions, withOptions } from './train-settings.ts'
import type { TrainFlags } from './train-settings.ts'
import { positive, share, whole } from './values.ts'

interface Options extends BackendOption, TrainFlags {
  images?: string
  truth?: string
  project?: string
  out?: string
  from?: string
  validation?: string
  synthetic?: number
  licence: string
  credit?: string[]
  keepLast?: boolean
  resume?: boolean
}

const LIMITS = ['epochs', 'minutes', 'steps']

export function addTrain(program: Command): void {
  const command: Command = program
    .command('train')
    .description('Fine-tune a model on marked images, or train one from scratch')
    .option('--images <folder>', 'images, subfolders included')
    .option('--truth <csv>', 'their truth, Airbus CSV; images that it does not name are left out')
    .addOption(new Option('--project <project>', PROJECT_HELP).conflicts(['images', 'truth', 'out']))
    .option('--out <folder>', 'folder of the new model; needed with --images')
    .option(
      '--from <model>',
      "a model's folder, the id of a version, or none (from scratch); default: the base model, or the project's current one",
    )
    .addOption(new Option('--size <size>', 'of a network from scratch; default: base').choices(NETWORK_SIZES))
    .addOption(
      new Option(
        '--coordinates <kind>',
        'what a network from scratch adds to its embeddings; default: pixel',
      ).choices(COORDINATES),
    )
    .option('--name <name>', 'name of the new model')
    .option(
      '--validation <file>',
      'text file with the images to validate on, one a line; default: 15 % by content',
    )
    .option(
      '--synthetic <scenes>',
      'mix in so many synthetic scenes; default: new ones, a share of all crops',
      whole(0, 1_000_000),
    )
  command.addOption(
    new Option('--synthetic-share <0..1>', 'share of crops that are synthetic, every scene a new one')
      .argParser(share)
      .conflicts('synthetic'),
  )
  for (const [name, description, reader] of [
    ['epochs', 'see every image about so often', whole(1, 10_000)],
    ['minutes', 'stop after so many minutes', positive(10_000)],
    ['steps', 'take so many steps: the same on every machine', whole(1, 10_000_000)],
  ] as const) {
    const others = LIMITS.filter((limit) => limit !== name)
    command.addOption(new Option(`--${name} <n>`, description).argParser(reader).conflicts(others))
  }
  addStepOptions(command)
  command
    .option('--magnify <times>', 'enlarge images up to so many times; default: 1.3', positive(8))
    .option('--validate-every <steps>', 'steps between validations', whole(1, 1_000_000))
    .option(
      '--patience <n>',
      'stop after so many validations without gain; 0: go on to the limit; default: 6, from scratch 0',
      whole(0, 1000),
    )
    .option('--seed <n>', 'all that is random follows from it; default: 1', whole(0, 0xffffffff))
    .addOption(
      new Option(
        '--keep-last',
        'the weights of the last step are the model, not those that validate best: for stages, and where too little validates to choose by',
      ).conflicts('project'),
    )
    .option(
      '--licence <text>',
      'licence of the new model, for its card',
      'that of the images and of the model it started from',
    )
    .option('--credit <text...>', 'whose images these are, for its card')
    .option('--resume', 'go on from the checkpoint in --out, with the options that it began with')
  addBackendOption(command)
  onTerminal(command, async (terminal) => {
    const options = command.opts<Options>()
    const { project, images, truth, out, from } = options
    const fresh = (['size', 'coordinates'] as const).find((name) => options[name] !== undefined)
    if (fresh && from !== 'none') {
      command.error(`error: --${fresh} is that of a network from scratch: add --from none`)
    }
    if (project !== undefined) return trainProject(terminal, project, options)
    if (options.resume && LIMITS.every((limit) => !(limit in options))) {
      command.error('error: with --resume say how long again: --minutes, --epochs or --steps')
    }
    if (images === undefined || truth === undefined || out === undefined) {
      command.error('error: name --images, --truth and --out, or --project')
    }
    return trainFolder(terminal, { images, truth, out }, options)
  })
}

async function trainFolder(
  terminal: Terminal,
  { images, truth, out }: { images: string; truth: string; out: string },
  options: Options,
): Promise<void> {
  const { findModel } = await import('../services/projects/find-model.ts')
  const { selectFromFolder } = await import('../services/train/train-folder.ts')
  const { trainDefaults } = await import('../services/train/train-defaults.ts')
  const { canResume, endTraining, syntheticShareOf, trainModel } = await import('../services/train/train.ts')
  const { gainOf } = await import('../services/train/gain.ts')
  assertFree(out, options.resume ?? false, canResume(out))
  const from = options.from === 'none' ? null : await findModel(options.from ?? null)
  const validation = options.validation === undefined ? null : await readNames(options.validation)
  const selection = await selectFromFolder(images, truth, {
    signal: terminal.signal,
    ...(validation ? { validation } : {}),
  })
  const settings = withOptions(trainDefaults(from?.id ?? null, basename(out)), options)
  if (options.synthetic !== undefined) {
    settings.syntheticShare = syntheticShareOf(options.synthetic, selection.train, settings.crop)
  }
  tellSelection(terminal, selection)
  const plan = {
    ...selection,
    from: from?.folder ?? null,
    out,
    resume: options.resume ?? false,
    keepLast: options.keepLast ?? false,
    settings,
    syntheticScenes: options.synthetic ?? null,
    origin: {
      data: `${counted(selection.train.length, 'image')} of ${basename(images)} with truth from ${basename(truth)}, and synthetic scenes`,
      licence: options.licence,
      credits: options.credit ?? [],
      reproduce: `drydock ${process.argv.slice(2).map(quoted).join(' ')}`,
    },
  }
  const trained = await withEngine(options, (engine) =>
    trainModel(plan, {
      engine,
      signal: terminal.signal,
      onPlan: ({ steps, validationImages }) =>
        terminal.progress(
          `Training for ${steps === null ? roughDuration((settings.minutes ?? 0) * 60) : counted(steps, 'step')}, validating on ${counted(validationImages, 'image')}`,
        ),
      onPoint: (point) => tellPoint(terminal, point),
    }),
  )
  const { id, card, outcome, skipped } = trained
  if (!outcome.cancelled) await endTraining(out)
  for (const { file, reason } of skipped) terminal.note(`${file}: ${reason}`)
  terminal.answer({
    model: { id, name: card.name, folder: out },
    steps: outcome.steps,
    seconds: outcome.seconds,
    best_step: outcome.bestStep,
    validation: validationForMachines(outcome.validation),
    against_parent: outcome.paired ?? null,
    used: selection.train.length,
    left_out: selection.leftOut,
    cancelled: outcome.cancelled,
  })
  if (outcome.cancelled) terminal.say('Cancelled: the best weights so far are kept; --resume goes on.')
  terminal.say(
    `Trained ${counted(outcome.steps, 'step')} in ${roughDuration(outcome.seconds)}; validation F2 ${scoreText(outcome.validation?.f2 ?? null)}, ${scoreText(outcome.validation?.f2WithShips ?? null)} over images with ships.`,
  )
  const gain = gainOf(outcome)
  if (gain !== '') terminal.say(gain)
  terminal.say(`Model ${id.slice(0, 12)}: ${out}`)
  if (outcome.cancelled) process.exitCode = FAILURE
}

async function trainProject(terminal: Terminal, path: string, options: Options): Promise<void> {
  await withProject(path, options, terminal, async (project) => {
    const { startTraining, trainingDefaults, trainingPreview } =
      await import('../services/train/train-job.ts')
    const { listModels } = await import('../services/predict/models.ts')
    // Images that nobody has read yet belong to no split.
    for (const { id, kind } of project.jobs.running())
      if (kind === 'scan') await followJob(terminal, project, id)
    const preview = await trainingPreview(project)
    tellSelection(terminal, {
      train: { length: preview.used },
      validation: { length: preview.validation },
      leftOut: preview.leftOut,
    })
    const settings = withOptions(await trainingDefaults(project), options)
    if (options.from === 'none') settings.from = null
    else if (options.from !== undefined) settings.from = await takeModel(project, options.from)
    const stop = project.events.listen((event) => {
      if (event.type === 'curve') for (const point of event.points) tellPoint(terminal, point)
    })
    const job = await followJob(terminal, project, await startTraining(project, settings)).finally(stop)
    const model = listModels(project).find(({ id }) => id === job.model)
    terminal.answer({
      model: model ? { id: model.id, name: model.name } : null,
      validation_f2: model?.validationF2 ?? null,
      used: preview.used,
      left_out: preview.leftOut,
      cancelled: job.state === 'cancelled',
      summary: job.summary,
    })
    if (job.summary !== null) terminal.say(job.summary)
    if (model) terminal.say(`Model ${model.id.slice(0, 12)}: ${model.name}, in the project`)
    if (job.state === 'cancelled') {
      terminal.say('Cancelled.')
      process.exitCode = FAILURE
    }
  })
}

/** @throws DrydockError `bad_input` where a training would write over a model, or has none to go on with */
function assertFree(out: string, resume: boolean, resumable: boolean): void {
  if (resumable && resume) return
  if (!existsSync(join(out, 'model.json'))) return
  throw new DrydockError(
    'bad_input',
    resumable
      ? `${out} holds a model already, and a model never changes. Name another folder, or go on with its training by --resume.`
      : `${out} holds a model whose training has come to its end, and a model never changes. Name another folder; --from ${out} trains it further.`,
  )
}

function tellSelection(
  terminal: Terminal,
  selection: {
    train: { length: number }
    validation: { length: number }
    leftOut: readonly { reason: string; count: number; names?: string[] }[]
  },
): void {
  const on =
    selection.validation.length > 0
      ? counted(selection.validation.length, 'image')
      : 'images left out in turn, or on synthetic scenes where they are of one scene'
  terminal.say(`Training on ${counted(selection.train.length, 'image')}, validating on ${on}.`)
  for (const { reason, count: n, names } of selection.leftOut) {
    terminal.say(`Left out: ${counted(n, 'image')}, ${reason}${names ? ` (${someOf(names)})` : ''}`)
  }
}

function tellPoint(terminal: Terminal, { kind, step, loss, f2, f2WithShips, seconds }: CurvePoint): void {
  const at = `step ${step}, ${roughDuration(seconds)}`
  const shown = loss === null ? '-' : loss.toFixed(4)
  if (kind === 'train') terminal.progress(`${at}: loss ${shown}`)
  else
    terminal.say(`${at}: validation F2 ${scoreText(f2)}, ${scoreText(f2WithShips)} with ships; loss ${shown}`)
}

function validationForMachines(
  found: { f2: number; f2WithShips: number | null; images: number } | null,
): unknown {
  return found && { f2: found.f2, f2_with_ships: found.f2WithShips, images: found.images }
}

async function readNames(file: string): Promise<string[]> {
  const { readText } = await import('../services/machinery/text-files.ts')
  return (await readText(file))
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
}

function quoted(argument: string): string {
  return /^[\w./:=,-]+$/.test(argument) ? argument : JSON.stringify(argument)
}
