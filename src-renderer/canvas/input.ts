import type { ScreenPoint } from '../../src-main/core/geometry/points.ts'
import { screenPoint } from '../../src-main/core/geometry/points.ts'

/** Pointer and wheel of the host element, as the canvas wants to hear of them. Points are CSS pixels from the host's top left. */
export interface InputHandlers {
  /** @returns false: the press is not wanted */
  down(at: ScreenPoint, press: { button: number; shift: boolean }): boolean
  /** `way`: all positions since the last event, oldest first, `at` included */
  move(at: ScreenPoint, way: readonly ScreenPoint[]): void
  up(at: ScreenPoint, press: { shift: boolean }): void
  /** the pointer has left, or was taken away in mid-gesture */
  leave(): void
  double(at: ScreenPoint): void
  zoom(at: ScreenPoint, factor: number): void
  pan(dx: number, dy: number): void
  menu(at: ScreenPoint, window: { x: number; y: number }): void
}

/** CSS pixels that one line or page of a wheel stands for. */
const LINE = 32
const PAGE = 400

/** Listens on `host` until `signal` aborts. */
export function listen(host: HTMLElement, handlers: InputHandlers, signal: AbortSignal): void {
  const options = { signal }
  let pressed: number | null = null

  const pointOf = (event: MouseEvent): ScreenPoint => {
    const frame = host.getBoundingClientRect()
    return screenPoint(event.clientX - frame.left, event.clientY - frame.top)
  }

  host.addEventListener(
    'pointerdown',
    (event) => {
      host.focus({ preventScroll: true })
      if (pressed !== null || event.button > 1) return
      if (!handlers.down(pointOf(event), { button: event.button, shift: event.shiftKey })) return
      pressed = event.pointerId
      host.setPointerCapture(event.pointerId)
      event.preventDefault()
    },
    options,
  )
  host.addEventListener(
    'pointermove',
    (event) => {
      if (pressed !== null && event.pointerId !== pressed) return
      const way = event.getCoalescedEvents().map(pointOf)
      const at = pointOf(event)
      handlers.move(at, way.length > 0 ? way : [at])
    },
    options,
  )
  host.addEventListener(
    'pointerup',
    (event) => {
      if (event.pointerId !== pressed) return
      pressed = null
      handlers.up(pointOf(event), { shift: event.shiftKey })
    },
    options,
  )
  host.addEventListener(
    'pointercancel',
    () => {
      pressed = null
      handlers.leave()
    },
    options,
  )
  host.addEventListener('pointerleave', () => pressed === null && handlers.leave(), options)
  host.addEventListener('dblclick', (event) => handlers.double(pointOf(event)), options)
  host.addEventListener(
    'contextmenu',
    (event) => {
      event.preventDefault()
      handlers.menu(pointOf(event), { x: event.clientX, y: event.clientY })
    },
    options,
  )
  host.addEventListener(
    'wheel',
    (event) => {
      event.preventDefault()
      const unit = event.deltaMode === 1 ? LINE : event.deltaMode === 2 ? PAGE : 1
      const [dx, dy] = [event.deltaX * unit, event.deltaY * unit]
      if (event.ctrlKey || event.metaKey) handlers.zoom(pointOf(event), Math.exp(-dy * 0.01))
      else if (event.shiftKey) handlers.pan(-(dx || dy), 0)
      else if (isTrackpad(event)) handlers.pan(-dx, -dy)
      else handlers.zoom(pointOf(event), Math.exp(-dy * 0.0025))
    },
    { ...options, passive: false },
  )
}

/** Two fingers on a trackpad: sideways as well, or in small steps; a wheel comes in notches, up and down only. */
function isTrackpad(event: WheelEvent): boolean {
  return event.deltaMode === 0 && (event.deltaX !== 0 || Math.abs(event.deltaY) < 40)
}
