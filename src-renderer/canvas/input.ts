import type { ScreenPoint } from '../../src-main/core/geometry/points.ts'
import { screenPoint } from '../../src-main/core/geometry/points.ts'
import type { WheelUse } from './api.ts'
import { Fingers, STILL } from './fingers.ts'
import type { Held } from './tools/tool.ts'
import { Wheel } from './wheel.ts'

/** Pointer and wheel of the host element, as the canvas wants to hear of them. Points are CSS pixels from the host's top left. */
export interface InputHandlers {
  /** @returns false: the press is not wanted */
  down(at: ScreenPoint, press: { button: number } & Held): boolean
  /** `way`: all positions since the last event, oldest first, `at` included */
  move(at: ScreenPoint, way: readonly ScreenPoint[], held: Held): void
  up(at: ScreenPoint, held: Held): void
  /** the pointer has left, or was taken away in mid-gesture */
  leave(): void
  double(at: ScreenPoint): void
  zoom(at: ScreenPoint, factor: number): void
  pan(dx: number, dy: number): void
  /** Ctrl and the wheel; away from the person is more than 0 */
  size(at: ScreenPoint, notches: number): void
  /** @param at null: asked for by key */
  menu(at: ScreenPoint | null, window: { x: number; y: number }): void
}

function heldIn({ shiftKey, altKey, ctrlKey, metaKey, pointerType, pressure }: PointerEvent): Held {
  return {
    ...{ shift: shiftKey, alt: altKey, ctrl: ctrlKey || metaKey },
    pressure: pointerType === 'pen' ? pressure : 1,
  }
}

/** Listens on `host` until `signal` aborts. @param use what a person wants of the wheel, asked at each turn of it */
export function listen(
  host: HTMLElement,
  handlers: InputHandlers,
  use: () => WheelUse,
  signal: AbortSignal,
): void {
  const options = { signal }
  const wheel = new Wheel()
  let pressed: number | null = null
  const fingers = new Fingers()
  /** a finger that has pressed and not yet moved: a second one may make a pinch of it, and time a menu */
  let waiting: { finger: number; at: ScreenPoint; held: Held } | null = null
  /** two fingers move and zoom; what is left of them does nothing until all are up */
  let pinching = false

  const pointOf = (event: MouseEvent): ScreenPoint => {
    const frame = host.getBoundingClientRect()
    return screenPoint(event.clientX - frame.left, event.clientY - frame.top)
  }

  /** The finger that waits presses after all. @returns whether the press was wanted */
  const press = (): boolean => {
    const first = waiting
    waiting = null
    if (!first || !handlers.down(first.at, { button: 0, ...first.held })) return false
    pressed = first.finger
    return true
  }

  const touch = (event: PointerEvent): void => {
    if (pressed !== null) return
    const at = pointOf(event)
    fingers.put(event.pointerId, at)
    host.setPointerCapture(event.pointerId)
    if (fingers.count > 1) pinching = true
    waiting = pinching ? null : { finger: event.pointerId, at, held: heldIn(event) }
  }

  /** @returns whether the finger draws */
  const drag = (event: PointerEvent): boolean => {
    const at = pointOf(event)
    const grip = fingers.put(event.pointerId, at)
    if (pinching) {
      if (grip) handlers.pan(grip.dx, grip.dy)
      if (grip) handlers.zoom(grip.at, grip.factor)
      return false
    }
    if (!waiting) return pressed === event.pointerId
    return Math.hypot(at.x - waiting.at.x, at.y - waiting.at.y) > STILL && press()
  }

  const lift = (event: PointerEvent): void => {
    fingers.lift(event.pointerId)
    if (pinching) pinching = fingers.count > 0
  }

  host.addEventListener(
    'pointerdown',
    (event) => {
      host.focus({ preventScroll: true })
      if (event.pointerType === 'touch') return touch(event)
      if (pressed !== null || event.button > 1) return
      // a hand that rests beside the pen
      waiting = null
      if (!handlers.down(pointOf(event), { button: event.button, ...heldIn(event) })) return
      pressed = event.pointerId
      host.setPointerCapture(event.pointerId)
      event.preventDefault()
    },
    options,
  )
  host.addEventListener(
    'pointermove',
    (event) => {
      if (fingers.has(event.pointerId) && !drag(event)) return
      if (pressed !== null && event.pointerId !== pressed) return
      const way = event.getCoalescedEvents().map(pointOf)
      const at = pointOf(event)
      handlers.move(at, way.length > 0 ? way : [at], heldIn(event))
    },
    options,
  )
  host.addEventListener(
    'pointerup',
    (event) => {
      lift(event)
      if (waiting?.finger === event.pointerId) press()
      if (event.pointerId !== pressed) return
      pressed = null
      handlers.up(pointOf(event), heldIn(event))
    },
    options,
  )
  // a gesture that was not let go of has ended all the same where the pointer is taken away: it may come up anywhere, unheard
  for (const taken of ['pointercancel', 'lostpointercapture'] as const) {
    host.addEventListener(
      taken,
      (event) => {
        lift(event)
        if (waiting?.finger === event.pointerId) waiting = null
        if (event.pointerId !== pressed) return
        pressed = null
        handlers.leave()
      },
      options,
    )
  }
  host.addEventListener('pointerleave', () => pressed === null && handlers.leave(), options)
  host.addEventListener('dblclick', (event) => handlers.double(pointOf(event)), options)
  host.addEventListener(
    'contextmenu',
    (event) => {
      event.preventDefault()
      // a press of the second button in mid-gesture changes nothing
      if (pressed !== null || pinching) return
      waiting = null
      // the key for menus makes the event of the second button, of no button
      handlers.menu(event.button < 0 ? null : pointOf(event), { x: event.clientX, y: event.clientY })
    },
    options,
  )
  host.addEventListener(
    'wheel',
    (event) => {
      event.preventDefault()
      const turn = wheel.read(event, use())
      if (turn.kind === 'zoom') handlers.zoom(pointOf(event), turn.factor)
      else if (turn.kind === 'pan') handlers.pan(turn.dx, turn.dy)
      else handlers.size(pointOf(event), turn.notches)
    },
    { ...options, passive: false },
  )
  window.addEventListener('keydown', (event) => wheel.key(event), { ...options, capture: true })
  window.addEventListener('keyup', (event) => wheel.key(event), { ...options, capture: true })
  window.addEventListener('blur', () => wheel.blur(), options)
}
