import { describe, expect, it } from 'vitest'
import { Wheel } from './wheel.ts'

const turn = (deltaY: number, more: Partial<WheelEvent> = {}) => ({
  deltaX: 0,
  deltaY,
  deltaMode: 0,
  ctrlKey: false,
  metaKey: false,
  shiftKey: false,
  timeStamp: 0,
  ...more,
})
const key = (type: string, name: string, ctrlKey = false) => ({ type, key: name, ctrlKey })

describe('wheel', () => {
  it('zooms by steps of any size, from one end of a spin to the other', () => {
    const wheel = new Wheel()
    const kinds = [30, 30, 30, 44, 60, 30, 12, 4].map(
      (delta, i) => wheel.read(turn(delta, { timeStamp: i * 16 }), 'device').kind,
    )
    expect(new Set(kinds)).toEqual(new Set(['zoom']))
  })

  it('zooms the same way whether a turn comes in one notch or in ten smooth steps', () => {
    const factor = (deltas: number[]) => {
      const wheel = new Wheel()
      return deltas.reduce((product, delta) => {
        const read = wheel.read(turn(delta), 'device')
        return read.kind === 'zoom' ? product * read.factor : NaN
      }, 1)
    }
    expect(factor(Array<number>(10).fill(30))).toBeCloseTo(factor([300]))
  })

  it.each([
    ['a pinch', turn(3, { ctrlKey: true })],
    ['a fraction of a pixel', turn(3.5)],
    ['both ways at once', turn(3, { deltaX: 2 })],
  ])('knows a touch pad by %s, and pans from the next spin on', (_, sign) => {
    const wheel = new Wheel()
    expect(wheel.read(turn(12), 'device').kind).toBe('zoom')
    wheel.read({ ...sign, timeStamp: 1000 }, 'device')
    expect(wheel.read(turn(12, { timeStamp: 2000 }), 'device')).toEqual({ kind: 'pan', dx: -0, dy: -12 })
  })

  it('never changes what it does within one spin', () => {
    const wheel = new Wheel()
    expect(wheel.read(turn(12), 'device').kind).toBe('zoom')
    expect(wheel.read(turn(12.5, { timeStamp: 20 }), 'device').kind).toBe('zoom')
    expect(wheel.read(turn(12, { timeStamp: 500 }), 'device').kind).toBe('pan')
  })

  it('goes sideways by a wheel that is tilted, and takes that for no touch pad', () => {
    const wheel = new Wheel()
    expect(wheel.read(turn(0, { deltaX: 100 }), 'device')).toEqual({ kind: 'pan', dx: -100, dy: 0 })
    expect(wheel.read(turn(100, { timeStamp: 1000 }), 'device').kind).toBe('zoom')
  })

  it('does what a person has chosen, whatever the device', () => {
    const wheel = new Wheel()
    expect(wheel.read(turn(12), 'pan').kind).toBe('pan')
    wheel.read(turn(3.5, { timeStamp: 1000 }), 'zoom')
    expect(wheel.read(turn(12, { timeStamp: 2000 }), 'zoom').kind).toBe('zoom')
  })

  it('sizes the brush with Control held, and zooms by a pinch, which only says that it is', () => {
    const wheel = new Wheel()
    expect(wheel.read(turn(-100, { ctrlKey: true }), 'device').kind).toBe('zoom')
    wheel.key(key('keydown', 'Control', true))
    expect(wheel.read(turn(-100, { ctrlKey: true }), 'device')).toEqual({ kind: 'size', notches: 1 })
    const smooth = Array.from({ length: 10 }, () => wheel.read(turn(-30, { ctrlKey: true }), 'device'))
    expect(smooth.reduce((sum, read) => sum + (read.kind === 'size' ? read.notches : NaN), 0)).toBe(3)
    wheel.key(key('keyup', 'Control'))
    expect(wheel.read(turn(-100, { ctrlKey: true }), 'device').kind).toBe('zoom')
    wheel.key(key('keydown', 'Control', true))
    wheel.blur()
    expect(wheel.read(turn(-100, { ctrlKey: true }), 'device').kind).toBe('zoom')
  })
})
