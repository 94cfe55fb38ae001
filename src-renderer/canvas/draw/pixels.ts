import type { PixelTile } from '../../../src-main/contract/wire.ts'
import { overlapOf } from '../../../src-main/core/geometry/box.ts'
import type { PixelBox } from '../../../src-main/core/mask/rle.ts'
import type { Picture } from '../../../src-main/core/smart-box/field.ts'
import type { Frame } from './fit.ts'
import { drawPicture } from './fit.ts'
import { drawGaps } from './gaps.ts'

/** Decoded tiles that are kept, those in view aside: going back to an image shows it at once. */
const KEPT = 24

interface Entry {
  bitmap: ImageBitmap | null
  failed: boolean
}

/** The image's pixels: fetches the tiles in view, keeps the last ones, draws them in the order given (coarse ones first). */
export class Pixels {
  #tiles: readonly PixelTile[] = []
  /** other pixels of the same place, which are shown until those are there */
  #before: readonly PixelTile[] = []
  readonly #entries = new Map<string, Entry>()
  readonly #loaded: () => void
  readonly #failed: (url: string) => void
  readonly #drawn: (first: string | null) => void
  readonly #probe = new OffscreenCanvas(1, 1)
  #closed = false

  /** @param drawn a frame was drawn: address of the first tile, where there were pixels, be they coarse, for all that is in view; else null */
  constructor(loaded: () => void, failed: (url: string) => void, drawn: (first: string | null) => void) {
    this.#loaded = loaded
    this.#failed = failed
    this.#drawn = drawn
  }

