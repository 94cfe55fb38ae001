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
