import type { RandomFile } from './format.ts'

/**
 * Which pieces of a file belong to which image: their places alone, 24 bytes a piece, so that a file of a gigabyte whose
 * entries come in any order is read image by image without ever being held.
 */
export class GroupedPieces {
  #at = new Float64Array(1024)
  #length = new Uint32Array(1024)
  #next = new Int32Array(1024)
  #line = new Uint32Array(1024)
  #count = 0
  readonly #first: number[] = []
  readonly #last: number[] = []

  /** @param group a number from 0, given in order */
  add(group: number, at: number, length: number, line: number): void {
    if (this.#count === this.#at.length) this.#grow()
    const piece = this.#count++
    this.#at[piece] = at
    this.#length[piece] = length
    this.#line[piece] = line
    this.#next[piece] = -1
    while (this.#first.length <= group) {
      this.#first.push(-1)
      this.#last.push(-1)
    }
    const last = this.#last[group]!
    if (last === -1) this.#first[group] = piece
    else this.#next[last] = piece
    this.#last[group] = piece
  }

  /** The pieces of a group, in the order in which they were added. */
  *of(group: number): Generator<{ at: number; length: number; line: number }> {
    for (let piece = this.#first[group] ?? -1; piece !== -1; piece = this.#next[piece]!) {
      yield { at: this.#at[piece]!, length: this.#length[piece]!, line: this.#line[piece]! }
    }
  }

  #grow(): void {
    const wider = <T extends Float64Array | Uint32Array | Int32Array>(array: T, larger: T): T => {
      larger.set(array)
      return larger
    }
    const size = this.#at.length * 2
    this.#at = wider(this.#at, new Float64Array(size))
    this.#length = wider(this.#length, new Uint32Array(size))
    this.#next = wider(this.#next, new Int32Array(size))
    this.#line = wider(this.#line, new Uint32Array(size))
  }
}

/** Bytes that are read at once: where pieces follow each other, and where they come in no order. */
const [ALONG, APART] = [1 << 16, 1 << 11]

/** Reads pieces of a file; those that stand near each other with one reading. */
export class PieceReader {
  readonly #file: RandomFile
  #block: Buffer = Buffer.alloc(0)
  #at = 0

  constructor(file: RandomFile) {
    this.#file = file
  }

  /** The bytes are good until the next call. */
  async read(at: number, length: number): Promise<Buffer> {
    if (at < this.#at || at + length > this.#at + this.#block.length) {
      const end = this.#at + this.#block.length
      const follows = at >= this.#at && at <= end + APART
      this.#block = await this.#file.read(at, Math.max(length, follows ? ALONG : APART))
      this.#at = at
    }
    return this.#block.subarray(at - this.#at, at - this.#at + length)
  }
}
