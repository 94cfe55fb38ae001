import { DrydockError } from '../contract/errors.ts'
import { labelFormat } from '../contract/label-formats.ts'
import { eachColumnRun } from '../core/mask/rle.ts'
import { stemOf, withEnding } from './files.ts'
import { labelledImage } from './format.ts'
import type {
  BrokenRow,
  ImageToWrite,
  LabelFormat,
  LabelledImage,
  LabelRaster,
  LabelSink,
  LabelSource,
} from './format.ts'
import { masksOfRaster } from './rasters.ts'

/** Label maps: a PNG an image, of its path; 0 is nothing, each other value one instance. Of 16 bits when written. */
export const labelMaps: LabelFormat = {
  ...labelFormat('label-maps'),
  canHold: {
    shapes: true,
    turned: true,
    holes: true,
    parts: true,
    overlap: false,
    scores: false,
    categories: false,
  },
  async recognise(source) {
    const some = withEnding(source, 'png').slice(0, 5)
    for (const path of some) {
      const raster = await source.raster(path).catch(() => null)
      if (raster === null || !looksLikeLabels(raster)) return false
    }
    return some.length > 0
  },
  read: readMaps,
  write: writeMaps,
}

const MOST_INSTANCES = 0xffff

/** Pictures of fewer pixels tell too little. */
const TOO_SMALL = 4096

/** Few values, most pixels of each beside one of the same: a photograph has neither. */
function looksLikeLabels({ width, data }: LabelRaster): boolean {
  const values = new Set<number>()
  let changes = 0
  for (let i = 0; i < data.length; i++) {
    values.add(data[i]!)
    if (i % width > 0 && data[i] !== data[i - 1]) changes++
  }
  return (
    values.size <= 2 ||
    data.length < TOO_SMALL ||
    (values.size <= data.length / 16 && changes <= data.length / 4)
  )
}

async function* readMaps(
  source: LabelSource,
  report: (broken: BrokenRow) => void,
): AsyncGenerator<LabelledImage> {
  for (const path of withEnding(source, 'png')) {
    const raster = await source.raster(path).catch(() => null)
    if (raster === null) {
      report({ line: null, place: path, image: path, reason: 'is no PNG of one channel' })
      continue
    }
    yield {
      ...labelledImage([path, stemOf(path)], { width: raster.width, height: raster.height }),
      instances: [...masksOfRaster(raster)].map(([value, rle]) => ({
        rle,
        line: value,
        category: null,
        score: null,
      })),
    }
  }
}

async function writeMaps(images: AsyncIterable<ImageToWrite>, sink: LabelSink): Promise<void> {
  for await (const { name, size, instances } of images) {
    if (instances.length > MOST_INSTANCES) {
      throw new DrydockError(
        'bad_input',
        `${name} has ${instances.length} instances; a label map of 16 bits holds ${MOST_INSTANCES}. Choose another format.`,
      )
    }
    const data = new Uint16Array(size.width * size.height)
    instances.forEach(({ rle }, i) => {
      eachColumnRun(rle, size.height, (x, y, length) => {
        for (let row = y; row < y + length; row++) data[row * size.width + x] ||= i + 1
      })
    })
    await sink.raster(`${stemOf(name)}.png`, { ...size, data })
  }
}
