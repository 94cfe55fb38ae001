import { DrydockError } from '../contract/errors.ts'
import { LABEL_FORMATS } from '../contract/label-formats.ts'
import type { LabelFormatId } from '../contract/label-formats.ts'
import { airbus } from './airbus.ts'
import { cocoPolygons, cocoRle } from './coco.ts'
import { dota } from './dota.ts'
import type { LabelFormat, LabelSource } from './format.ts'
import { geojson } from './geojson.ts'
import { labelMaps } from './label-maps.ts'
import { labelme } from './labelme.ts'
import { masks } from './masks.ts'
import { voc } from './voc.ts'
import { yoloDetect, yoloObb, yoloSegment } from './yolo.ts'

/** All label formats. A new one is a file in this folder, a line here and a line in `contract/label-formats.ts`. */
const FORMATS: Record<LabelFormatId, LabelFormat> = {
  airbus,
  'coco-rle': cocoRle,
  'coco-polygons': cocoPolygons,
  'yolo-segment': yoloSegment,
  'yolo-obb': yoloObb,
  'yolo-detect': yoloDetect,
  dota,
  labelme,
  voc,
  geojson,
  'label-maps': labelMaps,
  masks,
}

/** What is asked first in a doubt: a picture with two values in a folder of its own is a mask before it is a label map. */
const ORDER: readonly LabelFormat[] = [
  airbus,
  geojson,
  labelme,
  cocoRle,
  cocoPolygons,
  voc,
  dota,
  yoloObb,
  yoloSegment,
  yoloDetect,
  masks,
  labelMaps,
]

export function formatOf(id: LabelFormatId): LabelFormat {
  return FORMATS[id]
}

/** Which format this is, by what stands in it. @throws DrydockError `file_broken` where it is none */
export async function recogniseFormat(source: LabelSource): Promise<LabelFormat> {
  for (const format of ORDER) if (await format.recognise(source)) return format
  throw new DrydockError(
    'file_broken',
    `This is no label file that Drydock reads (${LABEL_FORMATS.map(({ name }) => name).join('; ')}). Choose another file or folder, or name the format.`,
  )
}
