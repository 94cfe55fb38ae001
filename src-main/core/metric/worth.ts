import type { WorthOfFix } from '../../contract/wire.ts'
import { DisjointSets } from '../disjoint-sets.ts'
import { areaOf } from '../mask/rle.ts'
import { scoreOfHits, scoreOverlaps } from './f2.ts'
import type { ImageResult } from './f2.ts'
import { fixesOf, mend } from './fix.ts'
import type { Masks, Mended } from './fix.ts'
import { errorsOf } from './kinds.ts'
import type { ImageErrors } from './kinds.ts'
import { matchesAtThresholds } from './matching.ts'
import { MaskIndex, overlapsWith } from './overlap.ts'
import type { Overlap } from './overlap.ts'
import { levelOf, TWENTIETHS } from './thresholds.ts'

/** What Review knows of one image. */
interface ImageReview {
  /** mean over the ten thresholds, 0..1 */
  f2: number
  /** ten, by rising IoU */
  thresholds: ImageResult['thresholds']
  errors: ImageErrors
  /** each pair that shares pixels */
  overlaps: readonly Overlap[]
  /** what mending is worth, most first; equal ones as `fixesOf` lists them */
  fixes: WorthOfFix[]
}

/**
 * The errors of an image, and what mending each of them is worth. The time grows with the runs of the masks and the errors: only what a fix touches is
 * matched anew.
 */
export function reviewImage(masks: Masks): ImageReview {
  const { truth, prediction } = masks
  const index = MaskIndex.of(prediction)
  const overlaps = overlapsWith(truth, index)
  const { matches, ...score } = scoreOverlaps(overlaps, truth.length, prediction.length)
  const [truthAreas, predictionAreas] = [truth.map(areaOf), index.areas]
  const errors = errorsOf({ overlaps, matches: matches[0]!, truthAreas, predictionAreas })
  const found = fixesOf(errors)
  if (found.length === 0) return { ...score, errors, overlaps, fixes: [] }
  const table = new MatchedTable(overlaps, matches, MaskIndex.of(truth), predictionAreas)
  const fixes = found
    .map((fix): WorthOfFix => ({ fix, f2: table.f2After(mend(fix, masks)) }))
    .sort((a, b) => b.f2 - a.f2)
  return { ...score, errors, overlaps, fixes }
}

/**
 * The pairs of an image that may be matched, in groups that share no instance: what is matched in one does not depend on the others, so that a change
 * of some predictions asks for the groups that they are in, and no other.
 */
class MatchedTable {
  readonly #truths: MaskIndex
  readonly #predictionAreas: readonly number[]
  /** hits at each of the ten thresholds */
  readonly #hits: readonly number[]
  readonly #sets: DisjointSets
  readonly #groups: ReadonlyMap<number, readonly Overlap[]>

  constructor(
    overlaps: readonly Overlap[],
    matches: readonly (readonly Overlap[])[],
    truths: MaskIndex,
    predictionAreas: readonly number[],
  ) {
    this.#truths = truths
    this.#predictionAreas = predictionAreas
    this.#hits = matches.map(({ length }) => length)
    const edges = overlaps.filter((overlap) => levelOf(overlap) > 0)
    this.#sets = new DisjointSets(truths.areas.length + predictionAreas.length)
    for (const { truth, prediction } of edges) this.#sets.join(truth, truths.areas.length + prediction)
    this.#groups = Map.groupBy(edges, ({ truth }) => this.#sets.find(truth))
  }

  f2After({ removed, added }: Mended): number {
    const predictions = this.#predictionAreas.length
    const truths = this.#truths.areas.length
    const edges = overlapsWith(added, this.#truths)
      .map(({ truth: come, prediction: truth, ...pixels }): Overlap => ({
        truth,
        prediction: predictions + come,
        ...pixels,
      }))
      .filter((overlap) => levelOf(overlap) > 0)
    const touched = new Set([
      ...removed.map((p) => this.#sets.find(truths + p)),
      ...edges.map(({ truth }) => this.#sets.find(truth)),
    ])
    const before = [...touched].flatMap((group) => this.#groups.get(group) ?? [])
    const gone = new Set(removed)
    const after = [...before.filter(({ prediction }) => !gone.has(prediction)), ...edges]
    const [lost, won] = [matchesAtThresholds(before), matchesAtThresholds(after)]
    const hits = TWENTIETHS.map((_, level) => this.#hits[level]! - lost[level]!.length + won[level]!.length)
    return scoreOfHits(hits, truths, predictions - removed.length + added.length).f2
  }
}
