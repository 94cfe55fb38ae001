import type { Prediction } from '../../../src-main/contract/wire.ts'
import { parseRle, type Rle } from '../../../src-main/core/mask/rle.ts'
import type { ProjectClient } from '../../client/index.ts'
import { Latest } from '../../state/latest.ts'
import type { Toasts } from '../../state/toasts.svelte.ts'

type Shape = Omit<Prediction, 'rle'> & { rle: Rle }

/** Predictions of another run than the current one on an image, as long as something of them is looked at. */
export class Others {
  /** null: nothing of another run is looked at, or it is still being read */
  found = $state.raw<{ image: number; run: number; predictions: readonly Shape[] } | null>(null)
  readonly #client: ProjectClient
  readonly #toasts: Toasts
  readonly #latest = new Latest()

  constructor(client: ProjectClient, toasts: Toasts) {
    this.#client = client
    this.#toasts = toasts
  }

  /** @param run null: nothing of another run any more */
  async look(image: number, run: number | null): Promise<void> {
    this.found = null
    await this.#latest.askGuarded(
      this.#toasts,
      async () => (run === null ? null : await this.#client.review.predictions({ image, run })),
      (predictions) => {
        this.found =
          run === null || predictions === null ? null : { image, run, predictions: predictions.map(shapeOf) }
      },
    )
  }
}

function shapeOf(prediction: Prediction): Shape {
  return { ...prediction, rle: parseRle(prediction.rle) }
}
