import type { Attachment } from 'svelte/attachments'

const DELAY = 500
const GAP = 6

/**
 * A tooltip naming an action and its key, shown after a rest of the pointer or at keyboard focus.
 * It repeats the accessible name and so is hidden from assistive technology.
 */
export function tooltip(text: string, key?: string): Attachment<HTMLElement> {
  return (node) => {
    let shown: HTMLElement | undefined
    let timer: ReturnType<typeof setTimeout> | undefined

    const hide = () => {
      clearTimeout(timer)
      shown?.remove()
      shown = undefined
    }
    const show = () => {
      hide()
      const tip = document.createElement('div')
      tip.className = 'tooltip small'
      tip.setAttribute('aria-hidden', 'true')
      tip.append(text)
      if (key) {
        const kbd = document.createElement('kbd')
        kbd.textContent = key
        tip.append(kbd)
      }
      document.body.append(tip)
      const at = node.getBoundingClientRect()
      const own = tip.getBoundingClientRect()
      const below = at.bottom + GAP + own.height <= innerHeight
      const left = at.left + at.width / 2 - own.width / 2
      tip.style.top = `${below ? at.bottom + GAP : at.top - GAP - own.height}px`
      tip.style.left = `${Math.max(4, Math.min(innerWidth - own.width - 4, left))}px`
      shown = tip
    }
    const wait = () => {
      clearTimeout(timer)
      timer = setTimeout(show, DELAY)
    }
    const focus = () => {
      if (node.matches(':focus-visible')) show()
    }

    node.addEventListener('pointerenter', wait)
    node.addEventListener('pointerleave', hide)
    node.addEventListener('pointerdown', hide)
    node.addEventListener('focus', focus)
    node.addEventListener('blur', hide)
    return () => {
      hide()
      node.removeEventListener('pointerenter', wait)
      node.removeEventListener('pointerleave', hide)
      node.removeEventListener('pointerdown', hide)
      node.removeEventListener('focus', focus)
      node.removeEventListener('blur', hide)
    }
  }
}
