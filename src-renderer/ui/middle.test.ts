import fc from 'fast-check'
import { expect, it } from 'vitest'
import { cutMiddle } from './middle.ts'

const width = (text: string) => 7 * Array.from(text).length

it('cuts a name in its middle, and keeps the end by which names of one series differ', () => {
  expect(cutMiddle('drawn-harbour.jpg', 200, width)).toBe('drawn-harbour.jpg')
  expect(cutMiddle('drawn-side-by-side.jpg', 105, width)).toBe('drawn…-side.jpg')
})

it('leaves out no more than it must', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 12, maxLength: 60, unit: 'grapheme' }), fc.nat(300), (name, extra) => {
      const signs = Array.from(name).length
      const room = 7 * 10 + extra
      const cut = cutMiddle(name, room, width)
      // as much as fits, whole or cut
      expect(width(cut)).toBeLessThanOrEqual(room)
      expect(width(cut)).toBeGreaterThan(Math.min(7 * signs, room) - 7)
      if (7 * signs <= room) {
        expect(cut).toBe(name)
        return
      }
      const at = cut.lastIndexOf('…')
      expect([name.startsWith(cut.slice(0, at)), name.endsWith(cut.slice(at + 1))]).toEqual([true, true])
    }),
  )
})
