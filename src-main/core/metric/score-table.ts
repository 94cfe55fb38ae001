import { areaOf } from '../mask/rle.ts'
import type { Rle } from '../mask/rle.ts'
import { scoreOfHits, scoreOverlaps } from './f2.ts'
import type { ImageResult } from './f2.ts'
import { insideAreas } from './ignoring.ts'
import { MaskIndex } from './overlap.ts'
import type { PackedIndex } from './overlap.ts'
import { levelOf } from './thresholds.ts'

/** A prediction that a truth instance could be matched with: their IoU is over 0.5. */
interface Candidate {
  prediction: number
  intersection: number
  union: number
}

/** A table as one value, for another thread. */
export interface PackedTable {
  predictions: PackedIndex
  /** ids of the truth instances, in their order */
  truth: string[]
  /** by truth instance: how many candidates it has */
  counts: Uint32Array
  /** by candidate: prediction, intersection and union */
  candidates: Float64Array
}

/**
 * What the score of one image is made of, by truth instance: where some of them change, they are compared anew and the others are not.
 * The score is the same as that of all masks compared at once. A table never changes; `with` gives another one.
 */
export class ScoreTable {
  readonly #predictions: MaskIndex
  readonly #truth: ReadonlyMap<string, readonly Candidate[]>

  private constructor(predictions: MaskIndex, truth: ReadonlyMap<string, readonly Candidate[]>) {
    this.#predictions = predictions
    this.#truth = truth
  }

  /** The table of an image without truth. */
  static of(predictions: readonly Rle[]): ScoreTable {
    return new ScoreTable(MaskIndex.of(predictions), new Map())
  }

  /** The table that was packed. */
  static unpack({ predictions, truth, counts, candidates }: PackedTable): ScoreTable {
    let at = 0
    const next = (): Candidate => ({
      prediction: candidates[at++]!,
      intersection: candidates[at++]!,
      union: candidates[at++]!,
    })
    const of = (i: number): Candidate[] => Array.from({ length: counts[i]! }, next)
    return new ScoreTable(new MaskIndex(predictions), new Map(truth.map((id, i) => [id, of(i)])))
  }

  pack(): PackedTable {
    const held = [...this.#truth.values()]
    return {
      predictions: this.#predictions.packed,
      truth: [...this.#truth.keys()],
      counts: Uint32Array.from(held, ({ length }) => length),
      candidates: Float64Array.from(
        held.flat().flatMap(({ prediction, intersection, union }) => [prediction, intersection, union]),
      ),
    }
  }

  /** The table in which these truth instances have these masks; null: the instance is not there. */
  with(changes: Iterable<readonly [id: string, mask: Rle | null]>): ScoreTable {
    const truth = new Map(this.#truth)
    for (const [id, mask] of changes) {
      if (mask === null) truth.delete(id)
      else truth.set(id, this.#candidatesOf(mask))
    }
    return new ScoreTable(this.#predictions, truth)
  }

  score(): Pick<ImageResult, 'f2' | 'thresholds'> {
    const overlaps = [...this.#truth.values()].flatMap((candidates, truth) =>
      candidates.map((candidate) => ({ truth, ...candidate })),
    )
    const { f2, thresholds } = scoreOverlaps(overlaps, this.#truth.size, this.#predictions.areas.length)
    return { f2, thresholds }
  }

  /** F2 without the predictions that lie in areas to ignore and match nothing: see `ignoring.ts`. */
  f2Ignoring(ignored: readonly Rle[]): number {
    const inside = insideAreas(this.#predictions, ignored)
    for (const candidates of this.#truth.values())
      for (const { prediction } of candidates) inside.delete(prediction)
    const hits = this.score().thresholds.map(({ tp }) => tp)
    return scoreOfHits(hits, this.#truth.size, this.#predictions.areas.length - inside.size).f2
  }

  #candidatesOf(mask: Rle): Candidate[] {
    const area = areaOf(mask)
    return this.#predictions
      .sharedWith(mask)
      .map(({ mask: prediction, pixels }) => ({
        prediction,
        intersection: pixels,
        union: area + this.#predictions.areas[prediction]! - pixels,
      }))
      .filter((candidate) => levelOf(candidate) > 0)
  }
}
