import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Run, Suspect } from '../../../src-main/contract/wire.ts'
import { packReviews } from '../../../src-main/core/metric/review-page.ts'
import { App } from '../../state/app.svelte.ts'
import { brush, FakeBackend, settle } from '../../state/fake-backend.ts'
import { fakeClient } from '../../state/fake-client.ts'
import { imageStateOf } from '../../state/image-state.ts'
import { OpenProject } from '../../state/open-project.svelte.ts'
import { Mending } from './mending.svelte.ts'

const NONE = { merged: 0, split: 0, 'near miss': 0, missed: 0, false: 0 }
const RECALL = [0, 1, 2, 3].map(() => ({ ships: 0, found: 0 }))
const BOX = { x: 0, y: 0, width: 2, height: 1 }
const IMAGES = [1, 2, 3]

let backend: FakeBackend
let project: OpenProject
let mending: Mending

/** On each image one prediction of which the label says nothing; the surest first. */
const suspect = (image: number): Suspect => ({
  ...{ id: `p${image}`, suspicion: 'not marked', place: 0, area: 2, outOfFold: false, box: BOX },
  confidence: 1 - image / 10,
})

/** A window on images of which each has one suspect. */
beforeEach(async () => {
  vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => undefined })
  backend = new FakeBackend(IMAGES)
  for (const image of IMAGES) {
    backend.predictions.set(image, [
      {
        ...{ id: `p${image}`, score: 1 - image / 10, decision: null },
        ...{ rle: '1 2', area: 2, cluster: 0, colour: 0 },
      },
    ])
    const state = imageStateOf(backend.detail(image))
    if (state) backend.states.set(image, state)
  }
  const answered = new Set<string>()
  const page = async ({ after }: { after: number }) => {
    const reviewed = IMAGES.filter((image) => image > after).map((image) => ({
      ...{ image, path: `${image}.png`, f2: 0, fixes: [], recall: RECALL, trainedOn: false },
      suspects: [suspect(image)].filter(({ id }) => !answered.has(id)),
      counts: { truth: NONE, predictions: { ...NONE, false: 1 }, sloppy: 0 },
    }))
    return { run: 1, images: packReviews(reviewed), next: null }
  }
  const verdicts = async () => ({ 'label wrong': 0, 'model wrong': 0, 'cannot tell': 0 })
  const answer = async (given: { suspect: string }) => {
    answered.add(given.suspect)
    return verdicts()
  }
  const client = fakeClient({
    backend: {
      ...backend.procedures,
      ...{ review: { page, verdicts, answer }, inference: { open: async () => null } },
    },
  })
  const app = new App(client)
  vi.spyOn(app.stage, 'focus').mockReturnValue()
  project = new OpenProject(app, {
    ...{ id: 'p', name: 'p', location: '', imagesLocation: '', sample: false, readOnly: false },
    ...{ images: 3, finished: 0, currentRun: 1, currentModel: null, flips: false },
  })
  project.facts.runs = [{ id: 1, current: true } as Run]
  await project.images.refresh()
  project.review.want()
  await expect.poll(() => project.review.suspects.length).toBe(3)
  mending = new Mending(app, project)
  mending.list = 'suspects'
})

afterEach(() => vi.unstubAllGlobals())

const first = () => project.review.suspects[mending.suspectAt]!
const marked = (image: number) => backend.states.get(image)?.truth.length
const say = async (verdict: 'label wrong' | 'model wrong' | 'cannot tell') => {
  await mending.answer(first(), verdict)
  await settle()
}

describe('a suspect whose label is wrong', () => {
  it('is settled and leads to the next; undo straight after returns and takes it back', async () => {
    await say('label wrong')
    mending.settle(mending.suspect!)
    await settle()
    expect([marked(1), project.editing.image]).toEqual([1, 2])
    project.editing.undo()
    await settle()
    expect([marked(1), project.editing.image]).toEqual([0, 1])
  })

  it('only returns where nothing but Done was said since the last gesture, which the next undo takes back', async () => {
    await say('label wrong')
    brush(project.editing, 50, 51)
    mending.leaveLabel()
    await settle()
    expect([marked(1), project.editing.image]).toEqual([1, 2])
    project.editing.undo()
    await settle()
    expect([marked(1), project.editing.image]).toEqual([1, 1])
    project.editing.undo()
    await settle()
    expect(marked(1)).toBe(0)
  })
})

describe('the list of suspects', () => {
  it('stands at the one that is looked at, whatever was answered before', async () => {
    const looked = () => [first().id, mending.suspect?.id, project.editing.image]
    await mending.lookAt(project.review.suspects[1]!)
    await say('model wrong')
    expect(looked()).toEqual(['p3', 'p3', 3])
    await say('label wrong')
    mending.leaveLabel()
    await settle()
    expect(looked()).toEqual(['p1', 'p1', 1])
    await say('cannot tell')
    expect(project.review.suspects).toEqual([])
  })
})
