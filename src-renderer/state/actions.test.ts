import { beforeEach, describe, expect, it, vi } from 'vitest'
import { fromPixels } from '../../src-main/core/mask/rle.ts'
import type { Client } from '../client/index.ts'
import { perform } from './actions.ts'
import { App } from './app.svelte.ts'

const SIZE = { width: 10, height: 10 }
const SCORES = { sure: 0.9, unsure: 0.3, likely: 0.6 }

/** A window with an open image of three predictions, on a backend that never answers. */
function open(): App {
  const never = () => new Promise<never>(() => undefined)
  const fake: unknown = {
    onBackendRestart: () => undefined,
    backend: { annotate: { apply: never, undo: never }, images: { get: never }, predict: { ahead: never } },
  }
  // a fake of the parts in use; a call to any other fails the test
  const app = new App(fake as Client)
  app.project.summary = {
    id: 'p',
    name: 'p',
    location: '',
    imagesLocation: '',
    sample: false,
    readOnly: false,
    images: 1,
    finished: 0,
    currentRun: null,
    currentModel: null,
    flips: false,
  }
  app.editing.image = 1
  app.editing.state = {
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
  }
  return app
}

let app: App

beforeEach(() => {
  const stored = new Map<string, string>()
  vi.stubGlobal('localStorage', {
    getItem: (name: string) => stored.get(name) ?? null,
    setItem: (name: string, value: string) => stored.set(name, value),
  })
  app = open()
})

const decisions = () =>
  Object.fromEntries(app.editing.state?.predictions.map(({ id, decision }) => [id, decision]) ?? [])

describe('accept and reject', () => {
  it('go on to the next prediction that is shown, and stop after the last', () => {
    app.display.leastScore.value = 0.5
    app.editing.selection = ['sure']
    perform(app, 'accept')
    expect(app.editing.selection).toEqual(['likely'])
    perform(app, 'reject')
    expect(app.editing.selection).toEqual([])
    perform(app, 'accept')
    expect(decisions()).toEqual({ sure: 'accepted', unsure: null, likely: 'rejected' })
  })

  it('leave a selected prediction alone that is hidden, and take the one under the pointer', () => {
    app.display.leastScore.value = 0.5
    app.editing.selection = ['unsure']
    app.editing.hovered = 'likely'
    perform(app, 'accept')
    expect(decisions()).toEqual({ sure: null, unsure: null, likely: 'accepted' })
  })

  it('decide nothing while predictions are switched off', () => {
    app.display.predictionShown.value = false
    app.editing.selection = ['sure']
    perform(app, 'accept')
    perform(app, 'reject')
    perform(app, 'acceptAll')
    expect(decisions()).toEqual({ sure: null, unsure: null, likely: null })
  })
})
