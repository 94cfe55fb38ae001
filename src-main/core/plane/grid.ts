/** Points to a cell, about, and how many cells there are at most on a side. */
const [POINTS, MOST_CELLS] = [8, 512]

/** How many points tell where most of them lie. */
const SAMPLE = 2048

interface Corner {
  x: number
  y: number
}

/** Points of a plane in square cells, so that those near a place are found without looking at all. Those far out share the outermost cells. */
export class PointGrid {
  readonly #x: Float32Array
  readonly #y: Float32Array
  readonly #left: number
  readonly #top: number
  readonly #side: number
  readonly #columns: number
  readonly #rows: number
  /** [columns * rows + 1] where each cell's points begin in `order` */
  readonly #begin: Uint32Array
  readonly #order: Uint32Array

  /** @param x [n] finite @param y [n] finite */
  constructor(x: Float32Array, y: Float32Array) {
    this.#x = x
    this.#y = y
    const [left, right] = middleOf(x)
    const [top, bottom] = middleOf(y)
    const area = Math.max(1e-6, (right - left) * (bottom - top))
    const longest = Math.max(right - left, bottom - top, 1e-3)
    this.#side = Math.max(Math.sqrt((area * POINTS) / Math.max(1, x.length)), longest / MOST_CELLS)
    this.#left = left
    this.#top = top
    this.#columns = Math.floor((right - left) / this.#side) + 1
    this.#rows = Math.floor((bottom - top) / this.#side) + 1
    this.#begin = new Uint32Array(this.#columns * this.#rows + 1)
    this.#order = new Uint32Array(x.length)
    const cells = new Uint32Array(x.length)
    for (let i = 0; i < x.length; i++) {
      cells[i] = this.#row(y[i]!) * this.#columns + this.#column(x[i]!)
      this.#begin[cells[i]! + 1]!++
    }
    for (let cell = 1; cell < this.#begin.length; cell++) this.#begin[cell]! += this.#begin[cell - 1]!
    const next = this.#begin.slice()
    for (let i = 0; i < x.length; i++) this.#order[next[cells[i]!]!++] = i
  }

  /** Index of the point nearest to a place within `reach`, the lowest of equals; -1 if there is none. */
  nearest(x: number, y: number, reach: number): number {
    let best = -1
    let least = reach * reach
    const [from, to] = [this.#column(x - reach), this.#column(x + reach)]
    for (let row = this.#row(y - reach); row <= this.#row(y + reach); row++) {
      const end = this.#begin[row * this.#columns + to + 1]!
      for (let at = this.#begin[row * this.#columns + from]!; at < end; at++) {
        const i = this.#order[at]!
        const distance = (this.#x[i]! - x) ** 2 + (this.#y[i]! - y) ** 2
        if (distance < least || (distance === least && (best === -1 || i < best))) {
          least = distance
          best = i
        }
      }
    }
    return best
  }

  /** Indices of the points inside a polygon, by the non-zero rule, as a polygon in the image has its pixels: ascending. */
  inside(corners: readonly Corner[]): Uint32Array {
    if (corners.length < 3) return new Uint32Array(0)
    const crossed = this.#crossedBy(corners)
    const found: number[] = []
    for (let row = 0; row < this.#rows; row++) {
      const middle = this.#top + (row + 0.5) * this.#side
      const crossings = crossingsAt(corners, middle)
      for (let column = 0; column < this.#columns; column++) {
        const cell = row * this.#columns + column
        const [begin, end] = [this.#begin[cell]!, this.#begin[cell + 1]!]
        if (begin === end) continue
        // what no side runs through lies inside or outside as a whole; the outermost cells have no end
        const whole = crossed[cell] === 0 && !this.#isOutermost(column, row)
        const centre = this.#left + (column + 0.5) * this.#side
        if (whole && !isWithin(crossings, centre)) continue
        for (let at = begin; at < end; at++) {
          const i = this.#order[at]!
          if (whole || isWithin(crossingsAt(corners, this.#y[i]!), this.#x[i]!)) found.push(i)
        }
      }
    }
    return Uint32Array.from(found).sort()
  }

  /** [columns * rows] 1 where a side of the polygon may run through the cell */
  #crossedBy(corners: readonly Corner[]): Uint8Array {
    const crossed = new Uint8Array(this.#columns * this.#rows)
    corners.forEach((a, i) => {
      const b = corners[(i + 1) % corners.length]!
      const [upper, lower] = a.y < b.y ? [a, b] : [b, a]
      const slope = (lower.x - upper.x) / (lower.y - upper.y)
      const [first, last] = [this.#row(upper.y), this.#row(lower.y)]
      for (let row = first; row <= last; row++) {
        const from = Math.max(upper.y, this.#top + row * this.#side)
        const to = Math.min(lower.y, this.#top + (row + 1) * this.#side)
        // a level side, or one that only touches the row, is marked over its whole length
        const level = first === last || !(to > from)
        const [x0, x1] = level
          ? [upper.x, lower.x]
          : [upper.x + slope * (from - upper.y), upper.x + slope * (to - upper.y)]
        const [c0, c1] = [this.#column(Math.min(x0, x1)), this.#column(Math.max(x0, x1))]
        // a cell more on each side: sums are rounded
        const begin = row * this.#columns + Math.max(0, c0 - 1)
        crossed.fill(1, begin, row * this.#columns + Math.min(this.#columns - 1, c1 + 1) + 1)
      }
    })
    return crossed
  }

  #isOutermost(column: number, row: number): boolean {
    return column === 0 || row === 0 || column === this.#columns - 1 || row === this.#rows - 1
  }

  #column(x: number): number {
    return Math.min(this.#columns - 1, Math.max(0, Math.floor((x - this.#left) / this.#side)))
  }

  #row(y: number): number {
    return Math.min(this.#rows - 1, Math.max(0, Math.floor((y - this.#top) / this.#side)))
  }
}

interface Crossing {
  x: number
  turn: 1 | -1
}

/** Where all but the outermost hundredth on each side lie. */
function middleOf(values: Float32Array): [number, number] {
  if (values.length === 0) return [0, 1]
  const step = Math.max(1, Math.floor(values.length / SAMPLE))
  const sample = values.filter((_, i) => i % step === 0).sort()
  const cut = Math.floor(sample.length / 100)
  return [sample[cut]!, sample[sample.length - 1 - cut]!]
}

/** Where the sides of a polygon cross a level line; `turn`: 1 for a side downwards, -1 upwards. */
function crossingsAt(corners: readonly Corner[], y: number): Crossing[] {
  const crossings: Crossing[] = []
  for (let i = 0; i < corners.length; i++) {
    const a = corners[i]!
    const b = corners[i + 1] ?? corners[0]!
    if (a.y > y === b.y > y) continue
    crossings.push({ x: ((b.x - a.x) * (y - a.y)) / (b.y - a.y) + a.x, turn: b.y > a.y ? 1 : -1 })
  }
  return crossings
}

function isWithin(crossings: readonly Crossing[], x: number): boolean {
  let winding = 0
  for (const crossing of crossings) if (x < crossing.x) winding += crossing.turn
  return winding !== 0
}
