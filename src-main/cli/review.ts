import type { Command } from 'commander'
import { DrydockError } from '../contract/errors.ts'
import { ERROR_KINDS } from '../contract/words.ts'
import type { ErrorCounts, ProjectCategory } from '../contract/wire.ts'
import { fixInWords, meanOver, rankFixes, rankSuspects, totalErrors } from '../core/metric/review.ts'
import type { RankedFix, RankedSuspect } from '../core/metric/review.ts'
import type { Project } from '../services/machinery/project.ts'
import { PROJECT_HELP, withProject } from './project.ts'
import { counted, scoreText, table } from './table.ts'
import { onTerminal } from './terminal.ts'
import type { Terminal } from './terminal.ts'

/** Fixes and suspects listed for people; the rest is in --json. */
const LISTED = 20

interface Reviewed {
  run: { id: number; name: string }
  /** without predictions that lie in areas to ignore */
  ignoring: boolean
  /** name of a category: only images with truth of it; null: all */
  category: string | null
  /** mean over the scored images */
  f2: number
  images: number
  errors: ErrorCounts
  fixes: RankedFix[]
  suspects: RankedSuspect[]
}

export function addReview(program: Command): void {
  const command: Command = program
    .command('review')
    .description(
      'What is wrong with a run: errors by kind, what mending each is worth, truth that the model doubts',
    )
    .requiredOption('--project <project>', PROJECT_HELP)
    .option('--run <run>', 'number or name of the run; without it the current one')
    .option('--ignoring', 'without predictions that lie in areas to ignore: not the figures of the Airbus F2')
    .option('--category <name>', 'only images with truth of this category, in the report too')
    .option(
      '--report <file>',
      'also write a report: one HTML file with pictures inside, or where it ends in .csv one table, whose column part says what a row is of',
    )
    .option('--against <run>', 'with --report: another run that the report compares this one with')
    .option(
      '--result <folder>',
      'also write the score with all that it follows from into a new folder; "score --result" checks it',
    )
  onTerminal(command, async (terminal) => {
    const { project, ...wanted } = command.opts<Wanted & { project: string }>()
    const reviewed = await withProject(project, {}, terminal, async (open) => {
      const category = await categoryWanted(open, wanted.category)
      const found = await review(open, { ...wanted, category })
      await write(terminal, open, found.run.id, { ...wanted, category })
      return found
    })
    if (terminal.json) terminal.answer(forMachines(reviewed))
    else tell(terminal, reviewed)
  })
}

interface Wanted {
  ignoring?: boolean
  category?: string
  run?: string
  report?: string
  against?: string
  result?: string
}

async function write(
  terminal: Terminal,
  project: Project,
  run: number,
  {
    report,
    against,
    result,
    ignoring = false,
    category,
  }: Omit<Wanted, 'category'> & { category: ProjectCategory | null },
): Promise<void> {
  const { findRun } = await import('../services/review/find-run.ts')
  if (report !== undefined) {
    const { writeReport } = await import('../services/review/take-away.ts')
    const other = against === undefined ? null : findRun(project, against).id
    await writeReport(project, { run, against: other, ignoring, category: category?.key ?? null }, report)
    terminal.note(`The report is ${report}.`)
  }
  if (result !== undefined) {
    const { writeResult } = await import('../services/review/take-away.ts')
    const { scores } = await writeResult(project, run, result)
    terminal.note(
      `The result is in ${result}: F2 ${scores.f2}. "drydock score --result ${result}" checks it.`,
    )
  }
}

/** @throws DrydockError `not_found` */
async function categoryWanted(project: Project, name: string | undefined): Promise<ProjectCategory | null> {
  if (name === undefined) return null
  const { categoryNamed, openCategories } = await import('../core/categories.ts')
  const all = project.store.categories.all()
  const found = categoryNamed(all, name)
  if (found) return found
  const names = openCategories(all).map((one) => one.name)
  throw new DrydockError('not_found', `This project has no category "${name}"; it has ${names.join(', ')}.`)
}

