import type { Saving } from './saving.svelte.ts'

/**
 * Keeps the page from being closed or loaded anew as long as gestures are not on the disk. They are tried again at
 * once; the shell closes again after a moment, and then asks the person.
 * @param saving of the open project
 */
export function holdWhileUnsaved(
  page: Pick<EventTarget, 'addEventListener'>,
  saving: () => Pick<Saving, 'unsaved' | 'resend'> | undefined,
): void {
  page.addEventListener('beforeunload', (event) => {
    const gestures = saving()
    if (!gestures || gestures.unsaved === 0) return
    event.preventDefault()
    gestures.resend()
  })
}
