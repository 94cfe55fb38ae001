import { beforeEach, expect, test } from 'vitest'
import type { LabelForms } from '../../src-main/contract/wire.ts'
import { DrydockError } from '../../src-main/contract/errors.ts'
import { fakeClient } from './fake-client.ts'
import { LabelForm } from './label-form.svelte.ts'
import { Toasts } from './toasts.svelte.ts'

let stored: LabelForms
let refuses: boolean
let form: LabelForm
let toasts: Toasts

beforeEach(() => {
  stored = { chosen: null, labels: null }
  refuses = false
  const annotate = {
    labelForms: () => Promise.resolve(stored),
    chooseLabelForm: ({ form: chosen }: { form: LabelForms['chosen'] }) => {
      if (refuses) return Promise.reject(new DrydockError('read_only', 'It cannot be written.'))
      stored = { ...stored, chosen }
      return Promise.resolve({})
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
