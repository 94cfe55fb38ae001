import { createHash } from 'node:crypto'
import type { ValidationImage } from '../contract/engine.ts'
import { isKept } from '../core/tune/kept.ts'
import { worthOf } from '../core/tune/worth.ts'
import type { TwoScores } from '../core/tune/worth.ts'
import type { Checkpoint, Scored } from './checkpoint.ts'

/** What counts as getting better, as `worthOf`. */
const BETTER = 1e-3

/** The weights of a training that are kept so far, and what they were validated on. */
export class Best {
  /** how they scored; null: nothing was validated yet */
  scored: Scored | null
  /** [N] empty before the first validation */
  weights: Float32Array
  /** of the weights that the training starts from; null: they were not validated */
  start: TwoScores | null
  /** validations since the last one that was better than all before */
  since: number
  /** what the best validation so far is worth */
  private highest: number | null
  /** fingerprint of the images that all this was scored on; null: not known */
  private validatedOn: string | null
  private readonly keepLast: boolean

  /** @param keepLast whether later weights always take the place of earlier ones */
  constructor(checkpoint: Checkpoint | null, keepLast: boolean) {
    this.keepLast = keepLast
    this.scored = checkpoint?.best ?? null
    this.weights = checkpoint?.bestWeights ?? new Float32Array()
    this.start = checkpoint?.start ?? null
    this.since = checkpoint?.since ?? 0
    this.highest = checkpoint?.highest ?? (this.scored && worthOf(this.scored))
    this.validatedOn = checkpoint?.validatedOn ?? null
  }

  /** What a checkpoint holds of it. */
  get kept(): Pick<Checkpoint, 'best' | 'highest' | 'bestWeights' | 'validatedOn' | 'start' | 'since'> {
    const { scored, highest, weights, validatedOn, start, since } = this
    return { best: scored, highest, bestWeights: weights, validatedOn, start, since }
  }

  /**
   * Takes weights that were just scored, unless better ones are there and the last are not wanted in any case. Those of step 0 are the start.
   * @param validatedOn fingerprint of the images @param weights read only where they are taken
   */
  async offer(scored: Scored, validatedOn: string, weights: () => Promise<Float32Array>): Promise<void> {
    const { step, f2, f2WithShips } = scored
    const worth = worthOf(scored)
    if (step === 0) this.start = { f2, f2WithShips }
    if (this.keepLast || isKept(worth, this.highest, this.start && worthOf(this.start))) {
      this.scored = scored
      this.weights = await weights()
    }
    this.since = this.highest === null || worth > this.highest + BETTER ? 0 : this.since + 1
    this.highest = Math.max(worth, this.highest ?? 0)
    this.validatedOn = validatedOn
  }

  /** Whether its figures can be compared with those on the images of this fingerprint. */
  comparesOn(fingerprint: string): boolean {
    return this.scored === null || this.validatedOn === fingerprint
  }

  /**
   * Puts other scores in the place of those on other images.
   * @param scored of the weights that are kept; null: there is none to validate on
   * @param start of the weights that the training started from
   */
  rescore(scored: Scored | null, start: TwoScores | null, validatedOn: string): void {
    this.scored = scored
    this.start = start && { f2: start.f2, f2WithShips: start.f2WithShips }
    this.since = 0
    this.highest = scored && Math.max(worthOf(scored), start ? worthOf(start) : 0)
    if (!scored) this.weights = new Float32Array()
    this.validatedOn = validatedOn
  }
}

/** What scores are compared by: those of checkpoints that went by another are made anew. */
const COMPARED_BY = 'F2 over all images and over those with ships'

/** SHA-256 of pixels, truth and areas to ignore: another order, image or mark is another fingerprint. */
export function fingerprintOf(images: readonly ValidationImage[]): string {
  const hash = createHash('sha256').update(COMPARED_BY)
  const texts = (masks: readonly Uint32Array[]): string => JSON.stringify(masks.map((rle) => Array.from(rle)))
  for (const { image, truth, ignored } of images) {
    hash.update(`${image.width} ${image.height} ${texts(truth)}`)
    if (ignored.length > 0) hash.update(texts(ignored))
    hash.update(image.data)
  }
  return hash.digest('hex')
}
