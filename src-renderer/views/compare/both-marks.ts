import type { Rle } from '../../../src-main/core/mask/rle.ts'
import type { InstanceMark } from '../../canvas/index.ts'
import { shortScore } from '../../ui/format.ts'
import { compare, verdictAt } from '../review/verdict.ts'

interface Shape {
  id: string
  rle: Rle
}

/**
 * How two runs are drawn over each other: what both have (an IoU over 0.5 of one with the other) once, with that IoU; what one alone has by whose it is; truth
 * as a thin line.
 */
export function bothMarks(
  truth: readonly Shape[],
  { first, second }: { first: readonly Shape[]; second: readonly Shape[] },
): Map<string, InstanceMark> {
  const pairs = compare({ truth: first, predictions: second })
  const { matched, hit } = verdictAt(pairs, 50)
  return new Map<string, InstanceMark>([
    ...truth.map(({ id }): [string, InstanceMark] => [id, { style: 'reference', tag: null }]),
    ...first.map(({ id }, i): [string, InstanceMark] => [
      id,
      matched[i]! < 0 ? { style: 'missed', tag: 'first' } : { style: 'reference', tag: null },
    ]),
    ...second.map(({ id }, i): [string, InstanceMark] => [
      id,
      hit[i]! < 0
        ? { style: 'false', tag: 'second' }
        : { style: 'hit', tag: shortScore(pairs.iou(hit[i]!, i)) },
    ]),
  ])
}
