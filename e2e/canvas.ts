import type { Page } from '@playwright/test'
import { expect } from './harness.ts'

export interface Point {
  x: number
  y: number
}

/** The canvas as a person meets it: where an image pixel is on the screen is learnt from the readout alone. */
export class CanvasHand {
  readonly #page: Page
  #origin: Point = { x: 0, y: 0 }
  #scale = 1

  constructor(page: Page) {
    this.#page = page
  }

  /** Call it after the image or the camera changed. The middle of the canvas must lie in the image. */
  async look(): Promise<void> {
    const box = await this.#page.getByTestId('canvas').boundingBox()
    if (!box) throw new Error('no canvas')
    const middle = { x: box.x + box.width / 2, y: box.y + box.height / 2 }
    const reach = Math.min(box.width, box.height) / 6
    const [from, to] = [
      { x: middle.x - reach, y: middle.y - reach },
      { x: middle.x + reach, y: middle.y + reach },
    ]
    let [a, b] = [from, from]
    // a busy machine may show the pixel before, or not have laid out all yet: until two places are two pixels, twice the same
    await expect(async () => {
      const before = [a, b]
      ;[a, b] = [await this.#pixelAt(from), await this.#pixelAt(to)]
      expect(b.x).toBeGreaterThan(a.x)
      expect([a, b]).toEqual(before)
    }).toPass({ intervals: [20] })
    this.#scale = (to.x - from.x) / (b.x - a.x)
    this.#origin = { x: from.x - (a.x + 0.5) * this.#scale, y: from.y - (a.y + 0.5) * this.#scale }
  }

  /** Screen position of the middle of image pixel (x, y), to about a pixel of the image. */
  at(x: number, y: number): Point {
    return {
      x: this.#origin.x + (x + 0.5) * this.#scale,
      y: this.#origin.y + (y + 0.5) * this.#scale,
    }
  }

  async click(x: number, y: number): Promise<void> {
    const point = this.at(x, y)
    await this.#page.mouse.click(point.x, point.y)
  }

  async hover(x: number, y: number): Promise<void> {
    const point = this.at(x, y)
    await this.#page.mouse.move(point.x, point.y, { steps: 3 })
  }

  /** One stroke through image points. */
  async stroke(...points: readonly [number, number][]): Promise<void> {
    const [first, ...others] = points.map(([x, y]) => this.at(x, y))
    if (!first) return
    await this.#page.mouse.move(first.x, first.y)
    await this.#page.mouse.down()
    for (const point of others) await this.#page.mouse.move(point.x, point.y, { steps: 4 })
    await this.#page.mouse.up()
  }

  /** A polygon, closed with Enter. */
  async polygon(...points: readonly [number, number][]): Promise<void> {
    await this.#page.keyboard.press('p')
    for (const [x, y] of points) {
      await this.click(x, y)
    }
    await this.#page.keyboard.press('Enter')
  }

  async #pixelAt(point: Point): Promise<Point> {
    const readout = this.#page.getByTestId('readout')
    // from elsewhere, so that the readout is new
    await this.#page.mouse.move(point.x + 7, point.y + 7)
    await this.#page.mouse.move(point.x, point.y)
    await expect(readout).toContainText(/x \d+\s*y \d+/)
    await this.#page.evaluate(
      () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
    )
    const [, x, y] = /x (\d+)\s*y (\d+)/.exec(await readout.innerText()) ?? []
    return { x: Number(x), y: Number(y) }
  }
}
