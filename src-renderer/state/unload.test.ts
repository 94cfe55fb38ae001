import { expect, it } from 'vitest'
import { holdWhileUnsaved } from './unload.ts'

it('a page with gestures that are not saved is not left, and tries once more to save them', () => {
  const page = new EventTarget()
  let resent = 0
  const editing = { unsaved: 0, resend: () => void resent++ }
  holdWhileUnsaved(page, editing)
  const leaves = (): boolean => page.dispatchEvent(new Event('beforeunload', { cancelable: true }))
  expect([leaves(), resent]).toEqual([true, 0])
  editing.unsaved = 2
  expect([leaves(), resent]).toEqual([false, 1])
  editing.unsaved = 0
  expect([leaves(), resent]).toEqual([true, 1])
})
