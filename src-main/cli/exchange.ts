import { Option } from 'commander'
import type { Command } from 'commander'
import { DrydockError } from '../contract/errors.ts'
import type { ImportPreview, ImportResult } from '../contract/wire.ts'
import type { Project } from '../services/machinery/project.ts'
import { PROJECT_HELP, withProject } from './project.ts'
import { counted, someOf } from './table.ts'
import { FAILURE, onTerminal } from './terminal.ts'
import type { Terminal } from './terminal.ts'

interface Options {
  project: string
  csv: string
  what: 'truth' | 'predictions'
  run?: string
}

interface ImportOptions extends Options {
  existing?: 'add' | 'replace' | 'skip'
  dryRun?: boolean
}

function addExchange(program: Command, name: 'import' | 'export', description: string, csv: string): Command {
  return program
    .command(name)
    .description(description)
    .requiredOption('--project <project>', PROJECT_HELP)
    .requiredOption('--csv <file>', csv)
    .addOption(
      new Option('--what <what>', 'truth, or the predictions of a run')
        .choices(['truth', 'predictions'])
        .default('truth'),
    )
}

export function addImport(program: Command): void {
  const command = addExchange(program, 'import', 'Bring labels into a project', 'Airbus CSV to read')
    .option('--run <name>', 'name of the run that imported predictions become')
    .addOption(
      new Option('--existing <how>', 'what to do with images that have truth already').choices([
        'add',
        'replace',
        'skip',
      ]),
    )
    .option('--dry-run', 'only say what would happen')
  onTerminal(command, (terminal) => importFile(terminal, command.opts<ImportOptions>()))
}

export function addExport(program: Command): void {
  const command = addExchange(program, 'export', "Write a project's labels", 'Airbus CSV to write').option(
    '--run <run>',
    'name or number of the run; default: the current one',
  )
  onTerminal(command, (terminal) => exportFile(terminal, command.opts<Options>()))
}

async function importFile(terminal: Terminal, options: ImportOptions): Promise<void> {
  const { importLabels, previewImport } = await import('../services/exchange/exchange.ts')
  await withProject(options.project, {}, terminal, async (project) => {
    const preview = await previewImport(project, options.csv)
    tellPreview(terminal, preview)
    assertUsable(preview, options)
    if (options.dryRun) return terminal.answer(previewForMachines(preview))
    const cancel = (): void => {
      for (const { id, kind } of project.jobs.running()) if (kind === 'import') project.jobs.cancel(id)
    }
    terminal.signal.addEventListener('abort', cancel, { once: true })
    const stop = project.events.listen((event) => {
      if (event.type === 'job' && event.job.kind === 'import') {
        terminal.progress(`${event.job.done} of ${event.job.total} images`)
      }
    })
    const result = await importLabels(project, {
      token: preview.token,
      what: options.what,
      existing: options.existing ?? 'add',
      runName: options.run,
    }).finally(stop)
    tellResult(terminal, preview, result)
  })
}

/** What was done, and what was left out: then the command has failed in part. */
function tellResult(terminal: Terminal, preview: ImportPreview, result: ImportResult): void {
  const { leftOut, leftOutCount, ...done } = result
  for (const { image, reason } of leftOut) terminal.note(`${image}: ${reason}`)
  const more = leftOutCount - leftOut.length
  if (more > 0) terminal.note(`${more} more could not be read.`)
  terminal.answer({
    ...previewForMachines(preview),
    ...done,
    left_out: leftOut,
    left_out_count: leftOutCount,
  })
  terminal.say(`Imported ${counted(done.instances, 'instance')} on ${counted(done.images, 'image')}.`)
  if (leftOutCount === 0) return
  terminal.say(`${counted(leftOutCount, 'image')} could not be read and left out: see above.`)
  process.exitCode = FAILURE
}

async function exportFile(terminal: Terminal, { project: path, csv, what, run }: Options): Promise<void> {
  const { exportLabels } = await import('../services/exchange/exchange.ts')
  await withProject(path, {}, terminal, async (project) => {
    const id = run === undefined ? undefined : await runOf(project, run)
    const { images, instances } = await exportLabels(project, csv, what, id)
    terminal.answer({ images, instances, csv })
    terminal.say(`Wrote ${counted(instances, 'instance')} of ${counted(images, 'image')} to ${csv}`)
  })
}

/** @throws DrydockError `not_found` */
async function runOf(project: Project, wanted: string): Promise<number> {
  const { listRuns } = await import('../services/predict/runs.ts')
  const runs = listRuns(project)
  const found = runs.find(({ id, name }) => name === wanted || String(id) === wanted)
  if (found) return found.id
  const names = runs.map(({ id, name }) => `${id} (${name})`)
  throw new DrydockError(
    'not_found',
    `This project has no run ${wanted}. ${runs.length === 0 ? 'It has none yet.' : `It has ${someOf(names, 10)}.`}`,
  )
}

/** What will be left out, and why, on stderr. */
function tellPreview(terminal: Terminal, preview: ImportPreview): void {
  const {
    broken,
    brokenCount,
    notFound,
    notFoundCount,
    outside,
    outsideCount,
    overlapping,
    overlappingCount,
  } = preview
  for (const { reason } of broken) terminal.note(`${reason} This row is left out.`)
  if (brokenCount > broken.length)
    terminal.note(`${brokenCount - broken.length} more rows are broken and left out.`)
  const some = (names: readonly string[], all: number): string => someOf(names, 5, all)
  if (notFoundCount > 0) terminal.note(`Not in this project: ${some(notFound, notFoundCount)}.`)
  if (outsideCount > 0)
    terminal.note(`Masks outside their image are left out: ${some(outside, outsideCount)}.`)
  if (overlappingCount > 0) terminal.note(`Masks overlap: ${some(overlapping, overlappingCount)}.`)
}

/** @throws DrydockError `nothing_to_do`, `conflict` */
function assertUsable(preview: ImportPreview, { what, existing, dryRun }: ImportOptions): void {
  if (preview.matchedImages === 0) {
    throw new DrydockError(
      'nothing_to_do',
      `No image of ${preview.file} is in this project, so nothing was imported. ImageId is the path below the images folder, with /, or the file's name.`,
    )
  }
  if (what === 'truth' && preview.withTruthCount > 0 && existing === undefined && !dryRun) {
    throw new DrydockError(
      'conflict',
      `${counted(preview.withTruthCount, 'image')} of the file ${preview.withTruthCount === 1 ? 'has' : 'have'} truth already (${someOf(preview.withTruth, 5, preview.withTruthCount)}), so nothing was imported. Say --existing add, replace or skip.`,
    )
  }
}

function previewForMachines(preview: ImportPreview): Record<string, unknown> {
  return {
    rows: preview.rows,
    matched: preview.matchedImages,
    empty: preview.emptyImages,
    not_found: preview.notFoundCount,
    overlapping: preview.overlappingCount,
    outside: preview.outsideCount,
    with_truth: preview.withTruthCount,
    broken: preview.brokenCount,
  }
}
