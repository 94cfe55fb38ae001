import type { Georeference } from '../contract/wire.ts'
import { emptyLike } from '../core/mapping/sample-array.ts'
import type { PixelSource, PixelWindow, Samples } from './pixel-source.ts'

/**
 * A source turned and mirrored as EXIF orientation 1 to 8 says.
 * @param orientation others count as 1
 */
export function oriented(source: PixelSource, orientation: number): PixelSource {
  if (!(orientation >= 2 && orientation <= 8)) return source
  const swaps = orientation >= 5
  const turned = (size: { width: number; height: number }) =>
    swaps ? { width: size.height, height: size.width } : size
  return {
    ...{ file: source.file, bands: source.bands, photometric: source.photometric, pages: source.pages },
    windowed: source.windowed,
    size: turned(source.size),
    levels: source.levels.map(turned),
    georeference: source.georeference && turnedPlace(source.georeference, source.size, orientation),
    async read(window, level = 0, bands): Promise<Samples> {
      const stored = source.levels[level]!
      const back = (part: PixelWindow): PixelWindow => storedWindow(part, stored, orientation)
      const samples = await source.read(back(window), level, bands)
      return turnSamples(samples, window, back(window), stored, orientation)
    },
    readAll: (bands, look) =>
      source.readAll(bands, (window, samples) => {
        // turned the other way round, a stored place is that of a shown one
        const shown = storedWindow(
          window,
          turned(source.size),
          orientation === 6 ? 8 : orientation === 8 ? 6 : orientation,
        )
        look(shown, turnSamples(samples, shown, window, source.size, orientation))
      }),
    close: () => source.close(),
  }
}

/** The stored pixel that is shown at (x, y). @param size of the stored picture */
function storedPixel(
  x: number,
  y: number,
  { width, height }: { width: number; height: number },
  orientation: number,
): [number, number] {
  const [right, bottom] = [width - 1, height - 1]
  switch (orientation) {
    case 2:
      return [right - x, y]
    case 3:
      return [right - x, bottom - y]
    case 4:
      return [x, bottom - y]
    case 5:
      return [y, x]
    case 6:
      return [y, bottom - x]
    case 7:
      return [right - y, bottom - x]
    case 8:
      return [right - y, x]
    default:
      return [x, y]
  }
}

function storedWindow(
  { x, y, width, height }: PixelWindow,
  size: { width: number; height: number },
  orientation: number,
): PixelWindow {
  const [x1, y1] = storedPixel(x, y, size, orientation)
  const [x2, y2] = storedPixel(x + width - 1, y + height - 1, size, orientation)
  return {
    ...{ x: Math.min(x1, x2), y: Math.min(y1, y2) },
    ...{ width: Math.abs(x1 - x2) + 1, height: Math.abs(y1 - y2) + 1 },
  }
}

function turnSamples(
  samples: Samples,
  window: PixelWindow,
  stored: PixelWindow,
  size: { width: number; height: number },
  orientation: number,
): Samples {
  const bands = samples.data.length / (samples.width * samples.height)
  const data = emptyLike(samples.data, samples.data.length)
  for (let y = 0; y < window.height; y++) {
    for (let x = 0; x < window.width; x++) {
      const [u, v] = storedPixel(window.x + x, window.y + y, size, orientation)
      const from = ((v - stored.y) * stored.width + u - stored.x) * bands
      const to = (y * window.width + x) * bands
      for (let band = 0; band < bands; band++) data[to + band] = samples.data[from + band]!
    }
  }
  // where a part cannot be read all of the window is said to be so: turned files with damage are too rare for more
  const unread = samples.unread.length === 0 ? [] : [{ ...window, x: 0, y: 0 }]
  return { width: window.width, height: window.height, data, unread }
}

/** The georeference of the turned picture: its corner (x, y) is a corner of the stored one. */
function turnedPlace(
  { crs, transform: [a, b, c, d, e, f] }: Georeference,
  size: { width: number; height: number },
  orientation: number,
): Georeference {
  // corners behave as pixels of a picture that has one more in each direction
  const corners = { width: size.width + 1, height: size.height + 1 }
  const at = (x: number, y: number): [number, number] => {
    const [u, v] = storedPixel(x, y, corners, orientation)
    return [a * u + b * v + c, d * u + e * v + f]
  }
  const [origin, right, down] = [at(0, 0), at(1, 0), at(0, 1)]
  const transform: Georeference['transform'] = [
    right[0] - origin[0],
    down[0] - origin[0],
    origin[0],
    right[1] - origin[1],
    down[1] - origin[1],
    origin[1],
  ]
  return { crs, transform }
}
