import type { WheelUse } from './api.ts'

/** What one turn of the wheel, or two fingers on a touch pad, ask for. Lengths in CSS pixels. */
export type Turn =
  | { kind: 'zoom'; factor: number }
  | { kind: 'pan'; dx: number; dy: number }
  /** away from the person is more than 0 */
  | { kind: 'size'; notches: number }

type WheelTurn = Pick<
  WheelEvent,
  'deltaX' | 'deltaY' | 'deltaMode' | 'ctrlKey' | 'metaKey' | 'shiftKey' | 'timeStamp'
>

/** CSS pixels that one line or page of a wheel stands for, and one notch. */
const LINE = 32
const PAGE = 400
const NOTCH = 100
/** Turns that follow one another within so many ms are one spin: it does one thing from beginning to end. */
const SPIN = 250

/**
 * Tells a wheel from a touch pad. Both send the same events; a touch pad gives itself away by a pinch (`ctrlKey` without the key),
 * by deltas in fractions of a pixel, or by going both ways at once. Until then a turn zooms, however small its steps are.
 */
export class Wheel {
  #isPad = false
  #control = false
  #last = -Infinity
  #spin: 'zoom' | 'pan' = 'zoom'
  /** CSS pixels that did not make a whole notch yet */
  #part = 0

  /** Keys are followed, since a pinch only pretends that Control is down. */
  key(event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'type'>): void {
    if (event.key === 'Control') this.#control = event.type === 'keydown'
    else this.#control = event.ctrlKey
  }

  blur(): void {
    this.#control = false
  }

  read(event: WheelTurn, use: WheelUse): Turn {
    const unit = event.deltaMode === 1 ? LINE : event.deltaMode === 2 ? PAGE : 1
    const [dx, dy] = [event.deltaX * unit, event.deltaY * unit]
    const pinch = event.ctrlKey && !this.#control
    if (pinch || isPadLike(event)) this.#isPad = true
    if (pinch || event.metaKey) return { kind: 'zoom', factor: Math.exp(-dy * 0.01) }
    if (event.ctrlKey) return { kind: 'size', notches: this.#notches(-dy) }
    // a wheel that tilts, too
    if (event.shiftKey || dy === 0) return { kind: 'pan', dx: -(dx || dy), dy: 0 }
    if (event.timeStamp - this.#last > SPIN) {
      this.#spin = use === 'pan' || (use === 'device' && this.#isPad) ? 'pan' : 'zoom'
    }
    this.#last = event.timeStamp
    return this.#spin === 'pan'
      ? { kind: 'pan', dx: -dx, dy: -dy }
      : { kind: 'zoom', factor: Math.exp(-dy * 0.0025) }
  }

  /** Whole ones: a smooth wheel sends each in ten parts. */
  #notches(turned: number): number {
    const all = this.#part + turned
    this.#part = all % NOTCH
    return Math.trunc(all / NOTCH)
  }
}

function isPadLike({ deltaX, deltaY, deltaMode }: WheelTurn): boolean {
  if (deltaMode !== 0) return false
  return (deltaX !== 0 && deltaY !== 0) || !Number.isInteger(deltaX) || !Number.isInteger(deltaY)
}
