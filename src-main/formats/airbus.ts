import { DrydockError } from '../contract/errors.ts'
import type { Rle, Size } from '../core/mask/rle.ts'
import { formatRle } from '../core/mask/rle.ts'
import { labelFormat } from '../contract/label-formats.ts'
import { headOf, onlyFile } from './files.ts'
import { HOLDS, labelledImage } from './format.ts'
import type { BrokenRow, ImageToWrite, LabelFormat, LabelledInstance, LabelSink } from './format.ts'

/**
 * The CSV of the Airbus Ship Detection challenge: `ImageId,EncodedPixels`, a row for each ship, and a row without
 * pixels for an image without ships. Runs must be sorted and disjoint; those that touch are merged.
 * Read byte by byte: no string is made but the image's name, so that 17 MB take a tenth of a second.
 */
export const airbus: LabelFormat = {
  ...labelFormat('airbus'),
  canHold: {
    ...HOLDS.pixels,
    scores: false,
    categories: false,
  },
  async recognise(source) {
    const head = await headOf(source)
    return head !== null && isHeader(firstLine(head))
  },
  async *read(source, report) {
    const labels = readAirbus(await source.read(onlyFile(source, this), LARGEST_FILE))
    labels.broken.forEach(report)
    for (const [name, instances] of labels.images) {
      yield { ...labelledImage([name]), instances }
    }
  },
  async write(images: AsyncIterable<ImageToWrite>, sink: LabelSink) {
    await sink.append('', AIRBUS_HEADER)
    for await (const { name, instances } of images) {
      await sink.append(
        '',
        airbusRows(
          name,
          instances.map(({ rle }) => rle),
        ),
      )
    }
  },
}

/** What an Airbus CSV says: rows of one image may stand anywhere in it. */
export interface Labels {
  /** by the image's name in the file, in order of first appearance; [] = the file says: no ship */
  images: Map<string, LabelledInstance[]>
  /** rows with content, broken ones included */
  rows: number
  /** by line */
  broken: BrokenRow[]
}

const LARGEST_FILE = 2 ** 31 - 1
const HEADER = 'ImageId,EncodedPixels'
const NEWLINE = 10
const RETURN = 13
const SPACE = 32
const QUOTE = 34
const COMMA = 44
const LARGEST = 0xffffffff

/** A place in the file. */
interface Cursor {
  readonly bytes: Buffer
  at: number
  line: number
}

/** Why the rest of a row makes no sense; thrown inside a row, caught at its end. */
class RowError extends Error {}

/** The first line of a file. */
export const AIRBUS_HEADER = `${HEADER}\n`

/**
 * Reads a whole file; broken rows are listed, never thrown.
 * @param size where given, masks that reach beyond it are broken
 * @throws DrydockError `file_broken` where its first line is not that of an Airbus CSV
 */
export function readAirbus(bytes: Uint8Array, size?: Size): Labels {
  const cursor: Cursor = {
    bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
    at: 0,
    line: 1,
  }
  readHeader(cursor)
  const labels: Labels = { images: new Map(), rows: 0, broken: [] }
  const limit = size ? size.width * size.height : LARGEST
  const runs = new RunReader(cursor, limit, size)
  /** where an image was said to have no ship */
  const blank = new Map<string, number>()
  while (skipEmptyLines(cursor)) {
    const { line } = cursor
    let image: string | null = null
    labels.rows++
    try {
      image = readImage(cursor)
      const rle = runs.read()
      const known = labels.images.get(image)
      if (rle === null) {
        if (known?.length)
          throw new RowError(`says no ship, but line ${known[0]!.line} marks one in ${image}`)
        if (!known) labels.images.set(image, [])
        blank.set(image, line)
      } else {
        if (blank.has(image))
          throw new RowError(`marks a ship, but line ${blank.get(image)} says ${image} has none`)
        const instance = { rle, line, category: null, score: null }
        if (known) known.push(instance)
        else labels.images.set(image, [instance])
      }
    } catch (error) {
      if (!(error instanceof RowError)) throw error
      labels.broken.push({ line, image, reason: error.message })
    }
    skipLine(cursor)
  }
  return labels
}

