import type { Command } from 'commander'
import type { Size } from '../core/mask/rle.ts'
import { counted } from './table.ts'
import { FAILURE, onTerminal } from './terminal.ts'
import type { Terminal } from './terminal.ts'
import { size } from './values.ts'

/** Problems listed for people; the rest is in --json. */
const LISTED = 50

interface Options {
  csv: string
  size?: Size
  images?: string
}

export function addLint(program: Command): void {
  const command = program
    .command('lint')
    .description('Check a label file: broken rows, masks that overlap, lie outside or are there twice')
    .requiredOption('--csv <file>', 'Airbus CSV')
    .option('--size <WxH>', 'masks must lie inside images of this size, like 768x768', size)
    .option('--images <folder>', 'every image of this folder must have a row, and no other image may')
  onTerminal(command, (terminal) => lintFile(terminal, command.opts<Options>()))
}

async function lintFile(terminal: Terminal, { csv, size, images }: Options): Promise<void> {
  const { lintLabels } = await import('../services/exchange/lint.ts')
  const linted = await lintLabels(csv, {
    ...(size && { size }),
    ...(images !== undefined && { folder: images }),
  })
  const { problems } = linted
  terminal.answer(linted)
  for (const { line, image, problem } of problems.slice(0, LISTED)) {
    const where = [line === null ? null : `line ${line}`, image].filter((part) => part !== null).join(', ')
    terminal.say(`${where}: ${problem}`)
  }
  if (problems.length > LISTED) terminal.say(`and ${problems.length - LISTED} more`)
  terminal.say(
    `${counted(linted.instances, 'instance')} in ${counted(linted.images, 'image')}: ${problems.length === 0 ? 'no problem' : counted(problems.length, 'problem')}.`,
  )
  if (problems.length > 0) process.exitCode = FAILURE
}
