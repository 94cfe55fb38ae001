/** Device pixels for each CSS pixel: sharp in a document. */
const RATIO = 3

/** CSS px around the plot, and of the line above it with its name. */
const MARGIN = 12
const HEAD = 24

type Painter = (context: OffscreenCanvasRenderingContext2D, element: Element) => void

const text = (element: Element, name: string): number => Number(element.getAttribute(name) ?? 0)

/** How each element that plots are made of is drawn; all else is left out. */
const PAINTERS: Record<string, Painter> = {
  rect: (context, rect) =>
    fillAndStroke(context, rect, (path) =>
      path.roundRect(
        text(rect, 'x'),
        text(rect, 'y'),
        text(rect, 'width'),
        text(rect, 'height'),
        text(rect, 'rx'),
      ),
    ),
  circle: (context, circle) =>
    fillAndStroke(context, circle, (path) =>
      path.arc(text(circle, 'cx'), text(circle, 'cy'), text(circle, 'r'), 0, 2 * Math.PI),
    ),
  line: (context, line) =>
    fillAndStroke(context, line, (path) => {
      path.moveTo(text(line, 'x1'), text(line, 'y1'))
      path.lineTo(text(line, 'x2'), text(line, 'y2'))
    }),
  path: (context, element) =>
    fillAndStroke(context, element, (path) => path.addPath(new Path2D(element.getAttribute('d') ?? ''))),
  text: (context, element) => {
    const style = getComputedStyle(element)
    const anchors: Record<string, CanvasTextAlign> = { middle: 'center', end: 'right' }
    context.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`
    context.fillStyle = style.fill
    context.textAlign = anchors[style.textAnchor] ?? 'left'
    context.fillText(element.textContent.trim(), text(element, 'x'), text(element, 'y'))
  },
}

function fillAndStroke(
  context: OffscreenCanvasRenderingContext2D,
  element: Element,
  draw: (path: Path2D) => void,
): void {
  const { fill, fillOpacity, stroke, strokeWidth, strokeDasharray, opacity } = getComputedStyle(element)
  const path = new Path2D()
  draw(path)
  if (fill !== 'none') {
    context.globalAlpha = Number(opacity) * Number(fillOpacity)
    context.fillStyle = fill
    context.fill(path)
  }
  context.globalAlpha = Number(opacity)
  if (stroke !== 'none') {
    context.strokeStyle = stroke
    context.lineWidth = Number.parseFloat(strokeWidth)
    context.setLineDash(strokeDasharray === 'none' ? [] : strokeDasharray.split(',').map(Number.parseFloat))
    context.lineJoin = 'round'
    context.stroke(path)
  }
}

/**
 * A plot as a picture, as it is seen: every SVG and canvas in an element, in the theme's colours, on the panel's ground. Drawn from the elements themselves,
 * since the page may load no picture but its own files.
 * @param root what holds the plot
 * @param name stands above it
 */
export async function pngOf(root: HTMLElement, name: string): Promise<Uint8Array<ArrayBuffer>> {
  const box = root.getBoundingClientRect()
  const [width, height] = [box.width + 2 * MARGIN, box.height + HEAD + 2 * MARGIN]
  const canvas = new OffscreenCanvas(Math.ceil(width * RATIO), Math.ceil(height * RATIO))
  const context = canvas.getContext('2d')
  if (!context) throw new Error('This window has no canvas to draw on.')
  const style = getComputedStyle(root)
  context.scale(RATIO, RATIO)
  context.fillStyle = style.getPropertyValue('--panel')
  context.fillRect(0, 0, width, height)
  context.fillStyle = style.color
  context.font = `600 13px ${style.fontFamily}`
  context.fillText(name, MARGIN, MARGIN + 14, width - 2 * MARGIN)
  for (const picture of root.querySelectorAll<SVGSVGElement | HTMLCanvasElement>('svg[data-plot], canvas')) {
    const at = picture.getBoundingClientRect()
    const [x, y] = [at.left - box.left + MARGIN, at.top - box.top + MARGIN + HEAD]
    if (picture instanceof HTMLCanvasElement) {
      if (picture.width > 0) context.drawImage(picture, x, y, at.width, at.height)
      continue
    }
    for (const element of picture.querySelectorAll('*')) {
      context.save()
      context.translate(x, y)
      PAINTERS[element.tagName]?.(context, element)
      context.restore()
    }
  }
  return new Uint8Array(await (await canvas.convertToBlob({ type: 'image/png' })).arrayBuffer())
}
