import type { Attachment } from 'svelte/attachments'

/** Calls back when the pointer goes down outside the element: what opens above the rest closes by it. */
export function pressedOutside(act: () => void): Attachment<HTMLElement> {
  return (element) => {
    const listen = (event: PointerEvent) => {
      if (event.target instanceof Node && !element.contains(event.target)) act()
    }
    window.addEventListener('pointerdown', listen)
    return () => window.removeEventListener('pointerdown', listen)
  }
}

/**
 * Closes what opens above the rest by a press outside the element, and by Escape, wherever the focus is by then: a button that was pressed may be grey, and have lost it.
 * After Escape the element's first button, which opens it, has the focus.
 */
export function dismissed(act: () => void): Attachment<HTMLElement> {
  return (element) => {
    const leave = pressedOutside(act)(element)
    const listen = (event: KeyboardEvent) => {
      if (event.key !== 'Escape') return
      event.stopPropagation()
      act()
      element.querySelector('button')?.focus()
    }
    window.addEventListener('keydown', listen, { capture: true })
    return () => {
      leave?.()
      window.removeEventListener('keydown', listen, { capture: true })
    }
  }
}
