/**
 * Remembers what has the focus. @param from what takes it for a while, and gives nothing back by itself where it is taken out of the page
 * @returns gives it back, where nothing else has taken it since
 */
export function focusBack(from: Element | null): () => void {
  const before = document.activeElement
  return () => {
    const now = document.activeElement
    const lost = now === null || now === document.body || from?.contains(now)
    if (lost && before instanceof HTMLElement && before.isConnected) before.focus()
  }
}
