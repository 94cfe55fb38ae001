import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { boundsOf, fromPixels, fromPredicate } from '../../src-main/core/mask/rle.ts'
import type { Canvas } from '../canvas/index.ts'
import { command, perform, press as pressButton } from './actions.ts'
import { App } from './app.svelte.ts'
import { fakeClient } from './fake-client.ts'
import { keyDown, keyUp } from './keyboard.ts'
import type { OpenImage } from './open-image.svelte.ts'
import { OpenProject } from './open-project.svelte.ts'

const SIZE = { width: 10, height: 10 }
const SCORES = { sure: 0.9, unsure: 0.3, likely: 0.6 }

/** A window with an open image of three predictions, on a backend that never answers. */
function open(): App {
  const never = () => new Promise<never>(() => undefined)
  const backend = {
    annotate: { apply: never, undo: never },
    images: { get: never },
    predict: { ahead: never },
  }
  const app = new App(fakeClient({ backend }))
  app.project = new OpenProject(app, {
    ...{ id: 'p', name: 'p', location: '', imagesLocation: '', sample: false, readOnly: false },
    ...{ images: 1, finished: 0, currentRun: null, currentModel: null, flips: false },
  })
  void app.project.editing.open(1)
  app.project.editing.shown?.setState({
    ...SIZE,
    image: 1,
    status: 'to do',
    flag: { flagged: false, comment: '' },
    truth: [],
    predicted: true,
    predictions: Object.entries(SCORES).map(([id, score], i) => ({
      id,
      score,
      rle: fromPixels([i * 20, i * 20 + 1], SIZE),
      colour: i,
      decision: null,
      area: 2,
      cluster: i,
    })),
  })
  return app
}

let app: App

function project(): OpenProject {
  if (!app.project) throw new Error('no project is open')
  return app.project
}

function shown(): OpenImage {
  const image = project().editing.shown
  if (!image) throw new Error('no image is open')
  return image
}

/** Stands for every control and text field: the tests run without DOM. */
class Control {
  readonly type: string
  readonly isContentEditable = false
  constructor(type: string) {
    this.type = type
  }
  closest(what: string): Control | null {
    return what === 'input' ? this : null
  }
}

interface Press extends Partial<Pick<KeyboardEvent, 'ctrlKey' | 'shiftKey' | 'altKey' | 'repeat'>> {
  target?: Control
}

function keyEvent(key: string, { target, ...held }: Press): KeyboardEvent {
  const event = {
    key,
    code: /^[a-z]$/i.test(key) ? `Key${key.toUpperCase()}` : key,
    target: target ?? null,
    ...{ ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, repeat: false },
    ...held,
    defaultPrevented: false,
    preventDefault: () => (event.defaultPrevented = true),
  }
  const fake: unknown = event
  return fake as KeyboardEvent
}

/** Presses a key. @returns whether the window took it */
function press(key: string, how: Press = {}): boolean {
  const event = keyEvent(key, how)
  keyDown(app, event)
  return event.defaultPrevented
}

/** A canvas that uses no key. */
function canvasOf(part: Partial<Canvas> = {}): Canvas {
  const fake: unknown = {
    finish: vi.fn(() => false),
    setPan: vi.fn(),
    takeBack: vi.fn(() => false),
    adjust: vi.fn(() => false),
    correctBy: vi.fn(() => false),
    busy: false,
    ...part,
  }
  return fake as Canvas
}

beforeEach(() => {
  for (const name of ['Element', 'HTMLElement', 'HTMLInputElement']) vi.stubGlobal(name, Control)
  const stored = new Map<string, string>()
  vi.stubGlobal('localStorage', {
    getItem: (name: string) => stored.get(name) ?? null,
    setItem: (name: string, value: string) => stored.set(name, value),
  })
  app = open()
})

afterEach(() => vi.unstubAllGlobals())

const decisions = () =>
  Object.fromEntries(shown().state?.predictions.map(({ id, decision }) => [id, decision]) ?? [])

