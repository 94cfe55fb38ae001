import type { Command } from 'commander'
import { addBackendOption } from './engine.ts'
import type { BackendOption } from './engine.ts'
import { PROJECT_HELP, withProject } from './project.ts'
import { counted, someOf, table } from './table.ts'
import { onTerminal } from './terminal.ts'
import type { Terminal } from './terminal.ts'

interface Options extends BackendOption {
  project: string
  csv?: string
}

export function addSplit(program: Command): void {
  const command = program
    .command('split')
    .description(
      'Show on which side of the split finished images are, by groups of similar ones, or take it from a file',
    )
    .requiredOption('--project <project>', PROJECT_HELP)
    .option('--csv <file>', 'take the split from its columns ImageId and split (train, val, test)')
  addBackendOption(command)
  onTerminal(command, (terminal) => splitProject(terminal, command.opts<Options>()))
}

async function splitProject(terminal: Terminal, options: Options): Promise<void> {
  await withProject(options.project, options, terminal, async (project) => {
    const { settleGroups, similarGroups } = await import('../services/images/similar.ts')
    const { takeSplits } = await import('../services/images/split-file.ts')
    const { trainingPreview } = await import('../services/train/train-job.ts')
    await settleGroups(project)
    const taken = options.csv === undefined ? null : await takeSplits(project, options.csv)
    if (taken) {
      await settleGroups(project)
      terminal.say(`Took the split of ${counted(taken.images, 'image')} from ${options.csv}.`)
      if (taken.unknown.length > 0) terminal.note(`Not in the project: ${someOf(taken.unknown)}`)
      if (taken.broken.length > 0) terminal.note(`Lines that cannot be read: ${taken.broken.join(', ')}`)
    }
    const { groups, count } = await similarGroups(project)
    const { used, validation, holdOut, frozen, leaks, leakCount } = await trainingPreview(project)
    terminal.answer({
      ...{ train: used, validation, hold_out: holdOut, groups: count, frozen },
      similar: groups.filter(({ images }) => images.length > 1),
      ...{ leaks, leak_count: leakCount },
      ...(taken && { taken }),
    })
    terminal.say(
      `Train ${used}, validation ${validation}, hold-out ${holdOut}, in ${counted(count, 'group')} of similar images; ${frozen ? 'frozen' : 'provisional until the first training'}.`,
    )
    const rows = groups
      .filter(({ images }) => images.length > 1)
      .map(({ why, images }) => [why, images[0]!.split ?? '-', someOf(images.map(({ path }) => path))])
    if (rows.length > 0) for (const line of table([['why', 'split', 'images'], ...rows])) terminal.say(line)
    for (const { image, split, like, trained } of leaks) {
      terminal.note(
        `Leak: ${image} is in the ${split}, and ${like}, of its scene, ${trained ? 'was' : 'is'} trained on`,
      )
    }
  })
}
