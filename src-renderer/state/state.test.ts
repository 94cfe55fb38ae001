import { describe, expect, it } from 'vitest'
import { Bindings } from './bindings.svelte.ts'
import { inLayout, keyNames, type KeyPress } from './keys.ts'

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

  const nameOf = (event: KeyPress) => keyNames(event, new Map())[0]

  it('names a press as the table does', () => {
    expect(nameOf(press('a'))).toBe('A')
    expect(nameOf(press('A', { shiftKey: true }))).toBe('Shift+A')
    expect(nameOf(press('Z', { ctrlKey: true, shiftKey: true }))).toBe('Ctrl+Shift+Z')
    expect(nameOf(press('z', { metaKey: true }))).toBe('Ctrl+Z')
    expect(nameOf(press('?', { shiftKey: true }))).toBe('?')
    expect(nameOf(press('F6', { shiftKey: true }))).toBe('Shift+F6')
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
    ['an Arabic layout, whose key prints two letters: B', press('\u0644\u0627', { code: 'KeyB' }), 'brush'],
    ['a letter with Alt, which is for menus', press('å', { code: 'KeyA', altKey: true }), undefined],
  ])('finds the action for %s', (_, event, action) => {
    expect(new Bindings().actionsOf(event)[0]).toBe(action)
  })

  it('finds by its place what a layout without our letters prints punctuation for', () => {
    const bindings = new Bindings()
    bindings.layout = new Map([['KeyQ', ';'], ['KeyW', 'ς'], ['KeyZ', 'ζ'], ['Semicolon', '΄']]) // prettier-ignore
    expect(bindings.actionsOf(press(';', { code: 'KeyQ' }))).toEqual(['rest'])
    expect(bindings.actionsOf(press('?', { code: 'Slash', shiftKey: true }))).toEqual(['showKeys'])
    // Dvorak has a Q elsewhere
    bindings.layout = new Map([['KeyQ', "'"], ['KeyX', 'q']]) // prettier-ignore
    expect(bindings.actionsOf(press("'", { code: 'KeyQ' }))).toEqual([])
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

it('shows keys as the layout prints them where they are taken by their place', () => {
  const russian = new Map([['KeyP', 'з'], ['KeyZ', 'я'], ['BracketLeft', 'х'], ['Minus', '-']]) // prettier-ignore
  const german = new Map([['KeyP', 'p'], ['KeyZ', 'y'], ['KeyY', 'z'], ['BracketLeft', 'ü'], ['Minus', 'ß']]) // prettier-ignore
  const shown = (layout: ReadonlyMap<string, string>) =>
    ['P', 'Ctrl+Z', '[', '-', 'Shift+1', 'Enter', '+'].map((name) => inLayout(name, layout))
  expect(shown(russian)).toEqual(['З', 'Ctrl+Я', 'Х', '-', 'Shift+1', 'Enter', '+'])
  expect(shown(german)).toEqual(['P', 'Ctrl+Z', 'Ü', 'ß', 'Shift+1', 'Enter', '+'])
  expect(shown(new Map())).toEqual(['P', 'Ctrl+Z', '[', '-', 'Shift+1', 'Enter', '+'])
})
