import { Clusterer } from '../../src-main/core/cluster/clusterer.ts'
import { makeDraft } from '../../src-main/core/draft/draft.ts'
import type { DraftResult } from '../../src-main/core/draft/draft.ts'
import { scoreImage } from '../../src-main/core/metric/f2.ts'
import type { Recipe } from '../../src-main/core/explain/explain.ts'
import { explain } from '../../src-main/core/explain/explain.ts'
import type { Answer, Ask } from './messages.ts'

/** Answers the questions of one open image. */
export class Desk {
  #clusterer: Clusterer | null = null

  /** @returns null where there is nothing to answer */
  ask(ask: Ask): Answer | null {
    switch (ask.kind) {
      case 'open':
        this.#clusterer = new Clusterer(ask.inference, ask.calibration)
        return null
      case 'draft':
        return { kind: 'draft', draft: this.#draft(ask.recipe) }
      case 'explain':
        return { kind: 'explain', explanation: explain(this.#opened(), ask.recipe, ask.truth) }
      case 'f2': {
        const masks = this.#draft(ask.recipe).instances.map(({ rle }) => rle)
        return { kind: 'f2', f2: scoreImage(ask.truth, masks).f2 }
      }
    }
  }

  #draft({ settings, changes }: Recipe): DraftResult {
    return makeDraft(this.#opened(), settings, changes)
  }

  #opened(): Clusterer {
    if (!this.#clusterer) throw new Error('no inference was opened')
    return this.#clusterer
  }
}