  /** @param same of the image whose tiles these were, which stay until the new ones are there */
  setTiles(tiles: readonly PixelTile[], same = false): void {
    if (!same) this.#before = []
    else if (tiles[0]?.url !== this.#tiles[0]?.url) this.#before = this.#tiles
    this.#tiles = tiles
    for (const tile of tiles) {
      const entry = this.#entries.get(tile.url)
      if (entry?.failed) this.#entries.delete(tile.url)
    }
  }

  /** Tiles that are likely to be shown soon are fetched and decoded meanwhile. */
  prepare(tiles: readonly PixelTile[]): void {
    for (const { url } of tiles) this.#entry(url, true)
  }

  draw(context: CanvasRenderingContext2D, frame: Frame): void {
    const inView = (tile: PixelTile) => overlapOf(tile, frame.visible) !== null
    const seen = this.#tiles.filter(inView)
    // the first is of the whole image
    const first = seen[0] && this.#entry(seen[0].url)
    if (first?.bitmap || first?.failed) this.#before = []
    const all = [...this.#before.filter(inView), ...seen]
    for (const tile of all) {
      const { bitmap } = this.#entry(tile.url)
      if (!bitmap) continue
      if (tile.gaps) drawGaps(context, tile, frame)
      drawPicture(context, sized(bitmap), tile, frame, 'near')
    }
    this.#forget(new Set(all.map(({ url }) => url)))
    this.#drawn(first?.bitmap ? (seen[0]?.url ?? null) : null)
  }

  /** Draws all that is loaded into a rectangle of `width` x `height` for an image of `imageWidth` px. */
  drawSmall(context: OffscreenCanvasRenderingContext2D, scale: number): void {
    context.imageSmoothingQuality = 'medium'
    for (const { url, x, y, width, height } of this.#tiles) {
      const bitmap = this.#entries.get(url)?.bitmap
      if (bitmap) context.drawImage(bitmap, x * scale, y * scale, width * scale, height * scale)
    }
  }

  /** Colour of a pixel as shown, 0..255; null while its tile is not there. */
  rgbAt(x: number, y: number): readonly [number, number, number] | null {
    const tile = this.#tiles.findLast(
      (t) =>
        x >= t.x && y >= t.y && x < t.x + t.width && y < t.y + t.height && this.#entries.get(t.url)?.bitmap,
    )
    const bitmap = tile && this.#entries.get(tile.url)?.bitmap
    const context = this.#probe.getContext('2d', { willReadFrequently: true })
    if (!bitmap || !context) return null
    const column = Math.floor(((x - tile.x) * bitmap.width) / tile.width)
    const row = Math.floor(((y - tile.y) * bitmap.height) / tile.height)
    context.drawImage(bitmap, column, row, 1, 1, 0, 0, 1, 1)
    const [r = 0, g = 0, b = 0] = context.getImageData(0, 0, 1, 1).data
    return [r, g, b]
  }

  /** Pixels as they are, [height, width, 4]; null while a tile of them is not there. */
  read(area: PixelBox): Picture | null {
    const { x, y, width, height } = area
    const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })
    if (!context) return null
    // finer tiles come later, over coarse ones
    for (const tile of this.#tiles) {
      if (overlapOf(tile, area) === null) continue
      const bitmap = this.#entries.get(tile.url)?.bitmap
      if (!bitmap) continue
      const place = [tile.x - x, tile.y - y, tile.width, tile.height] as const
      // where data are missing a tile is transparent: black, as the model sees it
      if (tile.gaps) context.fillRect(...place)
      context.drawImage(bitmap, ...place)
    }
    const { data } = context.getImageData(0, 0, width, height)
    // what no tile has drawn is still transparent
    for (let p = 3; p < data.length; p += 4) if (data[p] === 0) return null
    return { area, pixels: data, step: 4 }
  }

  close(): void {
    this.#closed = true
    for (const { bitmap } of this.#entries.values()) bitmap?.close()
    this.#entries.clear()
  }

  /** @param early nobody sees it yet: a failure is told when it is to be shown */
  #entry(url: string, early = false): Entry {
    const known = this.#entries.get(url)
    const entry = known ?? { bitmap: null, failed: false }
    // the map's order is the order of use
    this.#entries.delete(url)
    this.#entries.set(url, entry)
    if (!known) void this.#load(url, entry, early)
    return entry
  }

  async #load(url: string, entry: Entry, early: boolean): Promise<void> {
    try {
      const response = await fetch(url)
      if (!response.ok) throw new Error(String(response.status))
      const bitmap = await createImageBitmap(await response.blob(), { colorSpaceConversion: 'none' })
      if (this.#closed || this.#entries.get(url) !== entry) return bitmap.close()
      entry.bitmap = bitmap
      this.#loaded()
    } catch {
      if (this.#closed || this.#entries.get(url) !== entry) return
      // as if it had never been asked for
      if (early) return void this.#entries.delete(url)
      entry.failed = true
      this.#failed(url)
    }
  }

  #forget(inUse: ReadonlySet<string>): void {
    for (const [url, entry] of this.#entries) {
      if (this.#entries.size <= inUse.size + KEPT) return
      if (inUse.has(url)) continue
      entry.bitmap?.close()
      this.#entries.delete(url)
    }
  }
}

function sized(bitmap: ImageBitmap): { image: ImageBitmap; width: number; height: number } {
  return { image: bitmap, width: bitmap.width, height: bitmap.height }
}

/** Lines between pixels, so faint that they show on dark and bright ground; from 1,000 %. */
export function drawPixelGrid(context: CanvasRenderingContext2D, { camera, visible, ratio }: Frame): void {
  if (camera.scale < 10) return
  const snap = (value: number) => (Math.round(value * ratio) + 0.5) / ratio
  const [left, top] = [Math.floor(visible.x), Math.floor(visible.y)]
  const [right, bottom] = [Math.ceil(visible.x + visible.width), Math.ceil(visible.y + visible.height)]
  const toX = (x: number) => snap(x * camera.scale + camera.x)
  const toY = (y: number) => snap(y * camera.scale + camera.y)
  context.beginPath()
  for (let x = left; x <= right; x++) {
    context.moveTo(toX(x), toY(top))
    context.lineTo(toX(x), toY(bottom))
  }
  for (let y = top; y <= bottom; y++) {
    context.moveTo(toX(left), toY(y))
    context.lineTo(toX(right), toY(y))
  }
  context.lineWidth = 1 / ratio
  context.strokeStyle = 'rgb(128 128 128 / 0.35)'
  context.stroke()
}
