import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { listen, type InputHandlers } from './input.ts'

/** Stands for the canvas's element: it hears events, and gives its place. */
class Host extends EventTarget {
  readonly captured: number[] = []
  focus(): void {}
  getBoundingClientRect() {
    return { left: 0, top: 0 }
  }
  setPointerCapture(pointer: number): void {
    this.captured.push(pointer)
  }
}

let host: Host
let heard: string[]

/** A pointer event at (x, 0). */
function pointer(type: string, x: number, pointerId = 1, pointerType = 'mouse'): void {
  const event = new Event(type, { cancelable: true })
  const rest = {
    ...{ pointerId, pointerType, pressure: 0.5, button: 0, shiftKey: false, clientX: x, clientY: 0 },
    getCoalescedEvents: () => [],
  }
  host.dispatchEvent(Object.assign(event, rest))
}

beforeEach(() => {
  vi.stubGlobal('window', new EventTarget())
  host = new Host()
  heard = []
  const handlers: InputHandlers = {
    down: ({ x }) => heard.push(`down ${x}`) > 0,
    move: ({ x }) => heard.push(`move ${x}`),
    up: ({ x }) => heard.push(`up ${x}`),
    leave: () => heard.push('leave'),
    double: () => undefined,
    zoom: ({ x }, factor) => heard.push(`zoom ${factor} at ${x}`),
    pan: (dx) => heard.push(`pan ${dx}`),
    size: () => undefined,
    menu: (at) => heard.push(`menu ${at?.x ?? 'by key'}`),
  }
  const element: unknown = host
  // a fake of the parts in use
  listen(element as HTMLElement, handlers, () => 'device', new AbortController().signal)
})

afterEach(() => vi.unstubAllGlobals())

it('ends a stroke whose pointer is taken away, so that the next one begins anew', () => {
  pointer('pointerdown', 10)
  pointer('pointermove', 12)
  pointer('lostpointercapture', 12)
  // up somewhere else, where the canvas does not hear of it
  pointer('pointerdown', 90)
  pointer('pointerup', 95)
  expect(heard).toEqual(['down 10', 'move 12', 'leave', 'down 90', 'up 95'])
})

it('says nothing of a capture that ends with the stroke itself', () => {
  pointer('pointerdown', 10)
  pointer('pointerup', 20)
  pointer('lostpointercapture', 20)
  pointer('pointerdown', 30)
  pointer('pointercancel', 30)
  pointer('lostpointercapture', 30)
  expect(heard).toEqual(['down 10', 'up 20', 'down 30', 'leave'])
})

it('goes on with a stroke when another pointer is lost or cancelled', () => {
  pointer('pointerdown', 10)
  pointer('pointercancel', 50, 2)
  pointer('lostpointercapture', 50, 2)
  pointer('pointerup', 20)
  expect(heard).toEqual(['down 10', 'up 20'])
})

it('opens no menu by the second button in mid-stroke, which would give the stroke another instance', () => {
  pointer('pointerdown', 10)
  pointer('contextmenu', 40)
  pointer('pointerup', 50)
  pointer('contextmenu', 60)
  expect(heard).toEqual(['down 10', 'up 50', 'menu 60'])
})

it('tells a menu by the second button from one by key', () => {
  pointer('contextmenu', 30)
  host.dispatchEvent(Object.assign(new Event('contextmenu'), { clientX: 1, clientY: 1, button: -1 }))
  expect(heard).toEqual(['menu 30', 'menu by key'])
})

/** What one finger does. */
const finger = (type: string, x: number, id = 1) => pointer(type, x, id, 'touch')

it('draws with one finger from where it pressed, and presses where it only taps', () => {
  finger('pointerdown', 10)
  finger('pointermove', 13)
  expect(heard).toEqual([])
  finger('pointermove', 30)
  finger('pointerup', 40)
  finger('pointerdown', 70)
  finger('pointerup', 71)
  expect(heard).toEqual(['down 10', 'move 30', 'up 40', 'down 70', 'up 71'])
})

it('zooms and moves with two fingers, and draws nothing with either', () => {
  finger('pointerdown', 100)
  finger('pointerdown', 200, 2)
  finger('pointermove', 300, 2)
  finger('pointermove', 120, 1)
  finger('pointerup', 300, 2)
  finger('pointermove', 400, 1)
  finger('pointerup', 400, 1)
  expect(heard).toEqual(['pan 50', 'zoom 2 at 200', 'pan 10', 'zoom 0.9 at 210'])
  finger('pointerdown', 50, 3)
  finger('pointerup', 50, 3)
  expect(heard.slice(4)).toEqual(['down 50', 'up 50'])
})

it('leaves a stroke alone when another finger or a palm comes down', () => {
  finger('pointerdown', 10)
  finger('pointermove', 30)
  finger('pointerdown', 300, 2)
  finger('pointermove', 400, 2)
  finger('pointerup', 400, 2)
  finger('pointerup', 40)
  pointer('pointerdown', 60, 5, 'pen')
  finger('pointerdown', 300, 6)
  finger('pointerup', 300, 6)
  pointer('pointerup', 70, 5, 'pen')
  expect(heard).toEqual(['down 10', 'move 30', 'up 40', 'down 60', 'up 70'])
})

it('opens the menu under a finger that stays, and marks nothing by it', () => {
  finger('pointerdown', 10)
  pointer('contextmenu', 10)
  finger('pointerup', 10)
  expect(heard).toEqual(['menu 10'])
})
