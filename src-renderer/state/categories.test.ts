import { expect, test } from 'vitest'
import type { EditPlan, ProjectCategory } from '../../src-main/contract/wire.ts'
import { Categories } from './categories.svelte.ts'
import { fakeClient } from './fake-client.ts'
import { Toasts } from './toasts.svelte.ts'

const category = (key: string, rest: Partial<ProjectCategory> = {}): ProjectCategory => ({
  ...{ key, name: key, colour: 0, counts: true, instances: 0, mergedInto: null },
  ...rest,
})

const plain = { origin: 'drawn', edited: false, colour: 0 } as const

/** A gesture that makes one instance, and changes another one. */
const gesture = (kind: EditPlan['kind']): EditPlan => ({
  ...{ kind, decisions: [], status: null, flag: null },
  instances: [
    { instance: 'new', before: null, after: plain, added: '1 5', removed: '' },
    { instance: 'old', before: plain, after: plain, added: '9 5', removed: '' },
  ],
})

async function bench(all: ProjectCategory[]) {
  const client = fakeClient({ backend: { categories: { list: () => Promise.resolve(all) } } })
  const categories = new Categories(client.inProject('p', new AbortController().signal), new Toasts())
  await categories.refresh()
  return categories
}

const made = (plan: EditPlan) => plan.instances.map(({ after }) => after?.category)

test('new instances get the category that was used last, and what is there keeps its own', async () => {
  const categories = await bench([category('ship'), category('tug'), category('pier', { counts: false })])
  expect(made(categories.ofNew(gesture('polygon')))).toEqual([undefined, undefined])
  categories.use('tug')
  expect(made(categories.ofNew(gesture('polygon')))).toEqual(['tug', undefined])
  expect(made(categories.ofNew(gesture('accept')))).toEqual(['tug', undefined])
  // what a model found is an object: it becomes nothing that does not count
  categories.use('pier')
  expect(made(categories.ofNew(gesture('box')))).toEqual(['pier', undefined])
  expect(made(categories.ofNew(gesture('accept')))).toEqual([undefined, undefined])
})

test('of one that was merged into another, the next are of that one', async () => {
  const categories = await bench([
    category('ship'),
    category('tug', { mergedInto: 'ship' }),
    category('ferry'),
  ])
  categories.use('tug')
  expect(categories.last?.key).toBe('ship')
  categories.use('ferry')
  expect(categories.last?.key).toBe('ferry')
})
