import { Option } from 'commander'
import type { Command } from 'commander'
import { DrydockError } from '../contract/errors.ts'
import type { FolderPredicted } from '../services/predict/predict-folder.ts'
import { addBackendOption, withEngine } from './engine.ts'
import type { BackendOption } from './engine.ts'
import { followJob, PROJECT_HELP, takeModel, withProject } from './project.ts'
import { counted } from './table.ts'
import { FAILURE, onTerminal } from './terminal.ts'
import type { Terminal } from './terminal.ts'

interface Options extends BackendOption {
  images?: string
  project?: string
  model?: string
  out?: string
  overlays?: string
  flips?: boolean
  rectangles?: boolean
  necks?: boolean
}

const FLIPS_HELP = 'average over the four flips: four times the work, a little better; a project remembers it'

export function addPredict(program: Command): void {
  const command: Command = program
    .command('predict')
    .description('Mark the ships in a folder of images, or in the images of a project')
    .option('--images <folder>', 'images, subfolders included; ImageId is the path below it, with /')
    .addOption(new Option('--project <project>', PROJECT_HELP).conflicts('images'))
    .option(
      '--model <model>',
      "a model's folder, or the id of a version; default: the base model, or the project's current one",
    )
    .option('--out <csv>', 'predictions, Airbus CSV; needed with --images')
    .option('--overlays <folder>', 'write pictures with the outlines of what was found')
    .option('--flips', FLIPS_HELP)
    .option('--no-flips', 'no flips, which a project then remembers; the default')
    .addOption(
      new Option(
        '--rectangles',
        'instances as turned rectangles; default: as the model was validated',
      ).conflicts('project'),
    )
    .addOption(new Option('--no-rectangles', 'instances as the network sees them').conflicts('project'))
    .addOption(
      new Option(
        '--necks',
        'cut at necks of the outline too, before pieces join; default: as the model was validated',
      ).conflicts('project'),
    )
    .addOption(new Option('--no-necks', 'cut by embeddings alone').conflicts('project'))
  addBackendOption(command)
  onTerminal(command, async (terminal) => {
    const options = command.opts<Options>()
    const { images, project, out } = options
    if (project !== undefined) return predictProject(terminal, project, options)
    if (images === undefined) command.error('error: name --images or --project')
    if (out === undefined) command.error("error: option '--out <csv>' is needed with --images")
    return predictImages(terminal, images, out, options)
  })
}

async function predictImages(
  terminal: Terminal,
  images: string,
  out: string,
  options: Options,
): Promise<void> {
  const { findModel } = await import('../services/projects/find-model.ts')
  const { predictFolder } = await import('../services/predict/predict-folder.ts')
  const { id, model, card, folder } = await findModel(options.model ?? null)
  const { flips = false, overlays = null } = options
  const { cluster, calibration = null } = model
  const { rectangles = cluster.rectangles, necks = cluster.necks } = options
  const settings = { ...cluster, rectangles, necks }
  const wanted = { images, modelFolder: folder, settings, calibration, flips, out, overlays }
  const result = await withEngine(options, (engine) =>
    predictFolder(engine, wanted, {
      signal: terminal.signal,
      onProgress: (done, total, image) => terminal.progress(`${done} of ${total} images, now ${image}`),
    }),
  )
  reportPrediction(terminal, result, { model: { id, name: card.name }, flips, out, overlays })
}

async function predictProject(terminal: Terminal, path: string, options: Options): Promise<void> {
  if (options.out !== undefined) {
    const { assertNoFolder } = await import('../services/machinery/label-output.ts')
    await assertNoFolder(options.out)
  }
  await withProject(path, options, terminal, async (project) => {
    if (options.model !== undefined) {
      const { setCurrentModel } = await import('../services/predict/models.ts')
      await setCurrentModel(project, await takeModel(project, options.model))
    }
    if (options.flips !== undefined) {
      const { setFlips } = await import('../services/predict/runs.ts')
      await setFlips(project, options.flips)
    }
    const { startPrediction } = await import('../services/predict/predict.ts')
    const { listRows } = await import('../services/images/rows.ts')
    const { job, run } = await startPrediction(project, { images: 'all' })
    const { state } = await followJob(terminal, project, job)
    const rows = listRows(project)
    const done = rows.filter(({ predictionCount }) => predictionCount !== null)
    const out = options.out ?? null
    if (out !== null && done.length > 0) {
      const { exportLabels } = await import('../services/exchange/export.ts')
      await exportLabels(project, out, { what: 'predictions', format: 'airbus', run })
    }
    const overlays = options.overlays ?? null
    if (overlays !== null && state === 'done') {
      const { writeRunOverlays } = await import('../services/predict/overlays.ts')
      await writeRunOverlays(project, run, overlays, terminal.signal)
    }
    const result: FolderPredicted = {
      images: rows.length,
      predicted: done.length,
      instances: done.reduce((sum, { predictionCount }) => sum + (predictionCount ?? 0), 0),
      leftOut: rows.flatMap(({ path: image, fileState, fileNote, predictionCount }) =>
        fileNote === null || fileState === 'ok' || predictionCount !== null
          ? []
          : [{ image, reason: fileNote }],
      ),
      cancelled: state === 'cancelled',
    }
    const { model, modelName, flips } = project.store.runs.all(run).find(({ id }) => id === run)!
    reportPrediction(terminal, result, { run, model: { id: model, name: modelName }, flips, out, overlays })
  })
}

function reportPrediction(
  terminal: Terminal,
  { images, predicted, instances, leftOut, cancelled }: FolderPredicted,
  rest: {
    run?: number
    model: { id: string | null; name: string | null }
    flips: boolean
    out: string | null
    overlays: string | null
  },
): void {
  for (const { image, reason } of leftOut) terminal.note(`${image}: ${reason}`)
  if (cancelled) {
    throw new DrydockError(
      'cancelled',
      `Cancelled. ${counted(predicted, 'image')} of ${images} are predicted and kept.`,
    )
  }
  terminal.answer({ images, predicted, instances, left_out: leftOut, ...rest })
  terminal.say(
    `Found ${counted(instances, 'instance')} in ${counted(predicted, 'image')} with ${rest.model.name ?? 'a model'}.`,
  )
  if (rest.out !== null) terminal.say(`Predictions: ${rest.out}`)
  if (rest.overlays !== null) terminal.say(`Pictures: ${rest.overlays}`)
  if (leftOut.length > 0) {
    terminal.say(`${counted(leftOut.length, 'image')} could not be read and left out: see above.`)
    process.exitCode = FAILURE
  }
}
