import type { Command } from 'commander'
import type { Size } from '../core/mask/rle.ts'
import type { FilesScore } from '../services/score-files.ts'
import { count, score, someOf, table, thresholdTable } from './table.ts'
import { onTerminal } from './terminal.ts'
import type { Terminal } from './terminal.ts'
import { size } from './values.ts'

/** Images listed for people; the rest is in --json. */
const LISTED = 20

interface Options {
  truth: string
  pred: string
  size?: Size
}

export function addScore(program: Command): void {
  const command = program
    .command('score')
    .description('Score predictions against truth: the Airbus F2 over ten IoU thresholds')
    .requiredOption('--truth <csv>', 'truth, Airbus CSV; a blank row is an image without ships')
    .requiredOption('--pred <csv>', 'predictions, Airbus CSV')
    .option('--size <WxH>', 'refuse masks outside images of this size, like 768x768', size)
  onTerminal(command, (terminal) => scoreFilesCommand(terminal, command.opts<Options>()))
}

async function scoreFilesCommand(terminal: Terminal, options: Options): Promise<void> {
  const { scoreFiles } = await import('../services/score-files.ts')
  const result = await scoreFiles(options.truth, options.pred, options.size)
  if (result.overlapping.length > 0) {
    terminal.note(
      `Masks overlap in ${count(result.overlapping.length, 'image')} (${someOf(result.overlapping)}): scored by the best one-to-one matching, but a submission may not have that.`,
    )
  }
  terminal.answer(forMachines(result))
  for (const line of forPeople(result)) terminal.say(line)
}

function forMachines({ set, images }: FilesScore): unknown {
  return {
    f2: set.f2,
    pooled_f2: set.pooledF2,
    thresholds: set.thresholds,
    images: images.map(({ image, f2, thresholds }) => ({ image, f2, thresholds })),
  }
}

function forPeople({ set, images }: FilesScore): string[] {
  const worst = [...images].sort((a, b) => a.f2 - b.f2).slice(0, LISTED)
  const title =
    images.length > LISTED ? `The ${LISTED} lowest of ${images.length} images:` : 'Images, lowest first:'
  return [
    `F2 ${score(set.f2)} over ${count(images.length, 'image')}, ${score(set.f2WithShips)} over those with ships; pooled ${score(set.pooledF2)}`,
    '',
    ...thresholdTable(set.thresholds),
    '',
    title,
    ...table([
      ['image', 'F2', 'TP', 'FP', 'FN'],
      ...worst.map(({ image, f2, thresholds: [at] }) => [
        image,
        score(f2),
        ...[at!.tp, at!.fp, at!.fn].map(String),
      ]),
    ]),
    '(TP, FP and FN at IoU 0.5)',
  ]
}
