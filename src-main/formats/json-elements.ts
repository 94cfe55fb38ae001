import { DrydockError } from '../contract/errors.ts'
import type { RandomFile } from './format.ts'

/** A value below the top of a JSON file, as text that has not been parsed. */
export interface JsonElement {
  /** the member that it belongs to; '' where the file is one array */
  key: string
  /** place in its array, from 0; -1: the member is no array, and this is its value */
  index: number
  /** byte at which it begins */
  at: number
  bytes: Buffer
}

const CHUNK = 1 << 20
/** One element of this many bytes is a mistake or an attack: a mask of a gigapixel is smaller. */
const LARGEST = 64 << 20

const State = { root: 0, key: 1, colon: 2, value: 3, inside: 4, after: 5, end: 6 } as const

const [QUOTE, BACKSLASH, COMMA, COLON] = [34, 92, 44, 58]
const [OPEN_BRACE, CLOSE_BRACE, OPEN_BRACKET, CLOSE_BRACKET] = [123, 125, 91, 93]

/**
 * Walks through a JSON file of any size and gives the elements of its arrays (and other values) one by one, as they stand:
 * an object `{"images": [...], "annotations": [...]}` in any order, or one array. Only one element is in memory at a time.
 * @param wanted members that are given; all others are skipped
 * @param atOnce bytes of one reading
 * @returns batches, in the order of the file
 * @throws DrydockError `file_broken` where the file is no JSON, or an element is larger than 64 MiB
 */
export async function* jsonElements(
  file: RandomFile,
  wanted: ReadonlySet<string>,
  atOnce = CHUNK,
): AsyncGenerator<JsonElement[]> {
  const walk = new Walk(wanted)
  for (let at = 0; at < file.bytes; at += atOnce) {
    const chunk = await file.read(at, atOnce)
    if (chunk.length === 0) break
    const found = walk.take(chunk, at)
    if (found.length > 0) yield found
    if (chunk.length < atOnce) break
  }
  walk.finish()
}

class Walk {
  readonly #wanted: ReadonlySet<string>
  #state: number = State.root
  /** the root is an array, or a member's array is being walked through: what closes it */
  #inArray = false
  #rootIsArray = false
  #key = ''
  #index = -1
  #reading: 'key' | 'value' = 'value'
  /** of the value that is being read: brackets open, inside a string, after a backslash */
  #depth = 0
  #inString = false
  #escaped = false
  #scalar = false
  #start = 0
  #pieces: Buffer[] = []
  #collected = 0
  #found: JsonElement[] = []

  constructor(wanted: ReadonlySet<string>) {
    this.#wanted = wanted
  }

