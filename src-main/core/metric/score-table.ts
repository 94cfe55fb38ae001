import { areaOf } from '../mask/rle.ts'
import type { Rle } from '../mask/rle.ts'
import { scoreOfHits } from './f2.ts'
import type { ImageResult } from './f2.ts'
import { insideAreas } from './ignoring.ts'
import { maximumMatching } from './matching.ts'
import { MaskIndex } from './overlap.ts'
import type { PackedIndex } from './overlap.ts'
import { TWENTIETHS, levelOf } from './thresholds.ts'

/** A prediction that a truth instance could be matched with: their IoU is over 0.5. */
interface Candidate {
  prediction: number
  intersection: number
  union: number
  /** how many of the ten thresholds their IoU is above, 1..10 */
  level: number
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
  /** Where each instance that was ever there has its place: shared by all tables that came of one another, since a place is given once. */
  readonly #places: Map<string, number>
  /** by place: the instance's candidates; null: it is not there */
  readonly #truth: readonly (readonly Candidate[] | null)[]

  private constructor(
    predictions: MaskIndex,
    places: Map<string, number>,
    truth: readonly (readonly Candidate[] | null)[],
  ) {
    this.#predictions = predictions
    this.#places = places
    this.#truth = truth
  }

  /** The table of an image without truth. */
  static of(predictions: readonly Rle[]): ScoreTable {
    return new ScoreTable(MaskIndex.of(predictions), new Map(), [])
  }

  /** The table that was packed. */
  static unpack({ predictions, truth, counts, candidates }: PackedTable): ScoreTable {
    let at = 0
    const next = (): Candidate =>
      candidateOf({
        prediction: candidates[at++]!,
        intersection: candidates[at++]!,
        union: candidates[at++]!,
      })
    const places = new Map(truth.map((id, place) => [id, place]))
    const held = Array.from(counts, (length) => Array.from({ length }, next))
    return new ScoreTable(new MaskIndex(predictions), places, held)
  }

  pack(): PackedTable {
    const held = [...this.#places].flatMap(([id, place]) => {
      const candidates = this.#truth[place] ?? null
      return candidates === null ? [] : [{ id, candidates }]
    })
    return {
      predictions: this.#predictions.packed,
      truth: held.map(({ id }) => id),
      counts: Uint32Array.from(held, ({ candidates }) => candidates.length),
      candidates: Float64Array.from(
        held.flatMap(({ candidates }) =>
          candidates.flatMap(({ prediction, intersection, union }) => [prediction, intersection, union]),
        ),
      ),
    }
  }

  /** The table in which these truth instances have these masks; null: the instance is not there. */
  with(changes: Iterable<readonly [id: string, mask: Rle | null]>): ScoreTable {
    const truth = [...this.#truth]
    for (const [id, mask] of changes) {
      const place = this.#places.get(id) ?? this.#places.size
      this.#places.set(id, place)
      while (truth.length < place) truth.push(null)
      truth[place] = mask && this.#candidatesOf(mask)
    }
    return new ScoreTable(this.#predictions, this.#places, truth)
  }

  score(): Pick<ImageResult, 'f2' | 'thresholds'> {
    return scoreOfHits(this.#hits(), this.#count(), this.#predictions.areas.length)
  }

  /** F2 without the predictions that lie in areas to ignore and match nothing: see `ignoring.ts`. */
  f2Ignoring(ignored: readonly Rle[]): number {
    const inside = insideAreas(this.#predictions, ignored)
    for (const candidates of this.#truth)
      for (const { prediction } of candidates ?? []) inside.delete(prediction)
    return scoreOfHits(this.#hits(), this.#count(), this.#predictions.areas.length - inside.size).f2
  }

  #count(): number {
    return this.#truth.reduce((count, candidates) => count + (candidates === null ? 0 : 1), 0)
  }

  /**
   * How many pairs are matched at each of the ten thresholds, as `matchesAtThresholds` has it. It follows each gesture, so
   * pairs that nothing contests, mostly all, are counted and never listed.
   */
  #hits(): number[] {
    const wanted = new Uint32Array(this.#predictions.areas.length)
    for (const candidates of this.#truth) for (const { prediction } of candidates ?? []) wanted[prediction]!++
    const sure = new Uint32Array(TWENTIETHS.length + 1)
    const contested: (Candidate & { truth: number })[] = []
    this.#truth.forEach((candidates, truth) => {
      for (const candidate of candidates ?? []) {
        if (candidates?.length === 1 && wanted[candidate.prediction] === 1) sure[candidate.level]!++
        else contested.push({ truth, ...candidate })
      }
    })
    return TWENTIETHS.map((_, index) => {
      const reached = contested.filter(({ level }) => level > index)
      return sure.subarray(index + 1).reduce((sum, pairs) => sum + pairs, 0) + maximumMatching(reached).length
    })
  }

  #candidatesOf(mask: Rle): readonly Candidate[] {
    const area = areaOf(mask)
    return this.#predictions
      .sharedWith(mask)
      .map(({ mask: prediction, pixels }) =>
        candidateOf({
          prediction,
          intersection: pixels,
          union: area + this.#predictions.areas[prediction]! - pixels,
        }),
      )
      .filter(({ level }) => level > 0)
  }
}

function candidateOf(pair: Omit<Candidate, 'level'>): Candidate {
  return { ...pair, level: levelOf(pair) }
}
