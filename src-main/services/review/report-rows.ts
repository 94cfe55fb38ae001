import type { ClusterSettings } from '../../contract/wire.ts'
import { areaName, AREAS } from '../../core/metric/report.ts'
import type { Recall, Report } from '../../core/metric/report.ts'

/** What a report says, by the names that both of its forms have for it. */

/** F2 of the set, with intervals; null: no image of that kind is there. */
export function scoreRows({ f2, f2WithShips, pooledF2 }: Report): [name: string, of: Report['f2']][] {
  return [
    ['F2, mean over images', f2],
    ['F2 over images with ships', f2WithShips],
    ['F2, pooled', pooledF2],
  ]
}

/** Ships found at IoU over 0.5, by what they are. */
export function foundRows({ recall }: Report): [name: string, of: Recall][] {
  return [
    ['all', recall.all],
    ...AREAS.map(([from, to], i): [string, Recall] => [areaName(from, to), recall.byArea[i]!]),
    ['touching another', recall.touching],
    ['lone', recall.lone],
    ...recall.byCategory.map(({ name, ...own }): [string, Recall] => [name, own]),
  ]
}

/** The settings of the clustering. */
export function settingRows(of: ClusterSettings): [name: string, value: string][] {
  return SETTINGS.map(([name, setting]) => [name, valueOf(of[setting])])
}

/** The settings, by the names that the window has for them. */
const SETTINGS: readonly (readonly [name: string, setting: keyof ClusterSettings])[] = [
  ['foreground threshold', 'foreground'],
  ['smoothing, px', 'sigma'],
  ['merge alpha', 'alpha'],
  ['smallest area, px', 'minArea'],
  ['least score', 'minScore'],
  ['touching ships taken apart', 'separate'],
  ['cut at necks', 'necks'],
  ['instances as rectangles', 'rectangles'],
  ['rectangles fitted to probabilities', 'fitted'],
]

function valueOf(value: number | boolean | null | undefined): string {
  if (value === null) return 'by size'
  if (typeof value === 'number') return String(Number(value.toFixed(4)))
  return value === true ? 'yes' : 'no'
}
