import type { Theme } from './scatter.ts'

/** The colours of the theme as an element has them. */
export function themeOf(element: Element): Theme {
  const style = getComputedStyle(element)
  const colour = (name: string) => style.getPropertyValue(name)
  return {
    line: colour('--line'),
    tick: colour('--text-3'),
    ink: colour('--text'),
    accent: colour('--accent'),
    control: colour('--control'),
    plate: colour('--panel'),
    dropped: rgbOf(colour('--control')),
    lit: rgbOf(colour('--accent')),
    shade: rgbOf(colour('--text')),
  }
}

/** A CSS colour as the screen has it, 0..255. */
function rgbOf(css: string): [number, number, number] {
  const context = new OffscreenCanvas(1, 1).getContext('2d')
  if (!context) return [128, 128, 128]
  context.fillStyle = css
  context.fillRect(0, 0, 1, 1)
  const [red = 0, green = 0, blue = 0] = context.getImageData(0, 0, 1, 1).data
  return [red, green, blue]
}
