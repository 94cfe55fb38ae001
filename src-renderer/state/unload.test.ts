import { expect, it } from 'vitest'
import { holdWhileUnsaved } from './unload.ts'

it('a page with gestures that are not saved is not left, and tries once more to save them', () => {
  const page = new EventTarget()
  let resent = 0
  const saving = { unsaved: 0, resend: () => void resent++ }
  holdWhileUnsaved(page, () => saving)
  const leaves = (): boolean => page.dispatchEvent(new Event('beforeunload', { cancelable: true }))
  expect([leaves(), resent]).toEqual([true, 0])
  saving.unsaved = 2
  expect([leaves(), resent]).toEqual([false, 1])
  saving.unsaved = 0
  expect([leaves(), resent]).toEqual([true, 1])
})
