import type { Command } from 'commander'
import type { LabelFormatId } from '../contract/label-formats.ts'
import type { Size } from '../core/mask/rle.ts'
import { counted } from './table.ts'
import { FAILURE, onTerminal } from './terminal.ts'
import type { Terminal } from './terminal.ts'
import { formatOption, size } from './values.ts'

/** Problems listed for people; the rest is in --json. */
const LISTED = 50

interface Options {
  csv?: string
  labels?: string
  format?: LabelFormatId
  size?: Size
  images?: string
}

export function addLint(program: Command): void {
  const command = program
    .command('lint')
    .description('Check labels: what cannot be read, masks that overlap, lie outside or are there twice')
    .option('--labels <path>', 'label file, or the folder of them')
    .option('--csv <file>', 'the same, for an Airbus CSV')
    .addOption(formatOption('--format', 'what it is; default: what it looks like'))
    .option('--size <WxH>', 'masks must lie inside images of this size, like 768x768', size)
    .option('--images <folder>', 'every image of this folder must have a row, and no other image may')
  onTerminal(command, (terminal) => lintFile(terminal, command, command.opts<Options>()))
}

async function lintFile(terminal: Terminal, command: Command, options: Options): Promise<void> {
  const { csv, labels = csv, size, images } = options
  if (labels === undefined) return command.error("error: required option '--labels <path>' not specified")
  const format = options.format ?? (csv === undefined ? undefined : 'airbus')
  const { lintLabels } = await import('../services/exchange/lint.ts')
  const linted = await lintLabels(labels, {
    ...(format && { format }),
    ...(size && { size }),
    ...(images !== undefined && { folder: images }),
  })
  const { problems } = linted
  terminal.answer(linted)
  for (const { place, image, problem } of problems.slice(0, LISTED)) {
    const where = [place, image].filter((part) => part !== null).join(', ')
    terminal.say(`${where}: ${problem}`)
  }
  if (problems.length > LISTED) terminal.say(`and ${problems.length - LISTED} more`)
  terminal.say(
    `${counted(linted.instances, 'instance')} in ${counted(linted.images, 'image')}: ${problems.length === 0 ? 'no problem' : counted(problems.length, 'problem')}.`,
  )
  if (problems.length > 0) process.exitCode = FAILURE
}
