import type { ClusterSettings } from '../../contract/wire.ts'
import { addMoments, aspectOf, covarianceOf } from './moments.ts'
import type { Moments } from './moments.ts'
import { hullPixels, joinOutlines } from './outline.ts'
import type { Region } from './regions.ts'

/** Embeddings are no surer than this, px^2: a few pixels that agree by chance are not infinitely far from all others. */
const LEAST_VARIANCE = 0.3

/**
 * Distance of the means of two sets of embeddings in units of the sum of their spreads, along the direction that tells them
 * apart best (Fisher's linear discriminant): embeddings of a long ship lie along it, those of one beside it off that line,
 * though the line between their means runs along both.
 */
export function separation(a: Moments, b: Moments): number {
  const dx = b.x / b.n - a.x / a.n
  const dy = b.y / b.n - a.y / a.n
  if (dx === 0 && dy === 0) return 0
  const [of, other] = [covarianceOf(a, LEAST_VARIANCE), covarianceOf(b, LEAST_VARIANCE)]
  const [xx, xy, yy] = [of.xx + other.xx, of.xy + other.xy, of.yy + other.yy]
  // the inverse of their sum times the distance; its length does not matter
  const [u, v] = [yy * dx - xy * dy, xx * dy - xy * dx]
  const spread = (c: typeof of): number => Math.sqrt(u * u * c.xx + 2 * u * v * c.xy + v * v * c.yy)
  return Math.abs(u * dx + v * dy) / (spread(of) + spread(other))
}

/** Two regions that make one hull count as less separated by this factor: embeddings of long ships are spread. */
const ONE_HULL = 0.4

/** Length over width from which on a convex shape is one ship: two side by side are stubbier. */
const LEAST_ASPECT = 3

/** Pixels that the hull of both may have beside those of each, as a share of the smaller region. */
const MOST_GAP = 0.3

type Body = Omit<Region, 'neighbours'>

/** Whether two regions together have the shape of a single hull: slender, and hardly any room between them. */
function isOneHull(a: Body, b: Body): boolean {
  if (aspectOf(addMoments(a.places, b.places)) < LEAST_ASPECT) return false
  const gap = hullPixels(joinOutlines(a.outline, b.outline)) - a.hull - b.hull
  return gap < MOST_GAP * Math.min(a.places.n, b.places.n)
}

function join(a: Body, b: Body): Body {
  const outline = joinOutlines(a.outline, b.outline)
  return {
    embeddings: addMoments(a.embeddings, b.embeddings),
    places: addMoments(a.places, b.places),
    outline,
    hull: hullPixels(outline),
  }
}

/**
 * How far apart the places of two regions must be for a neck between them. The halves of a bar are sqrt(3) apart, whatever its
 * length and breadth, those of an ellipse 1.6: pixels spread evenly. What is further apart is thinner in between.
 */
const NECK = 1.04 * Math.sqrt(3)

type Rule = Pick<ClusterSettings, 'alpha' | 'necks'>

/** What joining two neighbours costs; above 1 they stay apart, and nobody asks how much above. */
function costOf(a: Body, b: Body, { alpha, necks }: Rule): number {
  const embeddings = separation(a.embeddings, b.embeddings) / Math.max(alpha, Number.MIN_VALUE)
  const apart = necks ? Math.max(embeddings, separation(a.places, b.places) / NECK) : embeddings
  return ONE_HULL * apart <= 1 && isOneHull(a, b) ? ONE_HULL * apart : apart
}

/**
 * Joins the two least separated neighbours, of equals those with the lowest numbers, again and again, until all are further apart than alpha or, where necks count, have
 * one between them.
 * @param regions of one component, each with at least one pixel
 * @returns [regions] the region that each has become part of (the lowest number of its group)
 */
export function mergeRegions(regions: readonly Region[], rule: Rule): Int32Array {
  const into = Int32Array.from(regions, (_, i) => i)
  const now: Body[] = [...regions]
  // of each region, by neighbour: those that are still there, both ways
  const costs = regions.map(() => new Map<number, number>())
  const meet = (i: number, j: number): void => {
    const cost = costOf(now[i]!, now[j]!, rule)
    costs[i]!.set(j, cost)
    costs[j]!.set(i, cost)
  }
  regions.forEach(({ neighbours }, i) => {
    for (const j of neighbours) if (j > i) meet(i, j)
  })
  for (;;) {
    let [low, high, least] = [-1, -1, Infinity]
    costs.forEach((row, i) => {
      for (const [j, cost] of row) {
        if (j > i && (cost < least || (cost === least && i === low && j < high)))
          [low, high, least] = [i, j, cost]
      }
    })
    if (low === -1 || least > 1) return into
    now[low] = join(now[low]!, now[high]!)
    into.forEach((group, i) => {
      if (group === high) into[i] = low
    })
    const around = new Set([...costs[low]!.keys(), ...costs[high]!.keys()])
    for (const other of around) costs[other]!.delete(high)
    costs[high]!.clear()
    for (const other of around) if (other !== low && other !== high) meet(low, other)
  }
}
