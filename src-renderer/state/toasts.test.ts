import { getEventListeners } from 'node:events'
import { expect, it, vi } from 'vitest'
import { Toasts } from './toasts.svelte.ts'

it('a sentence lets go of what its button acts on, and the button goes once there is nothing left', () => {
  vi.useFakeTimers()
  const project = new AbortController()
  const listening = () => getEventListeners(project.signal, 'abort').length
  const toasts = new Toasts()
  const undo = { label: 'Undo', act: () => undefined, until: project.signal }
  for (let i = 0; i < 9; i++) toasts.note(`Note ${i}`, undo)
  expect([toasts.items.length, listening()]).toEqual([4, 4])
  toasts.dismiss(toasts.items[0]!.id)
  expect(listening()).toBe(3)
  project.abort()
  expect(toasts.items.map(({ action }) => action)).toEqual([undefined, undefined, undefined])
  vi.runAllTimers()
  expect(toasts.items).toEqual([])
  vi.useRealTimers()
})

it('of what keys and gestures came to the last is said, beside what happened meanwhile', () => {
  const toasts = new Toasts()
  toasts.reply('Overlap: take.')
  toasts.note('Predicted 1 image.')
  toasts.reply('Overlap: yield.')
  expect(toasts.items.map(({ text }) => text)).toEqual(['Predicted 1 image.', 'Overlap: yield.'])
})
