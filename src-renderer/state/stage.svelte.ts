import type { Canvas, PointerReport, ToolName } from '../canvas/index.ts'

/** The canvas on the screen, whichever view it stands in, and what it reports. */
export class Stage {
  canvas = $state.raw<Canvas | null>(null)
  tool = $state<ToolName>('select')
  /** the tool's next step */
  hint = $state('')
  pointer = $state.raw<PointerReport | null>(null)
  /** CSS pixels per image pixel */
  scale = $state(1)

  zoom(direction: 1 | -1): void {
    this.canvas?.camera.zoomBy(direction > 0 ? 1.25 : 0.8)
  }

  /** Gives the keyboard back to the canvas. */
  focus(): void {
    document.querySelector<HTMLElement>('[data-canvas]')?.focus()
  }

  /** Lets go of a canvas that is about to be destroyed. */
  release(canvas: Canvas): void {
    if (this.canvas !== canvas) return
    this.canvas = null
    this.hint = ''
    this.pointer = null
  }
}
