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