/** The first line, without a byte order mark; cut after 200 bytes. */
function firstLine(bytes: Buffer): string {
  const start = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0
  return bytes.toString('utf8', start, Math.min(lineEnd(bytes, start), start + 200)).trim()
}

function isHeader(line: string): boolean {
  return line.replaceAll(/[" ]/g, '').toLowerCase() === HEADER.toLowerCase()
}

function readHeader(cursor: Cursor): void {
  const found = firstLine(cursor.bytes)
  if (!isHeader(found)) {
    const what = found === '' ? 'is empty' : `reads "${found.slice(0, 60).replaceAll(/[^\x20-\x7e]/g, '?')}"`
    throw new DrydockError(
      'file_broken',
      `This is no Airbus CSV in UTF-8: its first line ${what} and should read "${HEADER}".`,
    )
  }
  skipLine(cursor)
}

function lineEnd(bytes: Buffer, from: number): number {
  const end = bytes.indexOf(NEWLINE, from)
  return end === -1 ? bytes.length : end
}

function skipLine(cursor: Cursor): void {
  cursor.at = lineEnd(cursor.bytes, cursor.at) + 1
  cursor.line++
}

/** Goes to the first line that holds more than spaces; false at the end of the file. */
function skipEmptyLines(cursor: Cursor): boolean {
  const { bytes } = cursor
  for (let at = cursor.at; at < bytes.length; at++) {
    const byte = bytes[at]!
    if (byte === NEWLINE) {
      cursor.line++
      cursor.at = at + 1
    } else if (byte !== RETURN && byte !== SPACE) return true
  }
  return false
}

/** The first field; leaves the cursor behind its comma. */
function readImage(cursor: Cursor): string {
  const { bytes } = cursor
  const start = cursor.at
  let quote = start
  while (bytes[quote] === SPACE) quote++
  if (bytes[quote] === QUOTE) {
    cursor.at = quote
    return readQuotedImage(cursor)
  }
  let ascii = true
  while (cursor.at < bytes.length) {
    const byte = bytes[cursor.at]!
    if (byte === COMMA || byte === NEWLINE) break
    if (byte >= 128) ascii = false
    cursor.at++
  }
  if (bytes[cursor.at] !== COMMA) throw new RowError('has no comma between ImageId and EncodedPixels')
  const image = bytes.toString(ascii ? 'latin1' : 'utf8', start, cursor.at)
  if (image.trim() === '') throw new RowError('names no image')
  cursor.at++
  return image
}

/** As {@link readImage} for a name in quotes, which may hold commas, doubled quotes and line breaks. */
function readQuotedImage(cursor: Cursor): string {
  const { bytes } = cursor
  const start = cursor.at + 1
  let end = start
  while (bytes[end] !== QUOTE || bytes[end + 1] === QUOTE) {
    if (end >= bytes.length) throw new RowError('opens a quote that is never closed')
    end += bytes[end] === QUOTE ? 2 : 1
  }
  const text = bytes.toString('utf8', start, end)
  cursor.line += text.split('\n').length - 1
  const image = text.replaceAll('""', '"')
  cursor.at = end + 1
  if (bytes[cursor.at] !== COMMA) throw new RowError('has no comma between ImageId and EncodedPixels')
  if (image.trim() === '') throw new RowError('names no image')
  cursor.at++
  return image
}

/** Reads the second field of a row; keeps one scratch array for all rows. */
class RunReader {
  readonly #cursor: Cursor
  readonly #limit: number
  readonly #size: Size | undefined
  #numbers = new Uint32Array(1 << 12)

  /** @param limit the largest pixel number that the image has */
  constructor(cursor: Cursor, limit: number, size: Size | undefined) {
    this.#cursor = cursor
    this.#limit = limit
    this.#size = size
  }

  /** The row's mask, null where the field is empty. Leaves the cursor at or before the end of the line. */
  read(): Rle | null {
    const cursor = this.#cursor
    const { bytes } = cursor
    const quoted = bytes[cursor.at] === QUOTE
    if (quoted) cursor.at++
    let count = 0
    let n = 0
    let end = 0
    let start = 0
    for (;;) {
      const value = this.#readNumber(quoted)
      if (value === -1) break
      if (count++ % 2 === 0) {
        start = value
        continue
      }
      this.#check(start, value, end, n === 0 ? 0 : this.#numbers[n - 2]!)
      if (n > 0 && start === end) {
        this.#numbers[n - 1]! += value
      } else {
        if (n === this.#numbers.length) this.#grow()
        this.#numbers[n++] = start
        this.#numbers[n++] = value
      }
      end = start + value
    }
    if (count % 2 === 1) throw new RowError(`has ${count} numbers, which are no start and length pairs`)
    return n === 0 ? null : this.#numbers.slice(0, n)
  }

  /** The next number, -1 at the end of the field. */
  #readNumber(quoted: boolean): number {
    const cursor = this.#cursor
    const { bytes } = cursor
    let at = cursor.at
    while (bytes[at] === SPACE || bytes[at] === RETURN) at++
    const first = at
    let value = 0
    for (; at < bytes.length; at++) {
      const digit = bytes[at]! - 48
      if (digit < 0 || digit > 9) break
      value = value * 10 + digit
    }
    cursor.at = at
    const next = at < bytes.length ? bytes[at]! : NEWLINE
    if (next === SPACE || next === NEWLINE || next === RETURN) {
      if (value > LARGEST) throw new RowError(`has the number ${this.#token(first)}, which is too large`)
      return at === first ? -1 : value
    }
    if (quoted && next === QUOTE) {
      if (at > first) return value
      this.#endQuoted()
      return -1
    }
    throw new RowError(
      next === COMMA
        ? 'has more than two fields'
        : `has "${this.#token(first)}" where a whole number should be`,
    )
  }

  #endQuoted(): void {
    const { bytes, at } = this.#cursor
    const rest = bytes.toString('utf8', at + 1, lineEnd(bytes, at)).trim()
    if (rest.startsWith(',')) throw new RowError('has more than two fields')
    if (rest !== '') throw new RowError(`goes on after the closing quote: "${rest.slice(0, 20)}"`)
  }

  #check(start: number, length: number, end: number, previous: number): void {
    if (start === 0) throw new RowError('has a run that starts at 0, but starts count from 1')
    if (length === 0) throw new RowError(`has a run of length 0 at ${start}`)
    if (start < end) {
      throw new RowError(
        start < previous
          ? `is not sorted: the run at ${start} comes after the one at ${previous}`
          : `has runs that overlap at ${start}`,
      )
    }
    const last = start + length - 1
    if (last > this.#limit) {
      const size = this.#size ? ` of ${this.#size.width} x ${this.#size.height}` : ''
      throw new RowError(`reaches pixel ${last}, but an image${size} has ${this.#limit}`)
    }
  }

  #grow(): void {
    const larger = new Uint32Array(this.#numbers.length * 2)
    larger.set(this.#numbers)
    this.#numbers = larger
  }

  #token(from: number): string {
    const text = this.#cursor.bytes.toString(
      'utf8',
      from,
      Math.min(from + 24, lineEnd(this.#cursor.bytes, from)),
    )
    return text.split(/[\s,"]/)[0] ?? ''
  }
}

/** The rows of one image, without pixels where it has no ship. */
export function airbusRows(image: string, masks: readonly Rle[]): string {
  // spaces at the ends are part of a name only in quotes
  const name = /[",\r\n]/.test(image) || image.trim() !== image ? `"${image.replaceAll('"', '""')}"` : image
  return masks.length === 0 ? `${name},\n` : masks.map((mask) => `${name},${formatRle(mask)}\n`).join('')
}

/** A whole Airbus CSV in pieces. */
export function* writeAirbus(
  images: Iterable<readonly [image: string, masks: readonly Rle[]]>,
): Generator<string> {
  yield AIRBUS_HEADER
  for (const [image, masks] of images) yield airbusRows(image, masks)
}
