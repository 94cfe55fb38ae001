import type { Box } from '../../src-main/core/geometry/box.ts'
import type { ScreenPoint } from '../../src-main/core/geometry/points.ts'
import { imagePoint } from '../../src-main/core/geometry/points.ts'
import type { CameraControl } from './camera-control.ts'

/** Where the minimap stands (CSS pixels) and how many image pixels one of its pixels is; null while it is not shown. */
export type MinimapPlace = () => { box: Box; scale: number } | null

/** Moves the image by hand: Space, middle button or the pan tool, and the minimap. What it takes, no tool gets. */
export class Hand {
  /** the key is down */
  space = false
  /** drags change the tone */
  tones = false
  readonly #camera: CameraControl
  readonly #minimap: MinimapPlace
  readonly #tone: (right: number, up: number) => void
  #drag:
    { kind: 'pan'; last: ScreenPoint } | { kind: 'minimap' } | { kind: 'tone'; last: ScreenPoint } | null =
    null

  constructor(camera: CameraControl, minimap: MinimapPlace, tone: (right: number, up: number) => void) {
    this.#camera = camera
    this.#minimap = minimap
    this.#tone = tone
  }

  get busy(): boolean {
    return this.#drag !== null
  }

  /** null: the tool's own */
  cursor(): string | null {
    if (this.#drag?.kind === 'pan') return 'grabbing'
    if (this.tones) return 'move'
    return this.space ? 'grab' : null
  }

  isOnMinimap(at: ScreenPoint): boolean {
    const box = this.#minimap()?.box
    return (
      box !== undefined &&
      at.x >= box.x &&
      at.y >= box.y &&
      at.x < box.x + box.width &&
      at.y < box.y + box.height
    )
  }

  /** @param pans the pan tool or the middle button. @returns whether the press is the hand's */
  down(at: ScreenPoint, pans: boolean): boolean {
    if (this.tones) this.#drag = { kind: 'tone', last: at }
    else if (this.isOnMinimap(at)) this.#drag = { kind: 'minimap' }
    else if (pans || this.space) this.#drag = { kind: 'pan', last: at }
    if (this.#drag?.kind === 'minimap') this.move(at)
    return this.busy
  }

  /** @returns whether the hand moves something */
  move(at: ScreenPoint): boolean {
    if (this.#drag?.kind === 'pan') {
      this.#camera.panBy(at.x - this.#drag.last.x, at.y - this.#drag.last.y)
      this.#drag = { kind: 'pan', last: at }
    } else if (this.#drag?.kind === 'tone') {
      this.#tone(at.x - this.#drag.last.x, this.#drag.last.y - at.y)
      this.#drag = { kind: 'tone', last: at }
    } else if (this.#drag) {
      const place = this.#minimap()
      if (place) {
        const { box, scale } = place
        this.#camera.lookAt(imagePoint((at.x - box.x) * scale, (at.y - box.y) * scale))
      }
    }
    return this.busy
  }

  /** @returns whether the press was the hand's */
  up(): boolean {
    const was = this.busy
    this.#drag = null
    return was
  }
}
