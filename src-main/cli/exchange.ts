import { Option } from 'commander'
import type { Command } from 'commander'
import { DrydockError } from '../contract/errors.ts'
import { labelFormat } from '../contract/label-formats.ts'
import type { LabelFormatId } from '../contract/label-formats.ts'
import type { CategoryWish, ImportPreview, ImportResult } from '../contract/wire.ts'
import type { Project } from '../services/machinery/project.ts'
import { PROJECT_HELP, withProject } from './project.ts'
import { counted, someOf } from './table.ts'
import { FAILURE, onTerminal } from './terminal.ts'
import type { Terminal } from './terminal.ts'
import { formatOption, pairs } from './values.ts'

interface Options {
  project: string
  csv?: string
  labels?: string
  format?: LabelFormatId
  what: 'truth' | 'predictions'
  run?: string
}

interface ImportOptions extends Options {
  existing?: 'add' | 'replace' | 'skip'
  overlaps: 'keep' | 'order' | 'size'
  category?: string[]
  map?: [string, string][]
  rowByRow?: boolean
  dryRun?: boolean
}

interface ExportOptions extends Options {
  unfinished?: boolean
}

function addExchange(
  program: Command,
  name: 'import' | 'export',
  description: string,
  labels: string,
): Command {
  return program
    .command(name)
    .description(description)
    .requiredOption('--project <project>', PROJECT_HELP)
    .option('--labels <file>', labels)
    .option('--csv <file>', 'the same, for an Airbus CSV')
    .addOption(
      new Option('--what <what>', 'truth, or the predictions of a run')
        .choices(['truth', 'predictions'])
        .default('truth'),
    )
}

/** The file that an option names, and the format that goes without saying with it. */
function chosenLabels(
  command: Command,
  { labels, csv, format }: Options,
): { file: string; format?: LabelFormatId } {
  const file = labels ?? csv
  if (file === undefined) return command.error("error: required option '--labels <file>' not specified")
  if (format) return { file, format }
  return labels === undefined ? { file, format: 'airbus' } : { file }
}

export function addImport(program: Command): void {
  const command = addExchange(
    program,
    'import',
    'Bring labels into a project',
    'label file to read, or the folder of them',
  )
    .addOption(formatOption('--format', 'what it is; default: what it looks like'))
    .option('--run <name>', 'name of the run that imported predictions become')
    .addOption(
      new Option('--existing <how>', 'what to do with images that have truth already').choices([
        'add',
        'replace',
        'skip',
      ]),
    )
    .addOption(
      new Option(
        '--overlaps <how>',
        'pixels that several masks claim: all keep them, the first in the file does, or the smaller one',
      )
        .choices(['keep', 'order', 'size'])
        .default('keep'),
    )
    .option('--category <names...>', 'which of its categories count as object; the others are kept without')
    .option('--map <from=to...>', 'what a category of the file becomes in the project: boat=ship', pairs)
    .option('--row-by-row', 'masks count their pixels along the rows, as by mistake: turn them')
    .option('--dry-run', 'only say what would happen')
  onTerminal(command, (terminal) => importFile(terminal, command, command.opts<ImportOptions>()))
}

export function addExport(program: Command): void {
  const command = addExchange(
    program,
    'export',
    "Write a project's labels",
    'file to write, or a new folder, as the format is',
  )
    .addOption(formatOption('--format', 'what to write; default: airbus'))
    .option('--run <run>', 'name or number of the run; default: the current one')
    .option('--unfinished', 'with what is marked on images that are not finished')
  onTerminal(command, (terminal) => exportFile(terminal, command, command.opts<ExportOptions>()))
}

async function importFile(terminal: Terminal, command: Command, options: ImportOptions): Promise<void> {
  const { file, format } = chosenLabels(command, options)
  const { importLabels } = await import('../services/exchange/import.ts')
  const { previewImport } = await import('../services/exchange/preview.ts')
  await withProject(options.project, {}, terminal, async (project) => {
    const preview = await previewImport(project, file, format)
    const wishes = wishesOf(preview, options)
    tellPreview(terminal, preview, options)
    tellWishes(terminal, wishes)
    assertUsable(preview, options)
    if (options.dryRun) return terminal.answer(previewForMachines(preview, wishes))
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
      overlaps: options.overlaps,
      rowByRow: options.rowByRow,
      runName: options.run,
      categories: wishes,
    }).finally(stop)
    tellResult(terminal, preview, wishes, result)
  })
}