  /** The elements that end in this chunk. */
  take(chunk: Buffer, offset: number): JsonElement[] {
    this.#found = []
    let begin = this.#state === State.inside ? 0 : -1
    let i = offset === 0 && chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf ? 3 : 0
    while (i < chunk.length) {
      if (this.#state === State.inside) {
        const end = this.#skip(chunk, i)
        if (end === -1) break
        this.#close(chunk.subarray(begin, end))
        begin = -1
        i = end
        continue
      }
      const byte = chunk[i]!
      if (byte === 32 || byte === 10 || byte === 13 || byte === 9) {
        i++
        continue
      }
      if (this.#starts(byte, offset + i)) begin = i
      else i++
    }
    if (begin >= 0 && this.#collects()) {
      this.#collected += chunk.length - begin
      if (this.#collected > LARGEST) throw broken(`an entry at byte ${this.#start} is larger than 64 MiB`)
      this.#pieces.push(chunk.subarray(begin))
    }
    return this.#found
  }

  finish(): void {
    if (this.#state === State.end) return
    throw broken(
      this.#state === State.root ? 'it is empty' : 'it ends in the middle: it may have been cut off',
    )
  }

  #collects(): boolean {
    return this.#reading === 'key' || this.#wanted.has(this.#key)
  }

  /** A byte between values; true where a value or key begins with it, which is then not used up. */
  #starts(byte: number, at: number): boolean {
    switch (this.#state) {
      case State.root:
        if (byte !== OPEN_BRACE && byte !== OPEN_BRACKET) throw unexpected(byte, at)
        this.#rootIsArray = this.#inArray = byte === OPEN_BRACKET
        this.#index = 0
        this.#state = this.#rootIsArray ? State.value : State.key
        return false
      case State.key:
        if (byte === CLOSE_BRACE) this.#state = State.end
        else if (byte === QUOTE) return this.#begin('key', byte, at)
        else throw unexpected(byte, at)
        return false
      case State.colon:
        if (byte !== COLON) throw unexpected(byte, at)
        this.#state = State.value
        this.#index = -1
        return false
      case State.value:
        if (this.#inArray && byte === CLOSE_BRACKET && this.#index === 0) {
          this.#endArray()
          return false
        }
        if (!this.#inArray && byte === OPEN_BRACKET && this.#wanted.has(this.#key)) {
          this.#inArray = true
          this.#index = 0
          return false
        }
        return this.#begin('value', byte, at)
      case State.after:
        if (byte === COMMA) this.#state = this.#inArray ? State.value : State.key
        else if (this.#inArray && byte === CLOSE_BRACKET) this.#endArray()
        else if (!this.#inArray && byte === CLOSE_BRACE) this.#state = State.end
        else throw unexpected(byte, at)
        return false
      default:
        throw unexpected(byte, at)
    }
  }

  #endArray(): void {
    this.#inArray = false
    this.#state = this.#rootIsArray ? State.end : State.after
  }

  #begin(reading: 'key' | 'value', byte: number, at: number): true {
    if (!/["{[\-0-9tfn]/.test(String.fromCharCode(byte))) throw unexpected(byte, at)
    this.#reading = reading
    this.#state = State.inside
    this.#start = at
    this.#depth = 0
    this.#inString = false
    this.#escaped = false
    this.#scalar = byte !== QUOTE && byte !== OPEN_BRACE && byte !== OPEN_BRACKET
    this.#pieces = []
    this.#collected = 0
    return true
  }

  /** Where the value that is being read ends in this chunk (exclusive); -1: not in it. */
  #skip(chunk: Buffer, from: number): number {
    let i = from
    for (; i < chunk.length; i++) {
      const byte = chunk[i]!
      if (this.#inString) {
        if (this.#escaped) this.#escaped = false
        else if (byte === BACKSLASH) this.#escaped = true
        else if (byte === QUOTE) {
          this.#inString = false
          if (this.#depth === 0) return i + 1
        }
      } else if (byte === QUOTE) {
        this.#inString = true
      } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
        this.#depth++
      } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
        if (this.#scalar) return i
        if (--this.#depth === 0) return i + 1
      } else if (this.#scalar && (byte === COMMA || byte <= 32)) return i
    }
    return -1
  }

  /** The value that was being read is there. @param last its part of the current chunk */
  #close(last: Buffer): void {
    const bytes = this.#pieces.length === 0 ? last : Buffer.concat([...this.#pieces, last])
    this.#pieces = []
    if (this.#reading === 'key') {
      this.#key = parsedKey(bytes, this.#start)
      this.#state = State.colon
      return
    }
    this.#state = State.after
    if (this.#wanted.has(this.#key)) {
      this.#found.push({ key: this.#key, index: this.#index, at: this.#start, bytes })
    }
    if (this.#inArray) this.#index++
  }
}

function parsedKey(bytes: Buffer, at: number): string {
  try {
    const key: unknown = JSON.parse(bytes.toString('utf8'))
    if (typeof key === 'string') return key
  } catch {
    // said below
  }
  throw broken(`the name at byte ${at} cannot be read`)
}

function unexpected(byte: number, at: number): DrydockError {
  const what = byte > 32 && byte < 127 ? `"${String.fromCharCode(byte)}"` : `the byte ${byte}`
  return broken(`${what} stands at byte ${at}, where it makes no sense`)
}

function broken(why: string): DrydockError {
  return new DrydockError(
    'file_broken',
    `This is no whole JSON file: ${why}. Export it again and try once more.`,
  )
}

/** Parses one element; undefined where it is no JSON. */
export function parseElement(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8')) as unknown
  } catch {
    return undefined
  }
}
