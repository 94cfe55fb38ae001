import type { Overlap } from './overlap.ts'
import { TWENTIETHS, levelOf } from './thresholds.ts'

/** An edge of a bipartite graph: a truth and a predicted instance that may be matched. */
export interface Edge {
  truth: number
  prediction: number
}

/**
 * A largest set of edges in which no truth and no prediction occurs twice (augmenting paths, Kuhn 1955).
 * Where masks do not overlap, IoU > 0.5 gives each instance one edge at most and the answer is the edges themselves.
 */
export function maximumMatching<E extends Edge>(edges: readonly E[]): E[] {
  const byTruth = new Map<number, E[]>()
  for (const edge of edges) {
    const known = byTruth.get(edge.truth)
    if (known) known.push(edge)
    else byTruth.set(edge.truth, [edge])
  }
  const taken = new Map<number, E>()

  const augment = (truth: number, visited: Set<number>): boolean => {
    for (const edge of byTruth.get(truth) ?? []) {
      if (visited.has(edge.prediction)) continue
      visited.add(edge.prediction)
      const holder = taken.get(edge.prediction)
      if (holder && !augment(holder.truth, visited)) continue
      taken.set(edge.prediction, edge)
      return true
    }
    return false
  }

  for (const truth of byTruth.keys()) augment(truth, new Set())
  return [...taken.values()].sort((a, b) => a.truth - b.truth)
}

/**
 * The one-to-one matches at each of the ten thresholds: element k has the pairs with an IoU above the k-th, as many as there can be. Score,
 * review and reports all take theirs from here.
 * @param overlaps each pair once
 * @returns [10], each in the order of `overlaps`
 */
export function matchesAtThresholds(overlaps: readonly Overlap[]): Overlap[][] {
  const edges = overlaps.flatMap((overlap) => {
    const level = levelOf(overlap)
    return level === 0 ? [] : [{ overlap, level }]
  })
  const reaching = (index: number): Overlap[] =>
    edges.filter(({ level }) => level > index).map(({ overlap }) => overlap)
  // of most fixes, whose worth is asked by the ten thousand
  if (edges.length < 2) return TWENTIETHS.map((_, index) => reaching(index))
  // an edge that shares neither end with another is a match wherever its IoU reaches; few others are left to choose among
  const truths = countsOf(edges.map(({ overlap }) => overlap.truth))
  const predictions = countsOf(edges.map(({ overlap }) => overlap.prediction))
  const contested = new Set(
    edges
      .map(({ overlap }) => overlap)
      .filter(({ truth, prediction }) => truths.get(truth)! > 1 || predictions.get(prediction)! > 1),
  )
  return TWENTIETHS.map((_, index) => {
    const reached = reaching(index)
    if (contested.size === 0) return reached
    const chosen = new Set(maximumMatching(reached.filter((overlap) => contested.has(overlap))))
    return reached.filter((overlap) => !contested.has(overlap) || chosen.has(overlap))
  })
}

function countsOf(values: readonly number[]): Map<number, number> {
  const counts = new Map<number, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return counts
}
