import { describe, expect, it } from 'vitest'
import { toFloat16 } from '../../src-main/core/float16.ts'
import { nearestPoint, pointsByCluster, pointsInside, pointsOf } from './points.ts'
import { Bindings } from './bindings.svelte.ts'
import { keyNames } from './keys.ts'

describe('keys', () => {
  const press = (key: string, held: Partial<KeyboardEvent> = {}) => ({
    key,
    code: '',
    ctrlKey: false,
    metaKey: false,
    altKey: false,
    shiftKey: false,
    ...held,
  })

  it('names a press as the table does', () => {
    expect(keyNames(press('a'))[0]).toBe('A')
    expect(keyNames(press('A', { shiftKey: true }))[0]).toBe('Shift+A')
    expect(keyNames(press('Z', { ctrlKey: true, shiftKey: true }))[0]).toBe('Ctrl+Shift+Z')
    expect(keyNames(press('z', { metaKey: true }))[0]).toBe('Ctrl+Z')
    expect(keyNames(press('?', { shiftKey: true }))[0]).toBe('?')
    expect(keyNames(press('F6', { shiftKey: true }))[0]).toBe('Shift+F6')
  })

  it.each([
    ['a Cyrillic layout: P', press('з', { code: 'KeyP' }), 'polygon'],
    ['a Cyrillic layout: [', press('х', { code: 'BracketLeft' }), 'smaller'],
    ['Ctrl with a Cyrillic layout', press('я', { code: 'KeyZ', ctrlKey: true }), 'undo'],
    [
      'Ctrl and Shift with a Greek layout',
      press('Ζ', { code: 'KeyZ', ctrlKey: true, shiftKey: true }),
      'redo',
    ],
    ['[ of a German Mac', press('[', { code: 'Digit5', altKey: true }), 'smaller'],
    ['[ by AltGr', press('[', { code: 'Digit8', altKey: true, ctrlKey: true }), 'smaller'],
    ['a digit that a French layout prints with Shift', press('&', { code: 'Digit1' }), 'annotate'],
    ['a letter by what is printed, wherever it is', press('a', { code: 'KeyQ' }), 'accept'],
    ['punctuation of Dvorak in the place of Q', press("'", { code: 'KeyQ' }), undefined],
    ['a letter with Alt, which is for menus', press('å', { code: 'KeyA', altKey: true }), undefined],
  ])('finds the action for %s', (_, event, action) => {
    expect(new Bindings().actionsOf(event)[0]).toBe(action)
  })

  it('gives no key to two actions, but for what goes on in the canvas first', () => {
    const { keys } = new Bindings()
    const all = Object.values(keys).flat()
    expect(all.filter((key, i) => all.indexOf(key) !== i)).toEqual(['Backspace'])
  })

  it('a key that a person changes is the key, everywhere', () => {
    const bindings = new Bindings()
    bindings.keys = { ...bindings.keys, brush: ['Ctrl+ArrowUp'], polygon: [] }
    expect(bindings.actionsOf(press('ArrowUp', { ctrlKey: true }))).toContain('brush')
    expect(bindings.actionsOf(press('b'))).toEqual([])
    expect([bindings.keyFor('brush'), bindings.keyFor('polygon'), bindings.keyFor('pan')]).toEqual([
      'Ctrl+Up',
      '',
      'Space',
    ])
  })
})

describe('the points of an inference', () => {
  it('lie where the pixels point, and are found there', () => {
    // the first, third and fourth pixel of 4 x 2, pointing half a pixel right and one down
    const inference = {
      ...{ width: 4, height: 2, channels: 2, index: Uint32Array.of(0, 2, 7) },
      ...{
        offset: Uint16Array.from([0.5, 1, 0.5, 1, 0.5, 1], toFloat16),
        foreground: Uint8Array.of(9, 8, 7),
      },
    }
    const points = pointsOf(inference, Int16Array.of(-1, 0, 1))
    expect([[...points.x], [...points.y]]).toEqual([
      [0.5, 2.5, 3.5],
      [1, 1, 2],
    ])
    expect(nearestPoint(points, 2.4, 0.9, 1)).toBe(1)
    expect(nearestPoint(points, 20, 20, 1)).toBe(-1)
    // a square with a notch that leaves the middle one out
    const around = [
      [0, 0],
      [2.4, 0],
      [2.5, 1.5],
      [2.6, 0],
      [4, 0],
      [4, 3],
      [0, 3],
    ].map(([x = 0, y = 0]) => ({ x, y }))
    expect([...pointsInside(points, around)]).toEqual([0, 2])
  })
})

describe('pointsByCluster', () => {
  it('groups all of a small cluster, and thins a large one evenly', () => {
    const n = 10_000
    const points = {
      pixel: Uint32Array.from({ length: n }, (_, i) => i),
      x: new Float32Array(n),
      y: new Float32Array(n),
      foreground: new Uint8Array(n),
      cluster: Int16Array.from({ length: n }, (_, i) => (i % 100 === 0 ? 3 : -1)),
    }
    const groups = pointsByCluster(points, 1000)
    expect(groups.get(3)).toHaveLength(100)
    const thinned = groups.get(-1) ?? new Uint32Array()
    expect(thinned.length).toBeGreaterThan(800)
    expect(thinned.length).toBeLessThan(1200)
    expect(thinned.filter((i) => i < n / 2).length / thinned.length).toBeCloseTo(0.5, 1)
  })
})
