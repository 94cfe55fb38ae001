import type { Command } from 'commander'
import type { LabelFormatId } from '../contract/label-formats.ts'
import { counted } from './table.ts'
import { FAILURE, onTerminal } from './terminal.ts'
import type { Terminal } from './terminal.ts'
import { formatOption } from './values.ts'

/** Rows left out that are listed for people; the rest is in --json. */
const LISTED = 50

interface Options {
  from: string
  format?: LabelFormatId
  images?: string
  to: LabelFormatId
  out: string
}

export function addConvert(program: Command): void {
  const command = program
    .command('convert')
    .description('Bring labels from any format to any other, without a project')
    .requiredOption('--from <path>', 'label file, or the folder of them')
    .addOption(formatOption('--format', 'what it is; default: what it looks like'))
    .option('--images <folder>', 'the images; needed where the labels do not say their sizes')
    .addOption(formatOption('--to', 'what to write').makeOptionMandatory())
    .requiredOption('--out <path>', 'file to write, or a new folder, as the format is')
  onTerminal(command, (terminal) => convert(terminal, command.opts<Options>()))
}

async function convert(terminal: Terminal, { from, format, images, to, out }: Options): Promise<void> {
  const { convertLabels } = await import('../services/exchange/convert.ts')
  const { describeBroken } = await import('../services/machinery/label-files.ts')
  const converted = await convertLabels(
    { from, fromFormat: format, images, to, out },
    {
      signal: terminal.signal,
      onLosses: (lost) => {
        if (lost.length > 0) terminal.note(`This format cannot hold ${lost.join('; ')}.`)
      },
      onProgress: (done) => terminal.progress(counted(done, 'image')),
    },
  )
  const { leftOut, crowds } = converted
  for (const row of leftOut.slice(0, LISTED)) terminal.note(`${describeBroken(row)}. It is left out.`)
  if (leftOut.length > LISTED) terminal.note(`${leftOut.length - LISTED} more are left out.`)
  if (crowds > 0) terminal.note(`${counted(crowds, 'area')} of many objects (iscrowd) left out: no truth.`)
  terminal.answer({
    ...{ from: converted.from.id, to, out: converted.out },
    ...{ images: converted.images, instances: converted.instances, crowds, lost: converted.lost },
    left_out: leftOut
      .slice(0, 1000)
      .map(({ line, place, image, reason }) => ({ line, place, image, reason })),
    left_out_count: leftOut.length,
  })
  terminal.say(
    `Wrote ${counted(converted.instances, 'instance')} of ${counted(converted.images, 'image')} to ${converted.out} (from ${converted.from.name}).`,
  )
  if (leftOut.length > 0) process.exitCode = FAILURE
}
