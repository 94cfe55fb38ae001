import type { Box } from '../../src-main/core/geometry/box.ts'
import { overlapOf } from '../../src-main/core/geometry/box.ts'
import type { Camera, Extent } from '../../src-main/core/geometry/camera.ts'
import {
  MAX_SCALE,
  clampCamera,
  fitBox,
  fitImage,
  minScale,
  panBy,
  toImage,
  toScreen,
  visibleBox,
  zoomAt,
} from '../../src-main/core/geometry/camera.ts'
import type { ImagePoint, ScreenPoint } from '../../src-main/core/geometry/points.ts'
import { imagePoint, screenPoint } from '../../src-main/core/geometry/points.ts'

/** Where a person left an image: its scale and the image point in the middle of the view. */
interface Place {
  scale: number
  x: number
  y: number
}

const MOST_REMEMBERED = 5000

/** The camera of one canvas: fits, zooms, pans, follows the view's size, and remembers where each image was left. */
export class CameraControl {
  #image: Extent | null = null
  #key = ''
  #view: Extent = { width: 1, height: 1 }
  #camera: Camera = { scale: 1, x: 0, y: 0 }
  /** nobody has moved it: it keeps fitting as the view changes */
  #fitting = true
  /** an image that was not looked at before is shown at the zoom and place of the one before it */
  keeps = false
  /** by image key */
  readonly #remembered = new Map<string, Place>()
  readonly #changed: () => void

  constructor(changed: () => void) {
    this.#changed = changed
  }

  get camera(): Camera {
    return this.#camera
  }

  get view(): Extent {
    return this.#view
  }

  /** The part of the image in view; null where there is none. */
  visible(): Box | null {
    return this.#image && visibleBox(this.#camera, this.#image, this.#view)
  }

  setImage(key: string, image: Extent | null): void {
    const before = this.keeps && this.#image && !this.#fitting ? this.#place() : undefined
    this.#key = key
    this.#image = image
    const place = this.#remembered.get(key) ?? before
    this.#fitting = place === undefined
    if (!image) return
    if (place) this.#centre(place)
    else this.fit()
  }

  setView(view: Extent): void {
    const place = this.#place()
    this.#view = view
    if (this.#fitting) this.fit()
    else this.#centre(place)
  }

  /** Shows the whole image. */
  fit(): void {
    this.#remembered.delete(this.#key)
    this.#fitting = true
    if (this.#image) this.#set(fitImage(this.#image, this.#view))
  }

  /** @param at the point that stays where it is; default: the middle of the view */
  zoomBy(factor: number, at: ScreenPoint = this.#middle()): void {
    if (!this.#image) return
    const limits = { min: minScale(this.#image, this.#view), max: MAX_SCALE }
    this.#move(zoomAt(this.#camera, at, factor, limits))
  }

  panBy(dx: number, dy: number): void {
    this.#move(panBy(this.#camera, dx, dy))
  }

  /** Shows a box of the image (image pixels) in the middle, at most at 1,600 %. */
  show(box: Box): void {
    this.#move(fitBox(box, this.#view, Math.min(this.#view.width, this.#view.height) / 5, 16))
  }

  /** Moves a box into the middle where it is out of view; the scale stays. */
  reveal(box: Box): void {
    const seen = this.visible()
    const shared = seen && overlapOf(seen, box)
    if (shared && shared.width * shared.height * 2 >= box.width * box.height) return
    this.lookAt(imagePoint(box.x + box.width / 2, box.y + box.height / 2))
  }

  /** Moves an image point into the middle of the view. */
  lookAt(point: ImagePoint): void {
    this.#move(this.#centred(this.#camera.scale, point.x, point.y))
  }

  #middle(): ScreenPoint {
    return screenPoint(this.#view.width / 2, this.#view.height / 2)
  }

  #place(): Place {
    const { x, y } = toImage(this.#camera, this.#middle())
    return { scale: this.#camera.scale, x, y }
  }

  #centre(place: Place): void {
    this.#set(this.#centred(place.scale, place.x, place.y))
  }

  #centred(scale: number, x: number, y: number): Camera {
    const at = toScreen({ scale, x: 0, y: 0 }, imagePoint(x, y))
    return { scale, x: this.#view.width / 2 - at.x, y: this.#view.height / 2 - at.y }
  }

  /** A person's move: remembered. */
  #move(camera: Camera): void {
    if (!this.#image) return
    this.#fitting = false
    this.#set(camera)
    if (this.#remembered.size >= MOST_REMEMBERED) this.#remembered.clear()
    this.#remembered.set(this.#key, this.#place())
  }

  #set(camera: Camera): void {
    this.#camera = this.#image ? clampCamera(camera, this.#image, this.#view) : camera
    this.#changed()
  }
}
