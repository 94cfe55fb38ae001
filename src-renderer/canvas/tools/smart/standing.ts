import type { Rle } from '../../../../src-main/core/mask/rle.ts'
import { EMPTY_RLE, unionAll } from '../../../../src-main/core/mask/rle.ts'
import { beliefOf } from '../../../../src-main/core/smart-box/belief.ts'
import { smartBoxArea } from '../../../../src-main/core/smart-box/smart-box.ts'
import type { TurnedBox } from '../../../../src-main/core/smart-box/turned-box.ts'
import type { BoxAsk, BoxSeen } from '../../../worker/box-desk.ts'
import type { ToolContext } from '../tool.ts'

/** A smart box that stands, what was painted in it, and what is asked of it. */

/** What has been painted, one stroke after the other. */
export interface Strokes {
  ship: Rle
  water: Rle
}

/** A box that stands, with what is seen in it. */
export interface Standing {
  box: TurnedBox
  /** two clicks along the ship, or a drag around it */
  along: boolean
  /** of the instance that it may become */
  id: string
  strokes: readonly Strokes[]
  /** what is asked for; null: the pixels are not there yet */
  ask: (context: ToolContext) => BoxAsk | null
  /** the same, where it was asked for before */
  asked: () => BoxAsk | null
  /** what was seen before, until this is known */
  before: BoxSeen | null
}

/** A box to look into. @param before what stood there, which is shown until an answer comes */
export function stand(
  { box, along, id }: Pick<Standing, 'box' | 'along' | 'id'>,
  strokes: readonly Strokes[],
  before: BoxSeen | null,
): Standing {
  let made: BoxAsk | null = null
  let of: ToolContext | null = null
  const ask = (context: ToolContext) => {
    if (!made || !of || !saysTheSame(of, context)) made = askOf(box, along, strokes, context)
    of = context
    return made
  }
  return { box, along, id, strokes, before, ask, asked: () => made }
}

/** Whether a question would be the same: other instances, or another policy, leave other pixels to be had. */
function saysTheSame(a: ToolContext, b: ToolContext): boolean {
  if (a.rectangles !== b.rectangles || a.policy !== b.policy) return false
  const [before, now] = [a.content.truth, b.content.truth]
  if (before === now || a.policy !== 'yield') return true
  return before.length === now.length && before.every(({ rle }, i) => rle === now[i]!.rle)
}

function askOf(
  box: TurnedBox,
  along: boolean,
  strokes: readonly Strokes[],
  { content, policy, picture, inference, rectangles }: ToolContext,
): BoxAsk | null {
  const area = smartBoxArea(box, content)
  const seen = area && picture(area)
  if (!seen) return null
  return {
    ...{ box, along, rectangle: rectangles, picture: seen },
    size: { width: content.width, height: content.height },
    ship: unionAll(strokes.map((one) => one.ship)),
    water: unionAll(strokes.map((one) => one.water)),
    taken: policy === 'yield' ? unionAll(content.truth.map(({ rle }) => rle)) : EMPTY_RLE,
    belief: inference && beliefOf(inference, seen.area, box),
  }
}

/** What is known of the box by now; null: nothing. */
export function shown({ asked, before }: Standing, { sight }: ToolContext): BoxSeen | null {
  const ask = asked()
  return (ask && sight.known(ask)) ?? before
}

/** The same, and the box is looked into. */
export function lookInto(standing: Standing, context: ToolContext): BoxSeen | null {
  const ask = standing.ask(context)
  return (ask && context.sight.look(ask)) ?? standing.before
}
