import type { Attachment } from 'svelte/attachments'

/**
 * Draws the picture at an address on a canvas, in its own pixels, and says so on it (`data-drawn`). The page then holds the small pictures that are in view; as images of
 * HTML it would keep a thousand that it has shown, decoded.
 * @param failed is called where the picture cannot be had
 */
export function picture(url: string, failed: () => void): Attachment<HTMLCanvasElement> {
  return (canvas) => {
    const left = new AbortController()
    draw(canvas, url, left.signal).catch(() => {
      if (!left.signal.aborted) failed()
    })
    return () => left.abort()
  }
}

async function draw(canvas: HTMLCanvasElement, url: string, signal: AbortSignal): Promise<void> {
  // the picture on the canvas comes first
  const answer = await fetch(url, { signal, priority: 'low' })
  if (!answer.ok) throw new Error(String(answer.status))
  const bitmap = await createImageBitmap(await answer.blob())
  if (!signal.aborted) {
    canvas.width = bitmap.width
    canvas.height = bitmap.height
    canvas.getContext('2d')?.drawImage(bitmap, 0, 0)
    canvas.dataset['drawn'] = ''
  }
  bitmap.close()
}