/** What was done, and what was left out: then the command has failed in part. */
function tellResult(
  terminal: Terminal,
  preview: ImportPreview,
  wishes: readonly CategoryWish[],
  result: ImportResult,
): void {
  const { leftOut, leftOutCount, ...done } = result
  for (const { image, reason } of leftOut) terminal.note(`${image}: ${reason}`)
  const more = leftOutCount - leftOut.length
  if (more > 0) terminal.note(`${more} more could not be read.`)
  terminal.answer({
    ...previewForMachines(preview, wishes),
    ...done,
    left_out: leftOut,
    left_out_count: leftOutCount,
  })
  const one = done.identical === 1
  const there = done.identical === 0 ? '' : ` ${done.identical} ${one ? 'was' : 'were'} there already.`
  terminal.say(`Imported ${counted(done.instances, 'instance')} on ${counted(done.images, 'image')}.${there}`)
  if (leftOutCount === 0) return
  terminal.say(`${counted(leftOutCount, 'image')} could not be read and left out: see above.`)
  process.exitCode = FAILURE
}

async function exportFile(terminal: Terminal, command: Command, options: ExportOptions): Promise<void> {
  const { exportLabels, previewExport } = await import('../services/exchange/export.ts')
  const { file, format = 'airbus' } = chosenLabels(command, options)
  const { outputName } = await import('../services/exchange/label-sink.ts')
  const out = outputName(file, labelFormat(format))
  const { what, unfinished } = options
  await withProject(options.project, {}, terminal, async (project) => {
    const run = options.run === undefined ? undefined : await runOf(project, options.run)
    const wanted = { what, format, run, unfinished }
    const { lost, unfinishedImages, unfinishedInstances, leftOutImages } = await previewExport(
      project,
      wanted,
    )
    if (lost.length > 0) terminal.note(`This format cannot hold ${lost.join('; ')}.`)
    if (unfinishedImages > 0 && !unfinished) {
      terminal.note(
        `${counted(unfinishedImages, 'image')} with ${counted(unfinishedInstances, 'instance')} ${unfinishedImages === 1 ? 'is' : 'are'} not finished, and not in it; --unfinished puts them in.`,
      )
    }
    if (leftOutImages > 0) {
      terminal.note(
        `${counted(leftOutImages, 'image')} left out for good ${leftOutImages === 1 ? 'is' : 'are'} not in it.`,
      )
    }
    const { images, instances } = await exportLabels(project, out, wanted)
    terminal.answer({
      ...{ images, instances, csv: out, out, format, lost },
      ...{ unfinished_images: unfinishedImages, unfinished_instances: unfinishedInstances },
      left_out_images: leftOutImages,
    })
    terminal.say(`Wrote ${counted(instances, 'instance')} of ${counted(images, 'image')} to ${out}`)
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

const OVERLAPS = {
  keep: 'they are taken as they are',
  order: 'the first in the file keeps the pixels',
  size: 'the smaller one keeps the pixels',
}

/** What will be left out, and why, on stderr. */
function tellPreview(
  terminal: Terminal,
  preview: ImportPreview,
  { overlaps, rowByRow }: ImportOptions,
): void {
  const { broken, brokenCount } = preview
  for (const { reason } of broken) terminal.note(`${reason} This row is left out.`)
  if (brokenCount > broken.length)
    terminal.note(`${brokenCount - broken.length} more rows are broken and left out.`)
  const some = (sentence: string, names: readonly string[], all: number): void => {
    if (all > 0) terminal.note(`${sentence}: ${someOf(names, 5, all)}.`)
  }
  some('Not in this project', preview.notFound, preview.notFoundCount)
  some('Left out, since two images may be meant', preview.ambiguous, preview.ambiguousCount)
  some('Left out, since the image has another size', preview.resized, preview.resizedCount)
  some('Matched by more than the path', preview.matchedOtherwise, preview.matchedOtherwiseCount)
  some('Masks outside their image are left out', preview.outside, preview.outsideCount)
  some(`Masks overlap, ${OVERLAPS[overlaps]}`, preview.overlapping, preview.overlappingCount)
  some(
    rowByRow
      ? 'Masks make sense only when read row by row: they are read so'
      : 'Masks make sense only when read row by row, so they may have been written that way by mistake; --row-by-row reads them so',
    preview.rowByRow,
    preview.rowByRowCount,
  )
  const is = preview.identical === 1 ? 'is' : 'are'
  if (preview.identical > 0) terminal.note(`${preview.identical} ${is} there already and ${is} not doubled.`)
  if (preview.crowds > 0)
    terminal.note(
      `${counted(preview.crowds, 'area')} of many objects (iscrowd): no truth, kept as areas to ignore.`,
    )
}

/**
 * What the file's categories become: as the preview says, but for what the options say.
 * @throws DrydockError `bad_input` where they name a category that the file does not have
 */
function wishesOf(preview: ImportPreview, { category, map = [] }: ImportOptions): CategoryWish[] {
  const names = preview.categories.map(({ name }) => name)
  for (const name of [...(category ?? []), ...map.map(([from]) => from)]) {
    if (names.includes(name)) continue
    throw new DrydockError(
      'bad_input',
      `${preview.file} has no category ${name}. ${names.length === 0 ? 'It has none.' : `It has ${someOf(names, 10)}.`}`,
    )
  }
  const becomes = new Map(map)
  return preview.categories.map(({ wish }) => ({
    from: wish.from,
    to: becomes.get(wish.from) ?? wish.to,
    counts: category ? category.includes(wish.from) : wish.counts,
  }))
}

/** What categories become, where that is not what they are called; and which new ones do not count. */
function tellWishes(terminal: Terminal, wishes: readonly CategoryWish[]): void {
  const other = wishes.filter(({ from, to }) => from !== to).map(({ from, to }) => `${from} becomes ${to}`)
  const uncounted = wishes.filter(({ counts }) => !counts).map(({ to }) => to)
  if (other.length > 0) terminal.note(`Categories: ${someOf(other, 10)}.`)
  if (uncounted.length > 0) {
    terminal.note(
      `Kept without counting as object, unless the project has them otherwise: ${someOf([...new Set(uncounted)], 10)}.`,
    )
  }
}

/** @throws DrydockError `nothing_to_do`, `conflict` */
function assertUsable(preview: ImportPreview, { what, existing, dryRun }: ImportOptions): void {
  if (preview.matchedImages === 0) {
    throw new DrydockError(
      'nothing_to_do',
      `No image of ${preview.file} is in this project, so nothing was imported. An image is named by its path below the images folder, with /, or by its file's name.`,
    )
  }
  if (what === 'truth' && preview.withTruthCount > 0 && existing === undefined && !dryRun) {
    throw new DrydockError(
      'conflict',
      `${counted(preview.withTruthCount, 'image')} of the file ${preview.withTruthCount === 1 ? 'has' : 'have'} truth already (${someOf(preview.withTruth, 5, preview.withTruthCount)}), so nothing was imported. Say --existing add, replace or skip.`,
    )
  }
}

function previewForMachines(
  preview: ImportPreview,
  wishes: readonly CategoryWish[],
): Record<string, unknown> {
  return {
    format: preview.format,
    rows: preview.rows,
    matched: preview.matchedImages,
    matched_otherwise: preview.matchedOtherwise,
    empty: preview.emptyImages,
    not_found: preview.notFoundCount,
    ambiguous: preview.ambiguous,
    resized: preview.resizedCount,
    overlapping: preview.overlappingCount,
    outside: preview.outsideCount,
    row_by_row: preview.rowByRowCount,
    with_truth: preview.withTruthCount,
    identical: preview.identical,
    crowds: preview.crowds,
    categories: preview.categories.map(({ name, instances }, i) => ({
      ...{ name, instances, to: wishes[i]!.to, counts: wishes[i]!.counts },
    })),
    broken: preview.brokenCount,
  }
}
