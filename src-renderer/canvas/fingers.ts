import type { ScreenPoint } from '../../src-main/core/geometry/points.ts'
import { screenPoint } from '../../src-main/core/geometry/points.ts'

/** What two fingers ask for: the picture moves with the middle between them, and grows about it with their distance. CSS pixels. */
export interface Grip {
  at: ScreenPoint
  dx: number
  dy: number
  factor: number
}

/** A finger that has not moved further than this, CSS px, has pressed and not dragged; and fingers that are closer zoom nothing. */
export const STILL = 6

/** The fingers that are on the picture. */
export class Fingers {
  readonly #at = new Map<number, ScreenPoint>()

  get count(): number {
    return this.#at.size
  }

  has(finger: number): boolean {
    return this.#at.has(finger)
  }

  /** A finger has come, or has moved. @returns what that does, where there are two */
  put(finger: number, at: ScreenPoint): Grip | null {
    const before = this.#pair()
    this.#at.set(finger, at)
    const now = this.#pair()
    if (!before || !now) return null
    const near = before.spread < STILL || now.spread < STILL
    return {
      at: now.middle,
      dx: now.middle.x - before.middle.x,
      dy: now.middle.y - before.middle.y,
      factor: near ? 1 : now.spread / before.spread,
    }
  }

  lift(finger: number): void {
    this.#at.delete(finger)
  }

  /** The first two; null: there are fewer. */
  #pair(): { middle: ScreenPoint; spread: number } | null {
    const [a, b] = this.#at.values()
    if (!a || !b) return null
    return { middle: screenPoint((a.x + b.x) / 2, (a.y + b.y) / 2), spread: Math.hypot(a.x - b.x, a.y - b.y) }
  }
}