describe('accept and reject', () => {
  it('Delete rejects predictions that are selected alone; what else is for ships says that they come first', () => {
    shown().selection = ['unsure']
    const replies = () => app.toasts.items.map(({ text }) => text)
    for (const action of ['nudgeUp', 'grow', 'copy', 'duplicate', 'heading'] as const) {
      perform(app, action)
      expect([action, replies().at(-1)]).toEqual([
        action,
        'A prediction stays as it was made. Accept it first.',
      ])
    }
    perform(app, 'delete')
    expect(decisions().unsure).toBe('rejected')
    shown().selection = []
    perform(app, 'copy')
    expect(replies().at(-1)).toBe('Select the ships to copy first.')
  })

  it('go on to the next prediction that is shown, and stop after the last', () => {
    app.display.leastScore.value = 0.5
    shown().selection = ['sure']
    perform(app, 'accept')
    expect(shown().selection).toEqual(['likely'])
    perform(app, 'reject')
    expect(shown().selection).toEqual([])
    perform(app, 'accept')
    expect(decisions()).toEqual({ sure: 'accepted', unsure: null, likely: 'rejected' })
  })

  it('leave a selected prediction alone that is hidden, and take the one under the pointer', () => {
    app.display.leastScore.value = 0.5
    shown().selection = ['unsure']
    shown().hovered = 'likely'
    perform(app, 'accept')
    expect(decisions()).toEqual({ sure: null, unsure: null, likely: 'accepted' })
  })

  it('take all of a draft to truth in Embeddings, but for what was rejected; the draft and other views are as they were', () => {
    const instance = (id: string, at: number, decision: 'rejected' | null) => ({
      ...{ id, rle: fromPixels([at, at + 1], SIZE), score: 0.2, colour: 0, area: 2, cluster: 0, decision },
    })
    const predictions = [
      instance('draft 3', 3, null),
      instance('draft 53', 53, 'rejected'),
      instance('sure', 0, null),
    ]
    app.stage.target = { kind: 'draft', predictions, apply: vi.fn() }
    for (const view of ['review', 'train'] as const) {
      app.layout.view = view
      perform(app, 'acceptAll')
      expect(shown().state?.truth).toEqual([])
    }
    app.layout.view = 'embeddings'
    perform(app, 'acceptAll')
    expect(shown().state?.truth.map(({ rle, origin }) => [rle, origin])).toEqual([
      [predictions[0]?.rle, 'accepted'],
      [predictions[2]?.rle, 'accepted'],
    ])
    // decided is what a run has stored
    expect(decisions()).toEqual({ sure: 'accepted', unsure: null, likely: null })
    app.stage.target = null
    perform(app, 'acceptAll')
    expect(app.toasts.items.at(-1)?.text).toContain('no embedding')
  })

  it('decide nothing while predictions are switched off', () => {
    app.display.predictionShown.value = false
    shown().selection = ['sure']
    perform(app, 'accept')
    perform(app, 'reject')
    perform(app, 'acceptAll')
    expect(decisions()).toEqual({ sure: null, unsure: null, likely: null })
  })
})

describe('a key that is held', () => {
  it('decides once, on one prediction', () => {
    shown().selection = ['sure']
    press('a')
    expect(press('a', { repeat: true })).toBe(true)
    expect(press('x', { repeat: true })).toBe(true)
    expect(decisions()).toEqual({ sure: 'accepted', unsure: null, likely: null })
  })

  it('finishes one image', () => {
    const finish = vi.spyOn(project().editing, 'finish')
    press('d')
    press('d', { repeat: true })
    press('n', { repeat: true })
    expect(finish).toHaveBeenCalledOnce()
  })

  it('goes on with what is done in small steps', () => {
    const size = app.display.brushSize.value
    press(']')
    press(']', { repeat: true })
    expect(app.display.brushSize.value).toBe(size + 4)
  })
})

describe('keys elsewhere', () => {
  it('do nothing to the image beneath a sheet, wherever the focus is', () => {
    shown().selection = ['sure']
    app.layout.keysShown = true
    expect(press('a')).toBe(false)
    app.layout.keysShown = false
    project().exchange.reading = true
    expect(press('a')).toBe(false)
    expect(decisions().sure).toBeNull()
    project().exchange.reading = false
    expect(press('a')).toBe(true)
  })

  it('write into a text field, but those of the window itself work there', () => {
    const target = new Control('search')
    const { left, right } = app.layout
    for (const key of ['b', '?', 'ArrowRight', 'Delete']) expect(press(key, { target })).toBe(false)
    expect(press('z', { target, ctrlKey: true })).toBe(false)
    expect(app.stage.tool).toBe('select')
    expect(press('b', { target, ctrlKey: true })).toBe(true)
    expect(press('j', { target, ctrlKey: true })).toBe(true)
    expect([left.value, right.value]).toEqual([false, false])
    vi.stubGlobal('document', { querySelectorAll: () => [] })
    expect(press('F6', { target })).toBe(true)
    expect(press('F6', { target, shiftKey: true })).toBe(true)
    expect(press('F1', { target })).toBe(true)
    expect(app.layout.keysShown).toBe(true)
  })

  it.each<[string, Press]>([
    ['Shift', { shiftKey: true }],
    ['Ctrl', { ctrlKey: true }],
    ['Alt', { altKey: true }],
  ])('shows the masks again when H comes up, though %s was pressed meanwhile', (_, held) => {
    press('h')
    expect(app.display.allHidden).toBe(true)
    keyUp(app, keyEvent(held.shiftKey ? 'H' : 'h', held))
    expect(app.display.allHidden).toBe(false)
  })

  it('shows the masks again when Meta comes up: with it held, macOS tells of no other key that does', () => {
    press('h')
    keyUp(app, keyEvent('Meta', {}))
    expect(app.display.allHidden).toBe(false)
  })

  it('come up on the canvas wherever the focus has gone meanwhile', () => {
    const canvas = canvasOf()
    app.stage.canvas = canvas
    expect(press(' ')).toBe(true)
    keyUp(app, keyEvent(' ', { target: new Control('search') }))
    expect(vi.mocked(canvas.setPan).mock.calls).toEqual([[true], [false]])
  })

  it('go to the shape that is half drawn first: Backspace takes back its corner, else it opens the image before', () => {
    const back = vi.spyOn(project().editing, 'back').mockReturnValue()
    app.stage.canvas = canvasOf({ finish: vi.fn((step) => step === 'back') })
    expect(press('Backspace')).toBe(true)
    expect(back).not.toHaveBeenCalled()
    app.stage.canvas = canvasOf()
    expect(press('Backspace')).toBe(true)
    expect(back).toHaveBeenCalledOnce()
    app.layout.view = 'train'
    expect(press('Backspace')).toBe(false)
  })
})

