import type { SparseInference } from '../../src-main/contract/engine.ts'
import type { Calibration } from '../../src-main/contract/wire.ts'
import { makeDraft } from '../../src-main/core/draft/draft.ts'
import type { DraftResult } from '../../src-main/core/draft/draft.ts'
import { scoreImage } from '../../src-main/core/metric/f2.ts'
import type { Answer, Ask, Recipe } from './messages.ts'

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
      case 'f2': {
        const masks = this.#draft(ask.recipe).instances.map(({ rle }) => rle)
        return { kind: 'f2', f2: scoreImage(ask.truth, masks).f2 }
      }
    }
  }

  #draft({ settings, changes }: Recipe): DraftResult {
    if (!this.#open) throw new Error('no inference was opened')
    const { inference, calibration } = this.#open
    return makeDraft(inference, settings, calibration, changes)
  }
}
