import { beforeEach, describe, expect, it } from 'vitest'
import { DrydockError } from '../../src-main/contract/errors.ts'
import type { ModelVersion, ProjectSummary, Run } from '../../src-main/contract/wire.ts'
import { Facts } from './facts.svelte.ts'
import { fakeClient } from './fake-client.ts'
import { Toasts } from './toasts.svelte.ts'

/** What the backend has stored of flips, and whether it can be changed. */
const shell = fakeClient({}).shell.dialogs

let stored: { flips: boolean; refuses: boolean }
let toasts: Toasts
let facts: Facts

function summary(): ProjectSummary {
  return {
    ...{ id: 'p', name: 'p', location: '', imagesLocation: '', sample: false, readOnly: false },
    ...{ images: 2, finished: 0, currentRun: 1, currentModel: 'm', flips: stored.flips },
  }
}

const RUN: Run = {
  ...{
    id: 1,
    name: 'base',
    kind: 'model',
    model: 'm',
    modelName: 'base',
    settings: null,
    parent: null,
    outOfFoldOf: null,
    flips: false,
  },
  ...{ createdAt: '', images: 2, current: true },
}
const MODEL: ModelVersion = {
  ...{ id: 'm', name: 'base', parent: null, createdAt: '', kind: 'base', parameters: 1, bytes: 1 },
  ...{ trainedImages: 0, validationF2: null, startKept: false, note: '', current: true },
  ...{ previous: false, paired: null, heldOut: null, remark: '' },
}

beforeEach(() => {
  stored = { flips: false, refuses: false }
  const setFlips = async ({ flips }: { flips: boolean }) => {
    if (stored.refuses) throw new DrydockError('read_only', 'It cannot be written.')
    stored.flips = flips
    return {}
  }
  const backend = { predict: { setFlips }, project: { summary: async () => summary() } }
  toasts = new Toasts()
  const client = fakeClient({ backend }).inProject('p', new AbortController().signal)
  facts = new Facts(client, shell, toasts, summary(), new AbortController().signal)
  facts.runs = [RUN]
  facts.models = [MODEL]
})

describe('flips', () => {
  it('other than the run has mean a new run, and its own go on with it', async () => {
    expect(facts.newRun).toBe(false)
    await facts.setFlips(true)
    expect(stored.flips).toBe(true)
    expect(facts.newRun).toBe(true)
    facts.runs = [
      { ...RUN, current: false },
      { ...RUN, id: 2, flips: true },
    ]
    expect(facts.newRun).toBe(false)
    await facts.setFlips(false)
    expect(facts.newRun).toBe(true)
  })

  it('are shown at once, and as they were where they cannot be stored', async () => {
    stored.refuses = true
    const setting = facts.setFlips(true)
    expect(facts.summary.flips).toBe(true)
    await setting
    expect(facts.summary.flips).toBe(false)
    expect(toasts.items.map(({ text }) => text)).toEqual(['It cannot be written.'])
  })
})