describe('while a shape is half drawn', () => {
  const LEAVING = [
    'done',
    'noShip',
    'next',
    'previous',
    'back',
    'undo',
    'embeddings',
    'review',
    'train',
  ] as const

  beforeEach(() => {
    app.stage.canvas = canvasOf({ busy: true })
    app.stage.tool = 'polygon'
  })

  it('undo takes back the last corner, and no edit', () => {
    const takeBack = vi.fn(() => true)
    app.stage.canvas = canvasOf({ busy: true, takeBack })
    const undo = vi.spyOn(project().editing, 'undo').mockReturnValue()
    perform(app, 'undo')
    expect(takeBack).toHaveBeenCalledOnce()
    expect(undo).not.toHaveBeenCalled()
    expect(app.toasts.items).toEqual([])
  })

  it('brush and eraser correct what stands, where the canvas has use for them', () => {
    const correctBy = vi.fn((name: string) => name === 'eraser')
    app.stage.canvas = canvasOf({ busy: true, correctBy })
    app.stage.tool = 'smart'
    perform(app, 'eraser')
    expect([app.stage.tool, app.toasts.items]).toEqual(['smart', []])
    perform(app, 'polygon')
    expect([app.stage.tool, app.toasts.items.length]).toEqual(['smart', 1])
  })

  it('image and tool stay, and a note says what to do', () => {
    const { editing } = project()
    const calls = [
      vi.spyOn(editing, 'open').mockResolvedValue(),
      vi.spyOn(editing, 'finish').mockReturnValue(),
      vi.spyOn(editing, 'back').mockReturnValue(),
      vi.spyOn(editing, 'undo').mockReturnValue(),
      vi.spyOn(app, 'closeProject').mockResolvedValue(),
    ]
    for (const action of [...LEAVING, 'select', 'brush', 'knife', 'merge'] as const) {
      app.toasts.items = []
      expect(perform(app, action)).toBe(true)
      expect(app.toasts.items.map(({ text }) => text)).toEqual([
        'First finish what you are drawing, or take it back with Escape.',
      ])
    }
    command(app, 'close-project')
    command(app, 'view-review')
    for (const call of calls) expect(call).not.toHaveBeenCalled()
    expect(app.stage.tool).toBe('polygon')
    expect(app.layout.view).toBe('annotate')
  })

  it('what leaves the shape in peace goes on', () => {
    perform(app, 'larger')
    perform(app, 'acceptAll')
    expect(app.display.brushSize.value).toBe(14)
    expect(shown().state?.truth).toHaveLength(3)
  })

  it('nothing is refused once it is finished', () => {
    app.stage.canvas = canvasOf()
    const finish = vi.spyOn(project().editing, 'finish').mockReturnValue()
    perform(app, 'done')
    perform(app, 'brush')
    perform(app, 'train')
    expect(finish).toHaveBeenCalledWith('done')
    expect(app.stage.tool).toBe('brush')
    expect(app.layout.view).toBe('train')
  })
})

it('gives the keyboard back to the canvas after a click by pointer, and leaves it to one by key', () => {
  const focus = vi.spyOn(app.stage, 'focus').mockReturnValue()
  pressButton(app, 'brush', { detail: 0 })
  expect(focus).not.toHaveBeenCalled()
  pressButton(app, 'eraser', { detail: 1 })
  expect(focus).toHaveBeenCalledOnce()
  expect(app.stage.tool).toBe('eraser')
})

