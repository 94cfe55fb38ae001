import type { SparseInference } from '../../src-main/contract/engine.ts'
import type { Calibration, ClusterSettings, HandChange } from '../../src-main/contract/wire.ts'
import type { DraftResult } from '../../src-main/core/draft/draft.ts'
import type { Rle } from '../../src-main/core/mask/rle.ts'

/** What a draft is made by. */
export interface Recipe {
  settings: ClusterSettings
  changes: readonly HandChange[]
}

/** What the thread is asked, one question at a time; `open` has no answer. */
export type Ask =
  | { kind: 'open'; inference: SparseInference; calibration: Calibration | null }
  | { kind: 'draft'; recipe: Recipe }
  /** the F2 of a draft against these ships, 0..1 */
  | { kind: 'f2'; recipe: Recipe; truth: readonly Rle[] }

export type Answer = { kind: 'draft'; draft: DraftResult } | { kind: 'f2'; f2: number }
