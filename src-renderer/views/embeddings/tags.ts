const TAG_FONT = '600 11px "Inter Variable", sans-serif'

/** Height of a tag with the space to the next one, CSS px. */
const PITCH = 18

/** A tag that finds no free place so many heights away stays where it belongs. */
const TRIES = 6

interface Box {
  /** middle, CSS px */
  x: number
  y: number
  width: number
}

/**
 * Where a tag has room: its own place, or the next free one above or below.
 * @param way 1: downwards, -1: upwards
 */
export function freePlace(taken: readonly Box[], { x, y, width }: Box, way: 1 | -1): Box {
  for (let tries = 0; tries <= TRIES; tries++) {
    const box = { x, y: y + way * tries * PITCH, width }
    if (taken.every((other) => isApart(box, other))) return box
  }
  return { x, y, width }
}

function isApart(a: Box, b: Box): boolean {
  return Math.abs(a.y - b.y) >= PITCH - 1 || Math.abs(a.x - b.x) >= (a.width + b.width) / 2 + 1
}

/** CSS colours. */
interface Colours {
  plate: string
  ink: string
}

/** The tags of one drawing: none lies on another. */
export class Tags {
  readonly #context: CanvasRenderingContext2D
  readonly #theme: Colours
  readonly #taken: Box[] = []

  constructor(context: CanvasRenderingContext2D, theme: Colours) {
    this.#context = context
    this.#theme = theme
  }

  /** @param x @param y its middle where there is room, CSS px @param way where else it is looked for, see {@link freePlace} */
  draw(text: string, x: number, y: number, way: 1 | -1): void {
    const context = this.#context
    context.font = TAG_FONT
    context.textAlign = 'center'
    const box = freePlace(this.#taken, { x, y, width: context.measureText(text).width + 8 }, way)
    this.#taken.push(box)
    context.fillStyle = this.#theme.plate
    context.beginPath()
    context.roundRect(box.x - box.width / 2, box.y - 8, box.width, 16, 3)
    context.fill()
    context.fillStyle = this.#theme.ink
    context.fillText(text, box.x, box.y + 4)
  }
}
