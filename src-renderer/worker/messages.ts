import type { SparseInference } from '../../src-main/contract/engine.ts'
import type { Calibration } from '../../src-main/contract/wire.ts'
import type { Explanation, Recipe } from '../../src-main/core/explain/explain.ts'
import type { DraftResult } from '../../src-main/core/draft/draft.ts'
import type { Rle } from '../../src-main/core/mask/rle.ts'

/** What the thread is asked, one question at a time; `open` has no answer. */
export type Ask =
  | { kind: 'open'; inference: SparseInference; calibration: Calibration | null }
  | { kind: 'draft'; recipe: Recipe }
  /** what goes wrong in the embedding of these ships */
  | { kind: 'explain'; recipe: Recipe; truth: readonly Rle[] }
  /** the F2 of a draft against these ships, 0..1 */
  | { kind: 'f2'; recipe: Recipe; truth: readonly Rle[] }

export type Answer =
  | { kind: 'draft'; draft: DraftResult }
  | { kind: 'explain'; explanation: Explanation }
  | { kind: 'f2'; f2: number }
