import { boxShapeOf, shapeMask } from '../../src-main/core/edit/shape.ts'
import type { Rle } from '../../src-main/core/mask/rle.ts'
import { EMPTY_RLE } from '../../src-main/core/mask/rle.ts'
import type { BoxNet } from '../../src-main/core/smart-box/net.ts'
import type { SmartBoxQuestion } from '../../src-main/core/smart-box/smart-box.ts'
import { smartBox, smartRectangle } from '../../src-main/core/smart-box/smart-box.ts'
import type { TurnedBox } from '../../src-main/core/smart-box/turned-box.ts'

/** What is asked of the smart box; whoever answers has the network. */
export interface BoxAsk extends Omit<SmartBoxQuestion, 'net'> {
  /** the ship as a turned rectangle, as some labels are drawn, and not as its hull */
  rectangle: boolean
}

/** What is seen in a box. */
export interface BoxSeen {
  rle: Rle
  /** null: its hull was asked for, or nothing is seen */
  rectangle: TurnedBox | null
}

export function lookInto(ask: BoxAsk, net: BoxNet | null): BoxSeen {
  if (!ask.rectangle) return { rle: smartBox({ ...ask, net }), rectangle: null }
  const rectangle = smartRectangle({ ...ask, net })
  return { rle: rectangle ? shapeMask(boxShapeOf(rectangle), ask.size) : EMPTY_RLE, rectangle }
}
