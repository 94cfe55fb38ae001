import type { Editing } from './editing.svelte.ts'

/**
 * Keeps the page from being closed or loaded anew as long as gestures are not on the disk. They are tried again at
 * once; the shell closes again after a moment, and then asks the person.
 */
export function holdWhileUnsaved(
  page: Pick<EventTarget, 'addEventListener'>,
  editing: Pick<Editing, 'unsaved' | 'resend'>,
): void {
  page.addEventListener('beforeunload', (event) => {
    if (editing.unsaved === 0) return
    event.preventDefault()
    editing.resend()
  })
}
