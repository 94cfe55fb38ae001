/**
 * The label formats as every process knows them: menus, dialogs, drops and the command line ask here. What reads and
 * writes each of them is in `formats/registry.ts`.
 */
export const LABEL_FORMATS = [
  { id: 'airbus', name: 'Airbus CSV', endings: ['csv'], place: 'file' },
  { id: 'coco-rle', name: 'COCO, run lengths', endings: ['json'], place: 'file' },
  { id: 'coco-polygons', name: 'COCO, polygons', endings: ['json'], place: 'file' },
  { id: 'yolo-segment', name: 'YOLO, outlines', endings: ['yaml', 'yml'], place: 'folder' },
  { id: 'yolo-obb', name: 'YOLO, rotated boxes', endings: ['yaml', 'yml'], place: 'folder' },
  { id: 'yolo-detect', name: 'YOLO, boxes', endings: ['yaml', 'yml'], place: 'folder' },
  { id: 'dota', name: 'DOTA', endings: ['txt'], place: 'folder' },
  { id: 'labelme', name: 'LabelMe', endings: ['json'], place: 'folder' },
  { id: 'voc', name: 'Pascal VOC', endings: ['xml'], place: 'folder' },
  { id: 'geojson', name: 'GeoJSON', endings: ['geojson', 'json'], place: 'file' },
  { id: 'label-maps', name: 'Label maps (PNG)', endings: ['png'], place: 'folder' },
  { id: 'masks', name: 'Masks (PNG, one an instance)', endings: ['png'], place: 'folder' },
] as const

/** Names a label format on the command line and over the wire. */
export type LabelFormatId = (typeof LABEL_FORMATS)[number]['id']

/** A label format's face. `endings` without a dot; `place`: whether it is written as one file or as a folder of them. */
export interface LabelFormatFace {
  readonly id: LabelFormatId
  /** for people */
  readonly name: string
  readonly endings: readonly string[]
  readonly place: 'file' | 'folder'
}

/** Endings of the files that labels may come in, without dots; PNG is left out, since images end so too. */
export const LABEL_ENDINGS: readonly string[] = [
  ...new Set(LABEL_FORMATS.flatMap(({ endings }) => endings).filter((ending) => ending !== 'png')),
]

/** All ids, for lists of choices. */
export const LABEL_FORMAT_IDS: readonly LabelFormatId[] = LABEL_FORMATS.map(({ id }) => id)

/** The face of a format. */
export function labelFormat(id: LabelFormatId): LabelFormatFace {
  const found = LABEL_FORMATS.find((format) => format.id === id)
  if (!found) throw new Error(`no format ${id}`)
  return found
}
