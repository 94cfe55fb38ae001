import type { Mapping } from '../contract/wire.ts'
import { readSeen } from './decode.ts'
import type { Seen } from './decode.ts'
import type { PixelSource, PixelWindow } from './pixel-source.ts'

/** So many pixels are read at once where a picture is made smaller. */
const PIXELS_AT_ONCE = 1 << 21

/**
 * A window as it is seen, each `times` x `times` pixels averaged to one; what is left over at the end is averaged with fewer.
 * Opacity is the share of them that has data.
 */
export async function readSmaller(
  source: PixelSource,
  mapping: Mapping,
  window: PixelWindow,
  { level, times }: { level: number; times: number },
): Promise<Seen> {
  if (times === 1) return readSeen(source, mapping, window, level)
  const width = Math.ceil(window.width / times)
  const height = Math.ceil(window.height / times)
  const small = { width, height, data: new Uint8Array(width * height * 3), unread: [] as PixelWindow[] }
  let opacity: Uint8Array | null = null
  const rows = Math.max(1, Math.floor(PIXELS_AT_ONCE / window.width / times))
  for (let row = 0; row < height; row += rows) {
    const top = row * times
    const strip = { ...window, y: window.y + top, height: Math.min(rows * times, window.height - top) }
    const part = await readSeen(source, mapping, strip, level)
    const less = averaged(part, times)
    small.data.set(less.data, row * width * 3)
    if (less.opacity) {
      opacity ??= new Uint8Array(width * height).fill(255)
      opacity.set(less.opacity, row * width)
    }
    for (const hole of part.unread) {
      const [x, y] = [Math.floor(hole.x / times), row + Math.floor(hole.y / times)]
      const right = Math.ceil((hole.x + hole.width) / times)
      const bottom = row + Math.ceil((hole.y + hole.height) / times)
      small.unread.push({ x, y, width: Math.min(width, right) - x, height: Math.min(height, bottom) - y })
    }
  }
  return { ...small, opacity }
}

function averaged(seen: Seen, times: number): { data: Uint8Array; opacity: Uint8Array | null } {
  const { width, height } = seen
  const [across, down] = [Math.ceil(width / times), Math.ceil(height / times)]
  const data = new Uint8Array(across * down * 3)
  const opacity = seen.opacity && new Uint8Array(across * down)
  // red, green, blue and number of the pixels that have data
  const sums = new Uint32Array(across * 4)
  for (let row = 0; row < down; row++) {
    const rows = Math.min(times, height - row * times)
    sums.fill(0)
    for (let y = row * times; y < row * times + rows; y++) addRow(sums, seen, y, times)
    for (let column = 0; column < across; column++) {
      const at = row * across + column
      const n = sums[column * 4 + 3]!
      for (let band = 0; band < 3; band++)
        data[at * 3 + band] = Math.round(sums[column * 4 + band]! / Math.max(1, n))
      if (!opacity) continue
      const all = rows * (Math.min(width, (column + 1) * times) - column * times)
      opacity[at] = Math.round((255 * n) / all)
    }
  }
  return { data, opacity }
}

function addRow(sums: Uint32Array, { width, data, opacity }: Seen, y: number, times: number): void {
  for (let x = 0, column = 0; x < width; column += 4) {
    const end = Math.min(width, x + times)
    let [red, green, blue, n] = [0, 0, 0, 0]
    for (; x < end; x++) {
      const p = y * width + x
      if (opacity && opacity[p] === 0) continue
      red += data[p * 3]!
      green += data[p * 3 + 1]!
      blue += data[p * 3 + 2]!
      n++
    }
    sums[column]! += red
    sums[column + 1]! += green
    sums[column + 2]! += blue
    sums[column + 3]! += n
  }
}