async function review(
  project: Project,
  {
    run: wanted,
    ignoring = false,
    category,
  }: { run?: string; ignoring?: boolean; category: ProjectCategory | null },
): Promise<Reviewed> {
  const { reviewAll } = await import('../services/review/review.ts')
  const { findRun } = await import('../services/review/find-run.ts')
  const run = findRun(project, wanted)
  const holding = category && project.store.lists.holding(category.key)
  const all = await reviewAll(project, run.id, ignoring)
  const images = holding ? all.filter(({ image }) => holding.has(image)) : all
  const f2 = meanOver(images)
  if (f2 === null) {
    throw new DrydockError(
      'nothing_to_do',
      category
        ? `No finished and predicted image has truth of the category ${category.name}, so there is nothing to review.`
        : 'No finished image is predicted in this run, so there is nothing to review. Finish images (done or no ship) and predict them first.',
    )
  }
  return {
    run: { id: run.id, name: run.name },
    ...{ ignoring, f2, category: category?.name ?? null },
    images: images.length,
    errors: totalErrors(images.map(({ counts }) => counts)),
    fixes: rankFixes(images),
    suspects: rankSuspects(images),
  }
}

function forMachines({ run, ignoring, category, f2, images, errors, fixes, suspects }: Reviewed): unknown {
  return {
    ...{ run, f2, images, ...(ignoring && { ignoring }), ...(category !== null && { category }) },
    errors: ERROR_KINDS.map((kind) => ({
      ...{ kind, truth: errors.truth[kind], predictions: errors.predictions[kind] },
    })),
    sloppy: errors.sloppy,
    fixes: fixes.map(({ path, fix, before, after, setAfter }) => ({
      ...{ image: path, fix: fixInWords(fix), f2: before, f2_after: after, set_f2_after: setAfter },
    })),
    suspects: suspects.map(({ path, suspicion, place, area, confidence, trainedOn }) => ({
      ...{ image: path, suspicion, instance: place + 1, area, confidence, trained_on: trainedOn },
    })),
  }
}

function tell(
  terminal: Terminal,
  { run, ignoring, category, f2, images, errors, fixes, suspects }: Reviewed,
): void {
  terminal.say(
    `Run ${run.name}: F2 ${scoreText(f2)} over ${counted(images, 'image')}${category === null ? '' : ` with truth of the category ${category}`}${ignoring ? ', without what lies in areas to ignore' : ''}`,
  )
  terminal.say('')
  const rows = ERROR_KINDS.map((kind) => [kind, `${errors.truth[kind]}`, `${errors.predictions[kind]}`])
  const sum = (of: Record<string, number>): string => `${Object.values(of).reduce((so, n) => so + n, 0)}`
  const lines = table([
    ['errors at IoU 0.5', 'truth', 'predicted'],
    ...rows,
    ['all (FN, FP)', sum(errors.truth), sum(errors.predictions)],
    ['sloppy (hits under 0.75)', '', `${errors.sloppy}`],
  ])
  for (const line of lines) terminal.say(line)
  tellFixes(terminal, fixes)
  tellSuspects(terminal, suspects)
}

function tellFixes(terminal: Terminal, fixes: readonly RankedFix[]): void {
  if (fixes.length === 0) return
  terminal.say('')
  terminal.say(
    `What one fix is worth, of the image it is on (${Math.min(LISTED, fixes.length)} of ${fixes.length}):`,
  )
  const rows = fixes
    .slice(0, LISTED)
    .map(({ path, fix, before, after }) => [path, fixInWords(fix), scoreText(before), scoreText(after)])
  for (const line of table([['image', 'fix', 'F2', 'after'], ...rows])) terminal.say(line)
}

function tellSuspects(terminal: Terminal, suspects: readonly RankedSuspect[]): void {
  if (suspects.length === 0) return
  terminal.say('')
  terminal.say(`Truth that the run contradicts (${Math.min(LISTED, suspects.length)} of ${suspects.length}):`)
  const rows = suspects
    .slice(0, LISTED)
    .map(({ path, suspicion, place, confidence, trainedOn }) => [
      path,
      suspicion === 'not marked' ? `#${place + 1} is not marked` : `${place + 1} is never found`,
      scoreText(confidence),
      trainedOn ? 'trained on it' : '',
    ])
  for (const line of table([['image', 'suspect', 'sure', ''], ...rows])) terminal.say(line)
}
