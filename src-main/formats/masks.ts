import { labelFormat } from '../contract/label-formats.ts'
import { eachColumnRun } from '../core/mask/rle.ts'
import { folderOf, stemOf, withEnding } from './files.ts'
import { HOLDS, labelledImage, leaveOut } from './format.ts'
import type { BrokenRow, ImageToWrite, LabelFormat, LabelledImage, LabelSink, LabelSource } from './format.ts'
import { maskOfRaster } from './rasters.ts'

/**
 * Binary masks: a folder for each image, of its path without ending, and in it (or in its `masks/`) a PNG for each
 * instance, where what is not 0 belongs to it. One that is all 0 names its image and no ship.
 */
export const masks: LabelFormat = {
  ...labelFormat('masks'),
  canHold: {
    ...HOLDS.pixels,
    scores: false,
    categories: false,
  },
  async recognise(source) {
    const all = withEnding(source, 'png')
    const some = all.slice(0, 10)
    if (some.length === 0 || some.some((path) => imageOf(path) === '')) return false
    for (const path of some) {
      const raster = await source.raster(path).catch(() => null)
      if (raster === null || new Set(raster.data).size > 2) return false
    }
    // where an image has the path of a picture, that picture is a label map of it
    return (await source.size([stemOf(some[0]!)])) === null
  },
  read: readMasks,
  write: writeMasks,
}

/** The path of the image that a mask belongs to, without ending. */
function imageOf(path: string): string {
  return folderOf(path)
    .replace(/\/$/, '')
    .replace(/\/masks$/i, '')
}

async function* readMasks(
  source: LabelSource,
  report: (broken: BrokenRow) => void,
): AsyncGenerator<LabelledImage> {
  const byImage = new Map<string, string[]>()
  for (const path of withEnding(source, 'png')) {
    const image = imageOf(path)
    if (image === '') {
      report({
        line: null,
        place: path,
        image: null,
        reason: 'lies in no folder that is named after an image',
      })
      continue
    }
    byImage.set(image, [...(byImage.get(image) ?? []), path])
  }
  for (const [name, paths] of byImage) {
    const image = labelledImage([name])
    for (const [i, path] of paths.toSorted(byNumber).entries()) {
      const broken = (reason: string): void => leaveOut(image, report, { line: null, place: path, reason })
      const raster = await source.raster(path).catch(() => null)
      if (raster === null) {
        broken('is no PNG of one channel')
        continue
      }
      const { width, height } = raster
      image.size ??= { width, height }
      if (image.size.width !== width || image.size.height !== height) {
        broken(
          `is ${width} x ${height}, the others of its image are ${image.size.width} x ${image.size.height}`,
        )
        continue
      }
      const rle = maskOfRaster(raster)
      if (rle.length > 0) image.instances.push({ rle, line: i + 1, category: null, score: null })
    }
    if (image.size !== null) yield image
  }
}

function byNumber(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true })
}

async function writeMasks(images: AsyncIterable<ImageToWrite>, sink: LabelSink): Promise<void> {
  for await (const { name, size, instances } of images) {
    const empty = instances.length === 0 ? [{ rle: new Uint32Array(0) }] : instances
    for (const [i, { rle }] of empty.entries()) {
      const data = new Uint8Array(size.width * size.height)
      eachColumnRun(rle, size.height, (x, y, length) => {
        for (let row = y; row < y + length; row++) data[row * size.width + x] = 255
      })
      await sink.raster(`${stemOf(name)}/${instances.length === 0 ? 0 : i + 1}.png`, { ...size, data })
    }
  }
}
