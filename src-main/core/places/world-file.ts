import type { Georeference } from '../../contract/wire.ts'

/**
 * Reads a world file: six numbers, the last two the centre of the first pixel.
 * @param text of the file
 * @param projection text of a `.prj` file beside it, or null
 * @returns null where it is no world file
 */
export function readWorldFile(text: string, projection: string | null): Georeference | null {
  const numbers = text.trim().split(/\s+/).map(Number)
  if (numbers.length !== 6 || !numbers.every(Number.isFinite)) return null
  const [a, d, b, e, c, f] = numbers as [number, number, number, number, number, number]
  if (a * e === b * d) return null
  const crs = projection?.trim() ?? ''
  return { crs: crs === '' ? null : crs, transform: [a, b, c - (a + b) / 2, d, e, f - (d + e) / 2] }
}

/** Names that a world file of an image may have. @param file of the image, with any separators */
export function worldFileNames(file: string): string[] {
  const ending = /\.([a-z0-9]+)$/i.exec(file)?.[1] ?? ''
  const stem = file.slice(0, file.length - ending.length)
  const short = ending.length >= 2 ? `${ending[0]}${ending.at(-1)}w` : ''
  return [...new Set([short, `${ending}w`, 'wld'])]
    .filter((own) => own !== '')
    .flatMap((own) => [stem + own.toLowerCase(), stem + own.toUpperCase()])
}
