import type { Rle } from '../mask/rle.ts'
import { eachColumnRun } from '../mask/rle.ts'
import type { Planned } from './build.ts'
import { PlanBuilder } from './build.ts'
import { headingOf } from './shape.ts'
import type { EditState, EditTruth } from './state.ts'
import { noneChosen } from './state.ts'

/** Headings: degrees clockwise from the top of the image, 0 <= heading < 360, bow first. */

/** The longest extent of a mask. */
export interface Axis {
  /** its middle, in image pixels */
  x: number
  y: number
  /** half its length in px, as of the rectangle of the same second moments */
  half: number
  /** one of its two ways, up or to the right: 0 <= along < 180 */
  along: number
}

/** @param rle at least one pixel @param height of the image in px */
export function axisOf(rle: Rle, height: number): Axis {
  let [n, sx, sy, xx, xy, yy] = [0, 0, 0, 0, 0, 0]
  const origin = Math.floor(((rle[0] ?? 1) - 1) / height)
  eachColumnRun(rle, height, (column, top, length) => {
    const x = column - origin
    for (let y = top; y < top + length; y++) {
      n++
      sx += x
      sy += y
      xx += x * x
      xy += x * y
      yy += y * y
    }
  })
  const [mx, my] = [sx / n, sy / n]
  // a pixel is a square and no point: a twelfth more along each axis
  const [a, b, both] = [xx / n - mx * mx + 1 / 12, yy / n - my * my + 1 / 12, xy / n - mx * my]
  const spread = (a + b) / 2 + Math.hypot((a - b) / 2, both)
  // of the axis in image coordinates, y down
  const angle = Math.atan2(2 * both, a - b) / 2
  return {
    ...{ x: mx + origin + 0.5, y: my + 0.5, half: Math.sqrt(3 * spread) },
    along: normal((angle * 180) / Math.PI + 90) % 180,
  }
}

/** The vector of length 1 that a heading points along, y down. */
export function directionOf(heading: number): { x: number; y: number } {
  const angle = (heading * Math.PI) / 180
  return { x: Math.sin(angle), y: -Math.cos(angle) }
}

/** Says where the bows of truth instances point. @param heading in degrees, any number of turns; null: nobody knows */
export function planHeading(state: EditState, ids: readonly string[], heading: number | null): Planned {
  return planHeadings(state, ids, () => (heading === null ? undefined : normal(heading)))
}

/** Along the longest extent, then the other way, then none: each instance by itself. */
export function planNextHeading(state: EditState, ids: readonly string[]): Planned {
  return planHeadings(state, ids, ({ rle, heading }) => {
    const { along } = axisOf(rle, state.height)
    if (heading === undefined) return along
    // within half a turn clockwise of the first way: the first, or near to it
    return between(heading, along) <= 90 ? normal(heading + 180) : undefined
  })
}

function planHeadings(
  state: EditState,
  ids: readonly string[],
  next: (instance: EditTruth) => number | undefined,
): Planned {
  const chosen = state.truth.filter(({ id, ignore }) => ids.includes(id) && ignore !== true)
  if (chosen.length === 0) return noneChosen(state, ids, 'Select the ships first.')
  const builder = new PlanBuilder(state)
  for (const instance of chosen) {
    const heading = next(instance)
    builder.describe(instance.id, { heading, ...turned(instance, heading) })
  }
  const plan = builder.plan('attributes')
  return plan ? { plan } : { refusal: 'The heading is that already.' }
}

/** A box has its bow at the end that the heading is nearer to. */
function turned({ shape }: EditTruth, heading: number | undefined): Pick<EditTruth, 'shape'> {
  if (shape?.kind !== 'box' || heading === undefined) return {}
  if (between(headingOf(shape) ?? heading, heading) <= 90) return {}
  return { shape: { ...shape, bow: shape.stern, stern: shape.bow } }
}

/** Degrees from one heading to another, the shorter way round: 0..180. */
function between(a: number, b: number): number {
  const apart = normal(a - b)
  return Math.min(apart, 360 - apart)
}

function normal(degrees: number): number {
  const turned = ((degrees % 360) + 360) % 360
  // what is a hair below a whole turn
  return turned >= 360 ? 0 : turned
}
