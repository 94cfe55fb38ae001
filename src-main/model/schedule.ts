/** Share of a training in which the learning rate rises, and at most so many steps. */
const WARM_UP_SHARE = 0.05
const WARM_UP_STEPS = 200
/** What is left of the learning rate at the end. */
const FLOOR = 0.01

/**
 * Learning rate: linear warm-up, then a half cosine down to a hundredth.
 * @param peak highest learning rate
 * @param step updates done so far
 * @param fraction share of the training that is done, 0..1: of the steps where their number is set, else of the time
 */
export function learningRateAt(peak: number, step: number, fraction: number): number {
  const done = Math.min(1, Math.max(0, fraction))
  // The number of steps is known only by what the share done so far took.
  const total = done > 0 && step > 0 ? step / done : Infinity
  const warmUp = Math.min(WARM_UP_STEPS, Number.isFinite(total) ? total * WARM_UP_SHARE : WARM_UP_STEPS)
  const rise = warmUp > 0 ? Math.min(1, (step + 1) / warmUp) : 1
  return peak * rise * (FLOOR + (1 - FLOOR) * 0.5 * (1 + Math.cos(Math.PI * done)))
}

/** Share that the average of weights keeps of itself at each step of a long training. */
const AVERAGE_DECAY = 0.998

/**
 * What the exponential average of weights keeps of itself: over the last tenth of the steps so far, and never over more than
 * 500 or so; a short fine-tuning would else end half where it began.
 * @param step updates done so far
 */
export function averageDecayAt(step: number): number {
  return Math.min(AVERAGE_DECAY, (1 + step) / (10 + step))
}
