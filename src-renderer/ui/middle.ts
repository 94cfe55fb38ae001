import type { Attachment } from 'svelte/attachments'

/** Characters at a name's end that stay as long as there is room for them: there names of one series differ. */
const TAIL = 9

/**
 * The text as far as it fits, an ellipsis in place of what is left out before its end.
 * @param width of a text, in px
 */
export function cutMiddle(text: string, room: number, width: (text: string) => number): string {
  if (width(text) <= room) return text
  const signs = Array.from(text)
  const tail = signs.slice(-TAIL).join('')
  const heads = signs.slice(0, -TAIL)
  const cut = (length: number) => `${heads.slice(0, length).join('')}…${tail}`
  // the longest head that fits
  let [fits, over] = [0, heads.length]
  while (over - fits > 1) {
    const half = Math.floor((fits + over) / 2)
    if (width(cut(half)) <= room) fits = half
    else over = half
  }
  return cut(fits)
}

/** Writes a name into an element of one line, and cuts it in its middle where it does not fit. */
export function middle(text: string): Attachment<HTMLElement> {
  return (node) => {
    node.textContent = text
    let attached = true
    const write = () => {
      if (!attached) return
      // as it was is no change: what is measured stays laid out
      if (node.textContent !== text) node.textContent = text
      const [whole, room] = [node.scrollWidth, node.clientWidth]
      const pen = whole > room && room > 0 ? document.createElement('canvas').getContext('2d') : null
      if (!pen) return
      const { fontWeight, fontSize, fontFamily } = getComputedStyle(node)
      pen.font = `${fontWeight} ${fontSize} ${fontFamily}`
      // a canvas sets the same font a little narrower
      const ratio = whole / pen.measureText(text).width
      node.textContent = cutMiddle(text, room - 1, (part) => ratio * pen.measureText(part).width)
    }
    const observer = new ResizeObserver(write)
    observer.observe(node)
    void document.fonts.ready.then(write)
    return () => {
      attached = false
      observer.disconnect()
    }
  }
}
