import { beforeEach, expect, test } from 'vitest'
import type { LabelForms } from '../../src-main/contract/wire.ts'
import { DrydockError } from '../../src-main/contract/errors.ts'
import { fakeClient } from './fake-client.ts'
import { LabelForm } from './label-form.svelte.ts'
import { Toasts } from './toasts.svelte.ts'

let stored: LabelForms
let refuses: boolean
/** answers that wait to be let go, in the order of their questions; null: they come at once */
let held: (() => void)[] | null
let form: LabelForm
let toasts: Toasts

beforeEach(() => {
  stored = { chosen: null, labels: null }
  refuses = false
  held = null
  const answer = <T>(value: T) => new Promise<T>((go) => (held ? held.push(() => go(value)) : go(value)))
  const annotate = {
    labelForms: () => answer(stored),
    chooseLabelForm: async ({ form: chosen }: { form: LabelForms['chosen'] }) => {
      if (refuses) throw new DrydockError('read_only', 'It cannot be written.')
      await answer({})
      stored = { ...stored, chosen }
      return {}
    },
  }
  toasts = new Toasts()
  form = new LabelForm(
    fakeClient({ backend: { annotate } }).inProject('p', new AbortController().signal),
    toasts,
    new AbortController().signal,
  )
})

const seen = () => [form.value, form.why]

test('it is what the labels are until a person chooses, and follows them again once the choice is theirs', async () => {
  await form.refresh()
  expect(seen()).toEqual(['outline', null])
  stored = { chosen: null, labels: 'rectangle' }
  await form.refresh()
  expect(seen()).toEqual(['rectangle', "as this project's labels are"])
  await form.choose('outline')
  expect([...seen(), stored.chosen]).toEqual(['outline', null, 'outline'])
  form.toggle()
  expect(seen()).toEqual(['rectangle', "as this project's labels are"])
  await expect.poll(() => stored.chosen).toBeNull()
  stored = { chosen: null, labels: 'outline' }
  await form.refresh()
  expect(form.value).toBe('outline')
})

test('a choice is seen at once, and goes where it cannot be stored', async () => {
  refuses = true
  const choosing = form.choose('rectangle')
  expect(form.value).toBe('rectangle')
  await choosing
  expect(form.value).toBe('outline')
  expect(toasts.items.map(({ text }) => text)).toEqual(['It cannot be written.'])
})

test('a choice that is stored after another was made does not show instead of it', async () => {
  const waiting: (() => void)[] = (held = [])
  const choices = [form.choose('rectangle'), form.choose('outline')]
  waiting[0]!()
  // it asks what is stored
  await expect.poll(() => waiting.length).toBe(3)
  waiting[2]!()
  await choices[0]
  expect([form.value, stored.chosen]).toEqual(['outline', 'rectangle'])
  held = null
  waiting[1]!()
  await choices[1]
  expect([form.value, stored.chosen]).toEqual(['outline', 'outline'])
})

test('nor does what was asked before a choice and is answered once it is stored', async () => {
  const waiting: (() => void)[] = (held = [])
  const before = form.refresh()
  const choice = form.choose('rectangle')
  waiting[1]!()
  // it asks what is stored
  await expect.poll(() => waiting.length).toBe(3)
  waiting[0]!()
  await before
  expect(form.value).toBe('rectangle')
  waiting[2]!()
  await choice
  expect(form.value).toBe('rectangle')
})