describe('flag', () => {
  const focus = vi.fn()
  beforeEach(() => {
    focus.mockClear()
    vi.stubGlobal('document', { querySelector: () => ({ focus }) })
  })

  it('opens the panel or the drawer in which the comment is written', () => {
    const { layout } = app
    layout.right.value = false
    perform(app, 'flag')
    expect([layout.rightShown, shown().flagging]).toEqual([true, true])
    layout.windowWidth = 1024
    perform(app, 'flag')
    expect(layout.rightShown).toBe(true)
    perform(app, 'flag')
    expect(layout.rightShown).toBe(true)
  })

  it('moves to the comment where that is open already', () => {
    perform(app, 'flag')
    expect(focus).toHaveBeenCalledOnce()
  })

  it('is not asked for on another image, nor in another project', () => {
    perform(app, 'flag')
    void project().editing.open(2)
    expect(shown().flagging).toBe(false)
    perform(app, 'flag')
    app = open()
    expect(shown().flagging).toBe(false)
  })
})

describe('the eye', () => {
  it('changes tones for all images, or for each as it was left, and no data', () => {
    const { eye } = project()
    const before = shown().state
    for (const key of ['ArrowUp', 'ArrowUp', 'ArrowRight']) press(key, { ctrlKey: true })
    press('I', { shiftKey: true })
    expect(eye.tone).toMatchObject({ brightness: 0.1, contrast: 0.05, invert: true })
    void project().editing.open(2)
    expect(eye.tone.invert).toBe(true)
    eye.perImage.value = true
    expect(eye.tone.brightness).toBe(0)
    press('ArrowDown', { ctrlKey: true })
    void project().editing.open(1)
    expect(eye.tone.brightness).toBe(0)
    void project().editing.open(2)
    expect(eye.tone.brightness).toBe(-0.05)
    press('L', { shiftKey: true })
    expect(eye.tone.brightness).toBe(0)
    expect(before?.truth).toEqual([])
  })

  it('keeps within black and white, however far a drag goes', () => {
    const { eye } = project()
    eye.drag(5000, -5000)
    eye.lift(100)
    expect([eye.tone.brightness, eye.tone.contrast, eye.tone.gamma]).toEqual([-1, 1, 5])
  })

  it('shows the image before for as long as its key is down', () => {
    const compare = vi.fn((held: boolean) => (held ? 'a.png' : null))
    app.stage.canvas = canvasOf({ compare })
    press('c')
    expect(app.stage.compared).toBe('a.png')
    keyUp(app, keyEvent('c', {}))
    expect([app.stage.compared, compare.mock.calls]).toEqual([null, [[true], [false]]])
  })
})

describe('copies', () => {
  const barge = (x: number) => ({
    ...{ id: crypto.randomUUID(), rle: fromPredicate(SIZE, () => true, { x, y: 1, width: 2, height: 6 }) },
    ...{ origin: 'drawn' as const, edited: false, colour: 0, area: 12 },
  })
  const mark = (...truth: ReturnType<typeof barge>[]): void => {
    const { state } = shown()
    shown().setState(state && { ...state, truth, predictions: [] })
    shown().selection = truth.map(({ id }) => id)
  }
  const columns = () => shown().state?.truth.map(({ rle }) => boundsOf(rle, SIZE.height)?.x)

  it('make a raft of barges, each pressed once; the row goes on as far as the last one was moved', () => {
    mark(barge(0))
    press('d', { ctrlKey: true })
    press('d', { ctrlKey: true })
    expect(columns()).toEqual([0, 2, 4])
    press('ArrowRight', { shiftKey: true })
    press('d', { ctrlKey: true })
    expect(columns()).toEqual([0, 2, 5, 8])
    // one undo each
    press('z', { ctrlKey: true })
    press('z', { ctrlKey: true })
    expect(columns()).toEqual([0, 2, 4])
  })

  it('come to the same place in the next image, and stay to be pasted again', () => {
    mark(barge(3), barge(6))
    press('c', { ctrlKey: true })
    const before = shown().state
    void project().editing.open(2)
    expect(press('v', { ctrlKey: true })).toBe(true)
    expect(shown().state).toBeNull()
    shown().setState(before && { ...before, image: 2, truth: [] })
    press('v', { ctrlKey: true })
    expect(columns()).toEqual([3, 6])
    expect(shown().selection).toEqual(shown().state?.truth.map(({ id }) => id))
  })

  it('leave the keys of a text field alone', () => {
    mark(barge(3))
    expect(press('v', { ctrlKey: true, target: new Control('text') })).toBe(false)
    expect(columns()).toEqual([3])
  })
})
