import type { SparseInference } from '../../src-main/contract/engine.ts'
import type { Calibration } from '../../src-main/contract/wire.ts'
import { makeDraft } from '../../src-main/core/draft/draft.ts'
import type { DraftResult } from '../../src-main/core/draft/draft.ts'
import { scoreImage } from '../../src-main/core/metric/f2.ts'
import type { Recipe } from '../../src-main/core/explain/explain.ts'
import { explain } from '../../src-main/core/explain/explain.ts'
import type { Answer, Ask } from './messages.ts'

/** Answers the questions of one open image. */
export class Desk {
  #open: { inference: SparseInference; calibration: Calibration | null } | null = null

  /** @returns null where there is nothing to answer */
  ask(ask: Ask): Answer | null {
    switch (ask.kind) {
      case 'open':
        this.#open = ask
        return null
      case 'draft':
        return { kind: 'draft', draft: this.#draft(ask.recipe) }
      case 'explain': {
        const { inference, calibration } = this.#opened()
        return { kind: 'explain', explanation: explain(inference, ask.recipe, calibration, ask.truth) }
      }
      case 'f2': {
        const masks = this.#draft(ask.recipe).instances.map(({ rle }) => rle)
        return { kind: 'f2', f2: scoreImage(ask.truth, masks).f2 }
      }
    }
  }

  #draft({ settings, changes }: Recipe): DraftResult {
    const { inference, calibration } = this.#opened()
    return makeDraft(inference, settings, calibration, changes)
  }

  #opened(): { inference: SparseInference; calibration: Calibration | null } {
    if (!this.#open) throw new Error('no inference was opened')
    return this.#open
  }
}
