import { planWand, type Planned } from '../../../../src-main/core/edit/edit.ts'
import type { ImagePoint } from '../../../../src-main/core/geometry/points.ts'
import type { Rle } from '../../../../src-main/core/mask/rle.ts'
import { contains, EMPTY_RLE, parseRle, subtract, union } from '../../../../src-main/core/mask/rle.ts'
import { floodBox, floodFrom } from '../../../../src-main/core/wand/flood.ts'
import type { Tool, ToolContext, ToolEntry, ToolView } from '../tool.ts'
import { PLAIN, run, stepOut } from '../tool.ts'

/** A click: what lies there is taken, or taken away. Its pixels follow from the reach, so that they move with it. */
interface Pick {
  at: ImagePoint
  away: boolean
}

interface State {
  picks: readonly Pick[]
  /** where the pointer is, and whether a click would take away */
  over: Pick | null
  /** of the instance that it comes to; null until the pointer was there */
  id: string | null
}

const START: State = { picks: [], over: null, id: null }

/** What the wand takes at a point: a cluster of embeddings, or, where the network sees nothing, what looks alike in the picture. */
function takenAt(at: ImagePoint, context: ToolContext): Rle {
  const { content, reach } = context
  if (at.x < 0 || at.y < 0 || at.x >= content.width || at.y >= content.height) return EMPTY_RLE
  const cluster = context.clusterAt(at)
  if (cluster) return cluster
  const box = floodBox(at.x, at.y, content)
  const seen = context.picture(box)
  return (seen?.step === 4 ? floodFrom(seen.pixels, box, at, reach, content) : null) ?? EMPTY_RLE
}

function maskOf(picks: readonly Pick[], context: ToolContext): Rle {
  return picks.reduce<Rle>((mask, { at, away }) => {
    const taken = takenAt(at, context)
    return away ? subtract(mask, taken) : union(mask, taken)
  }, EMPTY_RLE)
}

function planned({ id }: State, picks: readonly Pick[], context: ToolContext): Planned {
  const mask = maskOf(picks, context)
  if (mask.length === 0) return { refusal: nothingTaken(context) }
  const newId = () => id ?? context.newId()
  return planWand(context.content, mask, { policy: context.policy, newId })
}

function createdBy(planned: Planned): Rle | null {
  const made = 'plan' in planned && planned.plan.instances.find(({ before }) => before === null)
  return made ? parseRle(made.added) : null
}

function nothingTaken({ looked }: ToolContext): string {
  return looked
    ? 'The network sees no ship here, and nothing stands out in the picture. Widen the wand, or draw by hand.'
    : 'The network has not looked at this image yet, and nothing stands out in the picture. Wait a moment, or draw by hand.'
}

/** Enter and a double click keep what was taken, and the next click begins another ship. */
function keep(state: State, context: ToolContext) {
  if (state.picks.length === 0) return { state }
  const kept = planned(state, state.picks, context)
  return 'plan' in kept
    ? { state: { ...START, over: state.over }, planned: kept }
    : { state: { ...state, picks: [] }, planned: kept }
}

const wandTool: Tool<State> = {
  start: START,
  step(state, event, context) {
    switch (event.type) {
      case 'move':
        return {
          state: { ...state, over: { at: event.at, away: event.alt }, id: state.id ?? context.newId() },
        }
      case 'down': {
        const pick = { at: event.at, away: event.alt }
        const taken = takenAt(event.at, context)
        if (taken.length === 0) return { state, planned: { refusal: nothingTaken(context) } }
        // the second click of a double click adds nothing
        const known = contains(
          maskOf(state.picks, context),
          context.content.height,
          Math.floor(event.at.x),
          Math.floor(event.at.y),
        )
        if (known !== pick.away) return { state: { ...state, over: pick } }
        return { state: { picks: [...state.picks, pick], over: pick, id: state.id ?? context.newId() } }
      }
      case 'enter':
      case 'double':
        return keep(state, context)
      case 'back':
        return { state: { ...state, picks: state.picks.slice(0, -1) } }
      case 'escape':
        return state.picks.length > 0 ? { state: { ...START, over: state.over } } : stepOut(state, context)
      case 'leave':
        return { state: { ...state, over: null } }
      case 'up':
        return { state }
    }
  },
  view: (state, context): ToolView => {
    const { picks, over } = state
    const standing = picks.length > 0
    return {
      ...PLAIN,
      hint: hintFor(state, context),
      busy: standing,
      stepsBack: standing,
      dots: picks.map(({ at }) => at),
      offer: !standing && over ? createdBy(planned(state, [over], context)) : null,
      live: standing ? planned(state, over ? [...picks, over] : picks, context) : null,
    }
  },
}

function hintFor({ picks }: State, { looked }: ToolContext): string {
  if (picks.length > 0) return 'Enter keeps it; click adds, Alt takes, Ctrl+wheel more'
  return looked
    ? 'Click takes what lights up, double click keeps it'
    : 'The network has not looked yet: takes what looks alike'
}

export const wand: ToolEntry = {
  title: 'Wand',
  key: 'W',
  icon: [
    [
      'path',
      {
        d: 'm21.64 3.64-1.28-1.28a1.21 1.21 0 0 0-1.72 0L2.36 18.64a1.21 1.21 0 0 0 0 1.72l1.28 1.28a1.2 1.2 0 0 0 1.72 0L21.64 5.36a1.2 1.2 0 0 0 0-1.72',
      },
    ],
    ['path', { d: 'm14 7 3 3' }],
    ['path', { d: 'M5 6v4' }],
    ['path', { d: 'M19 14v4' }],
    ['path', { d: 'M10 2v2' }],
    ['path', { d: 'M7 8H3' }],
    ['path', { d: 'M21 16h-4' }],
    ['path', { d: 'M11 3H9' }],
  ],
  cursor: 'crosshair',
  reaches: true,
  make: () => run(wandTool),
}
