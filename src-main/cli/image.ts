import type { Command } from 'commander'
import { InvalidArgumentError } from 'commander'
import type { DescribedImage } from '../services/images/describe.ts'
import { counted, table } from './table.ts'
import { onTerminal } from './terminal.ts'
import type { Terminal } from './terminal.ts'

interface Options {
  pixel: { x: number; y: number }[]
}

export function addImage(program: Command): void {
  const command = program
    .command('image')
    .description('Look into an image file: bands, place on the earth, and how its samples are shown')
    .argument('<file>', 'an image')
    .option('--pixel <X,Y>', 'also what is at this pixel, counted from 0; as often as wanted', pixel, [])
  onTerminal(command, (terminal) => describe(terminal, command.args[0]!, command.opts<Options>()))
}

/** '12,40': column and row. */
function pixel(text: string, before: { x: number; y: number }[]): { x: number; y: number }[] {
  const match = /^(\d{1,9}),(\d{1,9})$/.exec(text)
  if (!match) throw new InvalidArgumentError('Write column and row, counted from 0, like 120,48.')
  return [...before, { x: Number(match[1]), y: Number(match[2]) }]
}

async function describe(terminal: Terminal, file: string, options: Options): Promise<void> {
  const { describeImage } = await import('../services/images/describe.ts')
  const found = await describeImage(file, options.pixel)
  const { bands, low, high } = found.mapping
  terminal.answer({ ...found, mapping: { bands, low, high } })
  for (const line of inWords(found)) terminal.say(line)
}

function inWords({ width, height, bands, pages, georeference, mapping, pixels }: DescribedImage): string[] {
  const lines = [`${width} x ${height} pixels, ${counted(bands.length, 'band')}, ${counted(pages, 'page')}`]
  if (pages > 1) lines.push(`Page 1 of ${pages} is read.`)
  if (georeference) {
    const metres = georeference.pixel_metres
    const side =
      metres === null ? 'unknown on the ground' : `${Number(metres.toPrecision(6))} m on the ground`
    lines.push(`${georeference.crs ?? 'A place in an unnamed reference system'}; a pixel is ${side}`)
  }
  lines.push('')
  const shownAs = (i: number): string => {
    const shown = mapping.bands.indexOf(i + 1)
    if (shown < 0) return ''
    const colour = mapping.bands.length === 1 ? 'grey' : ['red', 'green', 'blue'][shown]!
    return `${colour}, ${mapping.low[shown]} to ${mapping.high[shown]}`
  }
  lines.push(
    ...table([
      ['band', 'name', 'type', 'nodata', 'shown as'],
      ...bands.map(({ name, type, nodata }, i) => [
        ...[`${i + 1}`, name, type, nodata === null ? '-' : `${nodata}`],
        shownAs(i),
      ]),
    ]),
    '',
    mapping.rule,
  )
  if (pixels.length > 0) {
    const rows = pixels.map(({ x, y, samples, rgb }) => [
      `${x},${y}`,
      samples.map((sample) => sample ?? 'none').join(' '),
      rgb.join(' '),
    ])
    lines.push('', ...table([['pixel', 'samples', 'red green blue'], ...rows]))
  }
  return lines
}
